-- pow2-vgg8: a VGG-8 for CIFAR-10, trained in float and converted by post-training quantization with a power-of-two observer.
-- What is handed in, and where each finding can be seen: README.md.

local layers = use "layers"

assignment {
  id = "pow2-vgg8",
  title = "VGG-8 with power-of-two scales",
  names = {"{id}_{name}_lab1", "{id}_lab1"},
  files = {"weight_fp32.pt", "weight_int8.pt", "lab1.ipynb", "model.py", "report.md", "*.pt", "*.pth", "*.npz", "*.safetensors"},
}

local lesson = "10-power-of-two-observer"

misconception("E1.1", "A clamped logarithm is not a rounded one", {lesson = lesson})
misconception("E1.2", "Zero point 127 where 128 is subtracted", {lesson = lesson})
misconception("E1.3", "127 steps or 255 half-steps to the largest value", {lesson = lesson})
misconception("E1.4", "A scale held up by its lower clamp", {lesson = lesson})
misconception("E1.5", "Layers not fused, or a ReLU behind the last one", {lesson = lesson})
misconception("E1.6", "Operations left out of the energy count", {lesson = lesson})
misconception("E1.8", "Calibration on the test set", {lesson = lesson})

local INT8 = {"weight_int8.*", "*int8*.pt", "*int8*.pth", "*quant*.pt", "*pow*2*.pt", "*.pt", "*.pth", "*.npz", "*.safetensors"}
local FP32 = {"weight_fp32.*", "*fp32*.pt", "*fp32*.pth", "*float*.pt"}
local REPORT = {"report.md", "report*.md", "*report*.md", "readme.md"}
local CODE = {"model.py", "lab1.ipynb", "*.ipynb", "*.py"}
local WANTED_LAYERS, SIZE_LIMIT, MIN_EXPONENT = 8, 4 * 1000 * 1000, -8

-- ---- what was handed in ----

-- Name of the quantized model's file, or nil and why. One .pt alone is it, whatever its name; the float model is never taken for it.
local function pick_int8(s)
  local floats = s:find(FP32)
  for _, pattern in ipairs(INT8) do
    local only, count = nil, 0
    for _, file in ipairs(s:files()) do
      if file.name ~= floats and hand_in.fits(pattern, file.name) then
        only, count = file.name, count + 1
      end
    end
    if count == 1 then
      return only
    elseif count > 1 then
      return nil, pattern
    end
  end
  return nil
end

local function int8_file(s)
  local name, several = pick_int8(s)
  if several then
    s:stop("malformed", "More than one file could be the quantized model (" .. several .. "): name it weight_int8.pt.")
  end
  return name or s:stop("missing", "The quantized model is not handed in (weight_int8.pt).")
end

-- The float model's file: by its name, or else the only other model beside the quantized one (vgg8.pt beside vgg8-power2.pt).
local function fp32_file(s)
  local name = s:find(FP32)
  local codes = not name and pick_int8(s)
  local others = {}
  for _, file in ipairs(codes and s:files() or {}) do
    if file.name ~= codes and (hand_in.fits("*.pt", file.name) or hand_in.fits("*.pth", file.name)) then
      others[#others + 1] = file.name
    end
  end
  return name or (#others == 1 and others[1]) or s:stop("missing", "Not handed in: the float model (weight_fp32.pt).")
end

local function int8_layers(s)
  local file = int8_file(s)
  local found = layers.quantized(s, file, s:entries(file))
  if #found == 0 then
    s:stop("malformed", "There is no quantized weight in " .. file ..
           ": save the state_dict of the converted model, not of the prepared or the float one.")
  end
  local floats = layers.float(s:entries(file))
  if #floats > 0 then
    s:stop("malformed", "Some weights in " .. file .. " are still floats (" .. floats[1].name ..
           "): save the state_dict of the converted model as convert() gives it.")
  end
  return found, file
end

local function activations(s)
  local file = int8_file(s)
  local found = layers.activations(s, file, s:entries(file))
  if #found == 0 then
    s:stop("malformed", "There is no activation scale in " .. file .. ".")
  end
  return found
end

local function fp32_layers(s)
  local file = fp32_file(s)
  local found = layers.float(s:entries(file))
  if #found == 0 then
    s:stop("malformed", "There is no float weight in " .. file .. ": save the state_dict of the trained model.")
  end
  return found, file
end

-- The float weight of a layer as it is before quantizing: with its BatchNorm folded in, and without.
local function folded(s, file, layer)
  local w = s:load(file, layer.weight)
  if not layer.norm then
    return w, w
  end
  local n = layer.norm
  local function get(entry)
    return entry and s:load(file, entry) or nil
  end
  local fw = quant.fold_batchnorm(w, get(layer.bias), {gamma = get(n.gamma), beta = get(n.beta), mean = get(n.mean), var = get(n.var)})
  return fw, w
end

-- Pairs of layers of both models in order; stops when they cannot be the same network.
local function pairs_of_layers(s)
  local floats, float_file = fp32_layers(s)
  local codes, code_file = int8_layers(s)
  if #floats ~= #codes then
    s:stop("wrong", "The float model has " .. #floats .. " layers with weights and the quantized one " .. #codes ..
           ": they are not the same network.")
  end
  for i, layer in ipairs(codes) do
    if layers.shape_text(layer.weight.shape) ~= layers.shape_text(floats[i].weight.shape) then
      s:stop("wrong", "Layer " .. i .. " has another shape in the float model than in the quantized one.")
    end
  end
  return floats, codes, float_file, code_file
end

local function join(list)
  return table.concat(list, ", ")
end

-- ---- files ----

check("files.fp32", {points = 5, title = "Float model: eight layers that fit together"}, function(s)
  local found = fp32_layers(s)
  local broken = layers.chain(found, 3)
  local shapes = {}
  for i, layer in ipairs(found) do
    shapes[i] = layers.shape_text(layer.weight.shape)
  end
  if #found ~= WANTED_LAYERS or broken then
    return expect.wrong("A VGG-8 has five convolutions and three linear layers" .. (broken and ("; here " .. broken) or "") .. ".",
                        {shapes = shapes})
  end
  return expect.correct("", {shapes = shapes})
end)

check("files.int8", {points = 5, title = "Quantized model: eight layers of codes"}, function(s)
  local found = int8_layers(s)
  local broken = layers.chain(found, 3)
  local shapes = {}
  for i, layer in ipairs(found) do
    shapes[i] = layers.shape_text(layer.weight.shape)
    if layer.weight.dtype ~= "int8" then
      return expect.wrong("Weights are to be int8 (qint8); those of layer " .. i .. " are " .. layer.weight.dtype .. ".")
    end
  end
  if #found ~= WANTED_LAYERS or broken then
    return expect.wrong("A VGG-8 has five convolutions and three linear layers, all of them quantized" ..
                        (broken and ("; here " .. broken) or "") .. ".", {shapes = shapes})
  end
  return expect.correct("", {shapes = shapes})
end)

check("files.size", {points = 5, title = "The quantized file is below 4 MB"}, function(s)
  local size = s:size(int8_file(s))
  if size >= SIZE_LIMIT then
    return expect.wrong("The file is too large for int8 weights: floats are still in it. Save only the state_dict of the converted model.",
                        {bytes = size})
  end
  return expect.correct("", {bytes = size})
end)

-- ---- weights ----

-- Names of the layers with a scale that is no power of two.
local function crooked(found)
  local names = {}
  for _, layer in ipairs(found) do
    local scales = type(layer.scale) == "table" and layer.scale or {layer.scale}
    for _, scale in ipairs(scales) do
      if not expect.pow2(scale) then
        names[#names + 1] = layer.name
        break
      end
    end
  end
  return names
end

local NOT_ROUNDED = "The exponent was limited but never rounded: 2^clamp(log2 s) is s itself wherever the clamp does not act. " ..
                    "A scale becomes a shift only when its exponent is a whole number."

check("weights.pow2", {points = 15, title = "Weight scales are powers of two"}, function(s)
  local found = int8_layers(s)
  local bad = crooked(found)
  local exponents = {}
  for i, layer in ipairs(found) do
    exponents[i] = expect.pow2(layer.scale[1]) or "none"
  end
  if #bad == 0 then
    return expect.correct("", {exponents = exponents})
  end
  return expect.misconception("E1.1", NOT_ROUNDED, {layers = bad}, 0)
end)

check("weights.zero_point", {points = 5, title = "Weight zero points"}, function(s)
  local bad = {}
  for _, layer in ipairs(int8_layers(s)) do
    for _, z in ipairs(layer.zero_point) do
      if z ~= 0 then
        bad[#bad + 1] = layer.name
        break
      end
    end
  end
  if #bad == 0 then
    return expect.correct("")
  end
  return expect.wrong("Symmetric int8 weights stand for sums of products without an offset; another zero point makes every " ..
                      "accumulator wrong by a multiple of the sum of its inputs. Look at " .. join(bad) .. ".", {layers = bad})
end)

-- Every convention that an honest observer may follow, in the order in which they are named.
local function conventions()
  local list = {}
  for _, d in ipairs {{"half_range", "2 max / 255"}, {"qmax", "max / 127"}, {"neg_qmin", "max / 128"}} do
    for _, r in ipairs {"nearest", "ceil", "floor"} do
      for _, c in ipairs {{-8, 8, "exponent in -8 ... 8"}, {0, 8, "exponent in -8 ... 0"}, {-64, 64, "exponent not limited"}} do
        list[#list + 1] = {denominator = d[1], rounding = r, low = c[1], high = c[2],
                           name = d[2] .. ", " .. r .. ", " .. c[3]}
      end
    end
  end
  return list
end

local function scale_by(convention, largest)
  return quant.qparams({min = -largest, max = largest},
                       {dtype = "int8", scheme = "power_of_two", denominator = convention.denominator,
                        pow2_rounding = convention.rounding, min_shift = convention.low, max_shift = convention.high}).scale
end

-- The conventions that give the student's scale for every layer, from the largest magnitudes of the weights.
local function fitting(codes, largest)
  local names, first = {}, nil
  for _, convention in ipairs(conventions()) do
    local all = true
    for i, layer in ipairs(codes) do
      all = all and layer.scale[1] == scale_by(convention, largest[i])
    end
    if all then
      names[#names + 1] = convention.name
      first = first or convention
    end
  end
  return names, first
end

check("weights.exponent", {points = 10, title = "Exponents follow from the own float weights"}, function(s)
  local floats, codes, file = pairs_of_layers(s)
  local with, without = {}, {}
  for i, layer in ipairs(floats) do
    local w, raw = folded(s, file, layer)
    with[i], without[i] = w:absmax(), raw:absmax()
  end
  local names, first = fitting(codes, with)
  if first then
    local verdict = expect.correct("Your exponents are those of " .. first.name .. ".", {conventions = names})
    if first.denominator == "qmax" then
      verdict.misconception = "E1.3"
      verdict.message = verdict.message .. " The handout divides twice the largest magnitude by 255, which is a little less; " ..
                        "both are sound as long as clamp and tie are thought of."
    end
    return verdict
  end
  if #fitting(codes, without) > 0 then
    return expect.misconception("E1.5", "The scales belong to the weights before BatchNorm was folded into them. Fuse convolution, " ..
                                "BatchNorm and ReLU before the observers see anything.", nil, 0.3)
  end
  if #crooked(codes) > 0 then
    return expect.misconception("E1.1", NOT_ROUNDED, nil, 0)
  end
  local bad = {}
  for i, layer in ipairs(codes) do
    local any = false
    for _, convention in ipairs(conventions()) do
      any = any or layer.scale[1] == scale_by(convention, with[i])
    end
    if not any then
      bad[#bad + 1] = layer.name
    end
  end
  if #bad == 0 then
    return expect.partial(0.7, "Each exponent can be explained, but not all of them by one rule: nearest, ceil and floor are mixed.")
  end
  return expect.wrong("No rule (nearest, ceil or floor of the logarithm of the step) leads from your float weights to the exponents of " ..
                      join(bad) .. ".", {layers = bad})
end)

check("weights.codes", {points = 15, title = "Codes are the quantized own float weights"}, function(s)
  local floats, codes, float_file, code_file = pairs_of_layers(s)
  local good, ties, bad, first = 0, 0, {}, nil
  for i, layer in ipairs(codes) do
    local w, raw = folded(s, float_file, floats[i])
    local q = s:load(code_file, layer.weight)
    local qp = {scale = #layer.scale == 1 and layer.scale[1] or layer.scale, zero_point = #layer.scale == 1 and 0 or nil,
                qmin = -128, qmax = 127, dtype = "int8", axis = #layer.scale > 1 and layer.axis or nil}
    if #layer.scale > 1 then
      qp.zero_point = layer.zero_point
    end
    local verdict = expect.codes(q, w, qp)
    if verdict.verdict == "wrong" and floats[i].norm and quant.match_codes(q, raw, qp).mismatches == 0 then
      return expect.misconception("E1.5", "The codes are those of the weights before BatchNorm was folded into them. Fuse " ..
                                  "convolution, BatchNorm and ReLU before converting.", {layer = layer.name}, 0.3)
    end
    if verdict.verdict == "wrong" then
      bad[#bad + 1] = layer.name
      first = first or verdict.detail
    else
      good = good + 1
      ties = ties + verdict.detail.ties
    end
  end
  if #bad > 0 then
    local message = "The codes of " .. join(bad) .. " are not those of your float weights at your own scale: was the float model " ..
                    "trained on after it was saved, or are the codes cut instead of rounded?"
    return good > 0 and expect.partial(good / #codes * 0.5, message, first) or expect.wrong(message, first)
  end
  if ties > 0 then
    return expect.tied("Some weights lie on a rounding tie; both neighbours count.", {ties = ties})
  end
  return expect.correct("", {layers = good})
end)

check("weights.range", {points = 5, title = "Codes use their range"}, function(s)
  local found, file = int8_layers(s)
  local stuck, largest = {}, {}
  for i, layer in ipairs(found) do
    largest[i] = s:load(file, layer.weight):absmax()
    if largest[i] == 0 then
      return expect.wrong("All codes of " .. layer.name .. " are 0.")
    end
    if layer.scale[1] == 2.0 ^ MIN_EXPONENT and largest[i] < 64 then
      stuck[#stuck + 1] = layer.name
    end
  end
  if #stuck == 0 then
    return expect.correct("", {largest_codes = largest})
  end
  local verdict = expect.correct("The lower clamp of the exponent holds the scale up: the largest code of " .. join(stuck) ..
                                 " needs less than seven bits, so one bit or more of precision is given away. The handout's clamp " ..
                                 "asks for it, so it costs nothing here; a smaller lower bound would be the remedy.",
                                 {largest_codes = largest, layers = stuck})
  verdict.misconception = "E1.4"
  return verdict
end)

-- ---- activations ----

check("activations.pow2", {points = 10, title = "Activation scales are powers of two"}, function(s)
  local bad, exponents = {}, {}
  for i, a in ipairs(activations(s)) do
    exponents[i] = expect.pow2(a.scale) or "none"
    if a.scale ~= a.scale then
      return expect.malformed("The scale of " .. a.name .. " is NaN.")
    end
    if not expect.pow2(a.scale) then
      bad[#bad + 1] = a.name
    end
  end
  if #bad == 0 then
    return expect.correct("", {exponents = exponents})
  end
  return expect.misconception("E1.1", NOT_ROUNDED, {layers = bad}, 0)
end)

check("activations.zero_point", {points = 5, title = "Activation zero points"}, function(s)
  local mid, below, other = 0, 0, {}
  for _, a in ipairs(activations(s)) do
    if a.zero_point == 128 then
      mid = mid + 1
    elseif a.zero_point == 127 then
      below = below + 1
    else
      other[#other + 1] = a.name
    end
  end
  if #other > 0 then
    return expect.wrong("A symmetric uint8 scheme puts 0 in the middle of the codes, for every layer. Look at " .. join(other) .. ".",
                        {layers = other})
  end
  if below > 0 then
    return expect.misconception("E1.2", "The zero point is one below the number that the integer formula subtracts and adds. Each " ..
                                "product then carries an offset of one step, and an accumulator is wrong by the sum of its weights. " ..
                                "The hardware flips the top bit, which fixes the middle of uint8 as zero.", {layers = below}, 0)
  end
  return expect.correct("", {layers = mid})
end)

-- ---- structure ----

check("bn.folded", {points = 5, title = "BatchNorm is folded"}, function(s)
  local file = int8_file(s)
  local norms = 0
  for _, entry in ipairs(s:entries(file)) do
    if entry.name:find("running_mean$") then
      norms = norms + 1
    end
  end
  if norms > 0 then
    return expect.misconception("E1.5", "Convolution, BatchNorm and ReLU were not fused before calibration: the observers saw values " ..
                                "before the normalization, and a float layer is left in the integer network.", {batchnorms = norms}, 0)
  end
  return expect.correct("")
end)

local function code_text(s)
  local all = {}
  for _, file in ipairs(s:files()) do
    if file.name:lower():find("%.py$") or file.name:lower():find("%.ipynb$") then
      all[#all + 1] = (s:text(file.name))
    end
  end
  if #all == 0 then
    s:stop("missing", "No code is handed in (model.py, lab1.ipynb).")
  end
  return table.concat(all, "\n")
end

-- The lines of a text without comments and empty ones.
local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    line = line:gsub("#.*$", "")
    if line:find("%S") then
      lines[#lines + 1] = line
    end
  end
  return lines
end

-- The body of a Python function: the lines behind its "def" that are indented deeper.
local function body_of(lines, name)
  local depth, body
  for _, line in ipairs(lines) do
    local indent = #line:match("^%s*")
    if depth and indent <= depth then
      return body
    elseif depth then
      body = body .. line .. "\n"
    elseif line:find("def " .. name, 1, true) then
      depth, body = indent, ""
    end
  end
  return body
end

-- The last layer that is made with Linear( in __init__: its attribute's name and the text that defines it.
local function last_linear(lines)
  local name, definition, last_name, last_definition
  for _, line in ipairs(lines) do
    local attribute = line:match("^%s*self%.([%w_]+)%s*=")
    if attribute or line:find("^%s*def ") then
      name, definition = attribute, ""
    end
    if name then
      definition = definition .. line .. "\n"
      if definition:find("Linear(", 1, true) then
        last_name, last_definition = name, definition
      end
    end
  end
  return last_name, last_definition
end

check("code.last_layer", {points = 3, title = "No ReLU behind the last layer"}, function(s)
  local lines = lines_of(code_text(s))
  local name, definition = last_linear(lines)
  if not name then
    return expect.missing("The model's definition was not found in the code.")
  end
  local behind = definition
  local at = definition:find("Linear(", 1, true)
  while at do
    behind = definition:sub(at)
    at = definition:find("Linear(", at + 1, true)
  end
  local called = table.concat(lines, "\n"):find("relu(self." .. name .. "(", 1, true)
  if behind:find("ReLU", 1, true) or called then
    return expect.misconception("E1.5", "A ReLU stands behind the last layer: all logits below zero become equal, their gradients are " ..
                                "dead, and half of the output codes are never used. Which class wins must not depend on it.", nil, 0)
  end
  return expect.correct("")
end)

check("code.observer", {points = 2, title = "scale_approximate rounds the exponent"}, function(s)
  local lines = lines_of(code_text(s))
  local body = body_of(lines, "scale_approximate")
  if not body then
    return expect.missing("No scale_approximate was found in the code.")
  end
  for _, word in ipairs {"round", "ceil", "floor", "int(", "rint", "bit_length", "frexp", ">>", "<<", "trunc"} do
    if body:find(word, 1, true) then
      for _, line in ipairs(lines) do
        if line:find("/%s*127%s*$") or line:find("/%s*127%s*[^%s%.%d]") then
          local verdict = expect.correct("The step is taken as the largest magnitude over 127; the handout divides twice the largest " ..
                                         "magnitude by 255. Both are accepted.")
          verdict.misconception = "E1.3"
          return verdict
        end
      end
      return expect.correct("")
    end
  end
  return expect.misconception("E1.1", NOT_ROUNDED, nil, 0)
end)

-- The word with "loader" in it that a line calls a calibration with, or loops over behind prepare().
local function calibration_loader(lines)
  local prepared, loader = false, nil
  for _, line in ipairs(lines) do
    prepared = prepared or line:find("prepare", 1, true) ~= nil
    local calls = line:find("calibrat", 1, true) and not line:find("def ", 1, true)
    local loops = prepared and line:find("^%s*for .* in ")
    if not loader and (calls or loops) then
      for word in line:gmatch("[%w_]+") do
        if word:lower():find("loader", 1, true) then
          loader = word
        end
      end
    end
  end
  return loader
end

-- Is the loader the last one of "*_, x = DATALOADERS(…)" or "a, b, x = DATALOADERS(…)"? The list is train, validation, test.
local function is_last_of_three(lines, loader)
  for _, line in ipairs(lines) do
    local left = line:match("^(.*)=%s*DATALOADERS")
    local rest = left and left:match("^(.*),%s*" .. loader .. "%s*$")
    if rest and (rest:find("*", 1, true) or rest:find(",", 1, true)) then
      return true
    end
  end
  return false
end

check("code.calibration", {points = 2, title = "Calibration uses training data"}, function(s)
  local lines = lines_of(code_text(s))
  local loader = calibration_loader(lines)
  if not loader then
    return expect.missing("No calibration was found in the code.")
  end
  if is_last_of_three(lines, loader) or loader:lower():find("test", 1, true) then
    return expect.misconception("E1.8", "The observers were shown the test set. Accuracy on data that helped to choose the scales says " ..
                                "less than it seems to; and a single image is too few. Calibrate on some hundred training images.", nil, 0)
  end
  return expect.correct("")
end)

-- ---- report ----

local LAYER = "linear:128x10"

check("report.energy_fp32", {points = 4, title = "Energy of the float layer"}, function(s)
  local text = s:text(REPORT, "the report (report.md)")
  return expect.text_number(text, {
    topic = "energy", absent = "The report has no part about energy.",
    accept = {{value = quant.energy(LAYER).fp32.pJ}},
    mistakes = {{id = "E1.6", value = quant.energy(LAYER, {accounting = "report"}).fp32.pJ, score = 0.5,
                 message = "One addition per output is missing: a sum of n products takes n - 1 additions, and the bias takes one more."}},
    wrong = "The total of the float layer was not found. Count products, the additions between them, and the bias.",
  })
end)

check("report.energy_int8", {points = 4, title = "Energy of the integer layer"}, function(s)
  local text = s:text(REPORT, "the report (report.md)")
  local accept = {}
  for i, name in ipairs {"formula6", "hoisted", "folded"} do
    accept[i] = {value = quant.energy(LAYER, {accounting = name}).int8.pJ, name = name}
  end
  return expect.text_number(text, {
    topic = "energy", absent = "The report has no part about energy.", accept = accept,
    mistakes = {{id = "E1.6", name = "report", value = quant.energy(LAYER, {accounting = "report"}).int8.pJ, score = 0.5,
                 message = "Three lines of formula (6) are missing or mispriced: the zero point that is subtracted from each input, " ..
                           "the zero point that is added to each output, and the bias, which joins an INT32 sum and is no INT8 addition."}},
    wrong = "The total of the integer layer fits no accounting of formula (6). Count products, INT32 sums with the bias, one shift " ..
            "and both uses of the zero point per element they act on.",
  })
end)

emit(use "emit")

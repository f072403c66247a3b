-- Fresh submissions for `halfstep lint --emit`: a right one, a blank one, and one for each misconception. The networks are tiny (widths
-- 3-4-6-8-6-6, 24-10-8-10) and random; the files are .npz with the names that README.md lists.

local names = {"conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"}
local widths = {4, 6, 8, 6, 6, 10, 8, 10}
local inputs = {3, 4, 6, 8, 6, 24, 10, 8}

-- Numbers in [-1, 1): a 32-bit linear congruential sequence, the same on every machine.
local function generator(seed)
  local state = seed % 4294967296
  return function()
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 2147483648 - 1
  end
end

local function vector(random, n, middle, spread)
  local t = {}
  for i = 1, n do
    t[i] = middle + spread * random()
  end
  return t
end

local function matrix(random, rows, columns, spread)
  local t = {}
  for i = 1, rows do
    t[i] = vector(random, columns, 0, spread)
  end
  return t
end

local function kernel(random, out, into, spread)
  local t = {}
  for i = 1, out do
    t[i] = {}
    for j = 1, into do
      t[i][j] = matrix(random, 3, 3, spread)
    end
  end
  return t
end

local function f32(list)
  return tensor.of(list):as("float32")
end

local function put(tensors, name, value)
  tensors[#tensors + 1] = {name = name, tensor = value}
end

-- One layer of the float model; its folded weight.
local function float_layer(tensors, random, i)
  local name, out, into = names[i], widths[i], inputs[i]
  if i > 5 then
    local w = f32(matrix(random, out, into, 1))
    put(tensors, name .. ".weight", w)
    put(tensors, name .. ".bias", f32(vector(random, out, 0, 1)))
    return w, w
  end
  local w, b = f32(kernel(random, out, into, 1)), f32(vector(random, out, 0, 1))
  local norm = {gamma = f32(vector(random, out, 2, 0.5)), beta = f32(vector(random, out, 0, 1)),
                mean = f32(vector(random, out, 0, 1)), var = f32(vector(random, out, 1, 0.5))}
  put(tensors, name .. ".0.weight", w)
  put(tensors, name .. ".0.bias", b)
  put(tensors, name .. ".1.weight", norm.gamma)
  put(tensors, name .. ".1.bias", norm.beta)
  put(tensors, name .. ".1.running_mean", norm.mean)
  put(tensors, name .. ".1.running_var", norm.var)
  return quant.fold_batchnorm(w, b, norm), w
end

local function weight_scale(w, idea)
  local largest = w:absmax()
  if idea == "E1.1" then
    return largest / 127.5
  end
  return quant.qparams({min = -largest, max = largest},
                       {dtype = "int8", scheme = "power_of_two", denominator = "half_range", pow2_rounding = "nearest", max_shift = 8}).scale
end

-- Weights of this size ask for a scale below 2^-8 (E1.4).
local SMALL = 0.05

local function models(random, idea)
  local floats, codes = {}, {}
  put(codes, "quant.scale", f32{0.0078125})
  put(codes, "quant.zero_point", tensor.of{idea == "E1.2" and 127 or 128})
  for i, name in ipairs(names) do
    local folded, raw = float_layer(floats, random, i)
    if idea == "E1.4" and i == 8 then
      folded = f32(matrix(random, widths[i], inputs[i], SMALL))
      floats[#floats - 1].tensor = folded
    end
    local w = idea == "E1.5" and raw or folded
    local scale = weight_scale(w, idea)
    local q = quant.quantize(w, {scale = scale, zero_point = 0, qmin = -128, qmax = 127, dtype = "int8"})
    local layer = i > 5 and name or name .. ".0"
    put(codes, layer .. ".weight", q)
    put(codes, layer .. ".weight.scale", tensor.of{scale})
    put(codes, layer .. ".weight.zero_point", tensor.of{0})
    put(codes, layer .. ".scale", f32{idea == "E1.1" and 0.0279677 or 0.03125})
    put(codes, layer .. ".zero_point", tensor.of{idea == "E1.2" and 127 or 128})
    if idea == "E1.5" and i <= 5 then
      put(codes, name .. ".1.running_mean", f32(vector(random, widths[i], 0, 1)))
    end
  end
  return floats, codes
end

local function model_text(idea)
  local divisor = idea == "E1.3" and "127" or "127.5"
  local exponent = idea == "E1.1" and "exp = math.log2(scale)" or "exp = round(math.log2(scale))"
  local last = idea == "E1.5" and "nn.Sequential(nn.Linear(8, 10), nn.ReLU())" or "nn.Linear(8, 10)"
  return table.concat({
    "class VGG(nn.Module):", "    def __init__(self):", "        super().__init__()",
    "        self.fc7 = nn.Sequential(nn.Linear(10, 8), nn.ReLU())", "        self.fc8 = " .. last,
    "    def forward(self, x):", "        return self.fc8(self.fc7(x))", "",
    "class Observer:", "    def scale_approximate(self, scale, max_shift_amount=8):", "        " .. exponent,
    "        return 2 ** max(-max_shift_amount, min(exp, max_shift_amount))",
    "    def calculate_qparams(self):", "        scale = self.max_abs / " .. divisor, "        return scale, 128", ""}, "\n")
end

local function notebook_text(idea)
  local line = idea == "E1.8" and "*_, test_loader = DATALOADERS['cifar10']()\\n" or
               "train_loader, val_loader, test_loader = DATALOADERS['cifar10']()\\n"
  local loader = idea == "E1.8" and "test_loader" or "train_loader"
  return '{"cells":[{"cell_type":"code","metadata":{},"outputs":[],"execution_count":1,"source":["' .. line ..
         '","calibrate(model, ' .. loader .. ')\\n"]}],"metadata":{},"nbformat":4,"nbformat_minor":5}\n'
end

-- Figures as a report writes them: at most two decimals.
local function figure(value)
  return (string.format("%.2f", value):gsub("%.?0+$", ""))
end

local function report_text(idea)
  local accounting = {accounting = idea == "E1.6" and "report" or "formula6"}
  local e = quant.energy("linear:128x10", accounting)
  return "# Report\n\n| Energy (pJ) | before | after |\n|---|---|---|\n| 128 to 10 | " .. figure(e.fp32.pJ) .. " | " ..
         figure(e.int8.pJ) .. " |\n"
end

local ideas = {"right", "blank", "E1.1", "E1.2", "E1.3", "E1.4", "E1.5", "E1.6", "E1.8"}

return function(number, seed)
  local idea = ideas[number]
  if not idea then
    return nil
  end
  if idea == "blank" then
    return {name = "blank", files = {}, expected = {score = 0, misconceptions = {}}}
  end
  local floats, codes = models(generator(seed * 16 + number), idea)
  local expected = {misconceptions = idea ~= "right" and {idea} or {}}
  if idea == "right" then
    expected.score = 100
  end
  return {name = idea, expected = expected, files = {
    {path = "weight_fp32.npz", tensors = floats}, {path = "weight_int8.npz", tensors = codes},
    {path = "model.py", text = model_text(idea)}, {path = "lab1.ipynb", text = notebook_text(idea)},
    {path = "report.md", text = report_text(idea)}}}
end

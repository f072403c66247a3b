-- scale-chain: the derivations of the lab on chained activation scales and bias scales, questions 4.1(a), 4.1(b) and 5.1.
-- What is handed in, and where each finding can be seen: README.md.

assignment {
  id = "scale-chain",
  title = "Scales of activations and biases, derived",
  names = {"{id}_{name}_lab2", "{id}_lab2", "{id}"},
  files = {"answers.json", "*.sub.json", "report.md", "*.md", "*.ipynb", "*.txt"},
}

local L7, L8 = "activation-scales", "bias-scale"

misconception("E0.5", "Multiplied by s_Out, and the right side left alone", {lesson = L7})
misconception("4.1-multiplies", "s_Out multiplies on the left and divides on the right", {lesson = L7})
misconception("4.1-right-side-out", "The right side was not divided", {lesson = L7})
misconception("4.1-right-side-own", "The right side was divided by s_Out alone", {lesson = L7})
misconception("4.1-forgot-first-division", "The first layer's division by its s_Out is missing on the left", {lesson = L7})
misconception("4.1-own-layer-only", "The right side knows only the scales of its own layer", {lesson = L7})
misconception("5.1-s-w-only", "The bias is divided by the weight scale alone", {lesson = L8})
misconception("5.1-s-in-only", "The bias is divided by the input scale alone", {lesson = L8})
misconception("5.1-as-it-is", "The bias was left as it is", {lesson = L8})
misconception("E0.7", "The bias scale holds s_Out: treated like an activation", {lesson = L8})

local REPORTS = {"answers.json", "*.sub.json", "report.md", "report*.md", "*report*.md", "report*.ipynb", "*.md", "*.ipynb", "*.txt"}

-- ---- what was handed in ----

-- Every file that may hold answers, the most exact kind first.
local function files_of(s)
  local found, seen = {}, {}
  for _, pattern in ipairs(REPORTS) do
    for _, file in ipairs(s:files()) do
      if not seen[file.name] and hand_in.fits(pattern, file.name) then
        seen[file.name] = true
        found[#found + 1] = file.name
      end
    end
  end
  return found
end

-- The answer to a question from answers.json: a list of lines, or nil.
local function from_json(s, file, id)
  local text, why = hand_in.text(file)
  local fine, value = pcall(json.decode, text or "")
  if not text or not fine or type(value) ~= "table" then
    s:stop("malformed", file .. " is no JSON: " .. (why or "look for a missing quote, comma or bracket") ..
           ". In JSON a backslash is written twice.")
  end
  local answer = (type(value.answers) == "table" and value.answers or value)[id]
  if type(answer) == "string" then
    answer = {answer}
  end
  if answer ~= nil and type(answer) ~= "table" then
    s:stop("malformed", "answers." .. id .. " should be a text or a list of texts.")
  end
  local lines = {}
  for i, line in ipairs(answer or {}) do
    if type(line) ~= "string" then
      s:stop("malformed", "answers." .. id .. " should be a text or a list of texts.")
    end
    lines[i] = line
  end
  return #lines > 0 and lines or nil
end

-- Formulas of a report under the question's own label, else under its number ("4.1"), else without any label. Lines that only look
-- like equations count where there is nothing else.
local function from_report(s, file, id)
  local all, why = hand_in.formulas(file)
  if not all then
    s:stop("malformed", "The report cannot be read: " .. why .. ".")
  end
  local number = id:match("^[%d.]+")
  for _, wanted in ipairs {id, number, ""} do
    for _, plain in ipairs {false, true} do
      local lines = {}
      for _, f in ipairs(all) do
        if f.label == wanted and f.plain == plain and f.text:find("=", 1, true) and #lines < 64 then
          lines[#lines + 1] = f.text
        end
      end
      if #lines > 0 then
        return lines
      end
    end
  end
  return nil
end

local function answers(s, id)
  local files = files_of(s)
  if #files == 0 then
    s:stop("missing", "Not handed in: answers.json, or a report with formulas (.md, .ipynb).")
  end
  for _, file in ipairs(files) do
    local lines
    if file:find("%.json$") then
      lines = from_json(s, file, id)
    else
      lines = from_report(s, file, id)
    end
    if lines then
      return lines
    end
  end
  s:stop("missing", "No formula was found for question " .. id .. ".")
end

-- The verdict of the line that earns most; of equal ones the last, which is the end of a derivation.
local function best(lines, judge)
  local worth = {correct = 3, misconception = 1.5, partial = 1.5, wrong = 1, malformed = 0.5, missing = 0}
  local found, value
  for _, line in ipairs(lines) do
    local verdict = judge(line)
    local v = worth[verdict.verdict] + (verdict.score or 0)
    if not found or v >= value then
      found, value = verdict, v
    end
  end
  return found
end

-- ---- names ----

-- What students write for the names of the sheet.
local function layer(n, single)
  local aliases = {
    ["W_conv" .. n] = {"W" .. n, "w" .. n, "w_conv" .. n, "W_c" .. n, "w_c" .. n, "W_Conv" .. n},
    ["s_W_conv" .. n] = {"s_W" .. n, "s_w" .. n, "s_w_conv" .. n, "S_W" .. n, "S_W_conv" .. n, "s_W_c" .. n, "s_conv" .. n, "s_Wconv" .. n},
    ["Out_conv" .. n] = {"Out" .. n, "out" .. n, "out_conv" .. n, "O" .. n, "Y" .. n, "y" .. n, "Out_c" .. n},
    ["s_Out_conv" .. n] = {"s_Out" .. n, "s_out" .. n, "s_out_conv" .. n, "S_Out" .. n, "S_Out_conv" .. n, "s_O" .. n, "s_Y" .. n, "s_y" .. n, "s_Out_c" .. n},
  }
  if single then
    for name, more in pairs {["W_conv1"] = {"W", "w"}, ["s_W_conv1"] = {"s_W", "s_w", "S_W"}, ["Out_conv1"] = {"Out", "out", "y", "Y"},
                             ["s_Out_conv1"] = {"s_Out", "s_out", "S_Out", "s_y", "s_Y"}} do
      for _, alias in ipairs(more) do
        table.insert(aliases[name], alias)
      end
    end
  end
  return aliases
end

local function merge(...)
  local all = {In = {"in", "I", "x", "X", "input", "In_conv1", "In1"},
               s_In = {"s_in", "s_I", "s_x", "s_X", "S_In", "s_input", "s_initial_input", "s_In_conv1", "s_In1"}}
  for _, t in ipairs {...} do
    for name, aliases in pairs(t) do
      all[name] = aliases
    end
  end
  return all
end

local function names(aliases, more)
  local list = {}
  for name in pairs(aliases) do
    list[#list + 1] = name
  end
  table.sort(list)
  for _, name in ipairs(more or {}) do
    list[#list + 1] = name
  end
  return list
end

-- ---- 4.1 ----

local NOT_QUANTIZED = "Clearing the denominators gives the original equation back, as it must. But it is not yet the quantized form: " ..
                      "every tensor on the left stands over its own scale, and both sides are divided by the scale of the output."

-- Equivalent to the original (else half, the rule of the sheet), and in the quantized form.
local function quantized(text, t)
  local verdict = expect.equation(text, t.original, t)
  if verdict.verdict ~= "correct" then
    return verdict
  end
  local form = expect.equation(text, t.model, {relation = "sides", names = t.names, given = t.given, aliases = t.aliases})
  if form.verdict == "correct" then
    return form
  end
  local bare = expect.equation(text, t.original, {relation = "sides", names = t.names, given = t.given, aliases = t.aliases})
  if bare.verdict == "correct" then
    return expect.wrong("This is the equation that the question begins with. Where are the scales?", verdict.detail)
  end
  return expect.partial(0.5, NOT_QUANTIZED, verdict.detail)
end

local one = merge(layer(1, true))

check("4.1a", {points = 0.5, title = "The quantized equation of conv1"}, function(s)
  return best(answers(s, "4.1a"), function(text)
    return quantized(text, {
      original = "W_conv1*In = Out_conv1",
      model = "W_conv1/s_W_conv1*In/s_In*1/s_Out_conv1 = Out_conv1/(s_W_conv1*s_In*s_Out_conv1)",
      names = names(one), aliases = one, half = 0.5, needs = {"W_conv1", "In", "Out_conv1", "s_W_conv1"},
      mistakes = {
        {id = "E0.5", score = 0.5, value = "W_conv1/s_W_conv1*In/s_In*s_Out_conv1 = Out_conv1",
         message = "s_Out multiplies the left side, and the right side was left as it is. It holds only where s_Out happens to be s_W times s_In. A scale divides, on both sides."},
        {id = "4.1-multiplies", score = 0.5, value = "W_conv1/s_W_conv1*In/s_In*s_Out_conv1 = Out_conv1/(s_W_conv1*s_In*s_Out_conv1)",
         message = "s_Out multiplies on the left and divides on the right. What is done to one side must be done to the other."},
        {id = "4.1-right-side-out", score = 0.5, value = "W_conv1/s_W_conv1*In/s_In*1/s_Out_conv1 = Out_conv1",
         message = "The left side was divided by three scales, the right side by none."},
        {id = "4.1-right-side-own", score = 0.5, value = "W_conv1/s_W_conv1*In/s_In*1/s_Out_conv1 = Out_conv1/s_Out_conv1",
         message = "The right side was divided by s_Out alone. The codes on the left carry the scales of weights and input as well."},
      },
    })
  end)
end)

local two = merge(layer(1), layer(2))
local TWO = "W_conv2/s_W_conv2*(W_conv1/s_W_conv1*In/s_In*1/s_Out_conv1)*1/s_Out_conv2"

check("4.1b", {points = 0.5, title = "The quantized equation of conv2, from the input on"}, function(s)
  return best(answers(s, "4.1b"), function(text)
    return quantized(text, {
      original = "W_conv2*W_conv1*In = Out_conv2",
      model = TWO .. " = Out_conv2/(s_W_conv2*s_W_conv1*s_In*s_Out_conv1*s_Out_conv2)",
      names = names(two, {"In_conv2", "In2"}), aliases = two,
      given = {"In_conv2 = Out_conv1", "In2 = Out_conv1", "Out_conv1 = W_conv1*In"},
      half = 0.5, needs = {"W_conv2", "Out_conv2", "s_W_conv2"},
      mistakes = {
        {id = "4.1-forgot-first-division", score = 0.5,
         value = "W_conv2/s_W_conv2*(W_conv1/s_W_conv1*In/s_In)*1/s_Out_conv2 = Out_conv2/(s_W_conv2*s_W_conv1*s_In*s_Out_conv1*s_Out_conv2)",
         message = "On the left the division by the first layer's s_Out is missing. Its codes are the input of conv2, and they were divided by it."},
        {id = "4.1-own-layer-only", score = 0.5, value = TWO .. " = Out_conv2/(s_W_conv2*s_Out_conv2)",
         message = "The right side knows only the scales of its own layer. Whatever divided the left side, in conv1 too, divides the right one."},
        {id = "4.1-right-side-out", score = 0.5, value = TWO .. " = Out_conv2",
         message = "The left side was divided by five scales, the right side by none."},
        {id = "4.1-multiplies", score = 0.5,
         value = "W_conv2/s_W_conv2*(W_conv1/s_W_conv1*In/s_In*s_Out_conv1)*s_Out_conv2 = Out_conv2/(s_W_conv2*s_W_conv1*s_In*s_Out_conv1*s_Out_conv2)",
         message = "The output scales multiply on the left and divide on the right."},
      },
    })
  end)
end)

-- ---- 5.1 ----

local bias = merge(layer(1, true), {beta = {"b", "B", "bias", "beta_conv1", "b1"},
                                    s_beta = {"s_b", "s_B", "S_beta", "s_bias", "s_beta_conv1", "s_b1"}})
local BIAS = "(W_conv1/s_W_conv1*In/s_In + beta/s_beta)*1/s_Out_conv1"
local RIGHT = "Out_conv1/(s_W_conv1*s_In*s_Out_conv1)"
local GIVEN = {"s_beta = s_W_conv1*s_In"}

-- s_beta may be written only where it is said what it is: by its definition, or by a step that replaces it.
local function says_what_it_is(lines)
  local words = {names = names(bias), aliases = bias}
  for _, line in ipairs(lines) do
    local read = expect.read(line, words)
    if read and read.sides > 2 then
      return true -- a chain that is right as a whole has put it in
    elseif read and read.sides == 2 and not read.used.s_beta and read.text:find("+", 1, true) then
      return true -- written with s_W s_In at once
    elseif read and expect.says(line, "s_beta = s_W_conv1*s_In", words) then
      return true
    end
  end
  return false
end

check("5.1", {points = 1, title = "The quantized equation with a bias"}, function(s)
  local lines = answers(s, "5.1")
  local verdict = best(lines, function(text)
    return expect.derivation({text}, BIAS .. " = " .. RIGHT, {
      start = "W_conv1*In + beta = Out_conv1", names = names(bias), aliases = bias, given = GIVEN,
      form = "This follows from the layer's equation, but it is not yet the quantized form: every term on the left over its own scale, then both sides over s_Out.",
      half = 0.5, needs = {"W_conv1", "In", "beta", "Out_conv1"},
      mistakes = {
        {id = "5.1-s-w-only", score = 0.5, value = "(W_conv1/s_W_conv1*In/s_In + beta/s_W_conv1)*1/s_Out_conv1 = " .. RIGHT,
         message = "The bias is divided by s_W alone, the products by s_W times s_In. Only what counts in the same step may be added."},
        {id = "5.1-s-in-only", score = 0.5, value = "(W_conv1/s_W_conv1*In/s_In + beta/s_In)*1/s_Out_conv1 = " .. RIGHT,
         message = "The bias is divided by s_In alone, the products by s_W times s_In."},
        {id = "5.1-as-it-is", score = 0.5, value = "(W_conv1/s_W_conv1*In/s_In + beta)*1/s_Out_conv1 = " .. RIGHT,
         message = "The bias was left as it is. It counts in units, the products count in steps."},
        {id = "E0.7", score = 0.5, value = "(W_conv1/s_W_conv1*In/s_In + beta/(s_W_conv1*s_In*s_Out_conv1))*1/s_Out_conv1 = " .. RIGHT,
         message = "s_Out divides the bias twice, inside of the bracket and outside. The bias is added before that division; it is no activation."},
      },
    })
  end)
  if verdict.verdict == "correct" and not says_what_it_is(lines) then
    return expect.partial(0.5, "The equation is right if s_beta is s_W times s_In, and that is what the question asks for: say so.", verdict.detail)
  end
  return verdict
end)
emit(use "emit")

-- Fresh submissions for `halfstep lint --emit`: a right one in each of three formats and in a notation of the seed's choice, a blank one,
-- and one for each misconception.

-- Three notations of the same formula: plain, Unicode, LaTeX. W, I, O are the tensors; a, b, c their scales.
local function plain(text)
  return text
end

local function unicode(text)
  return (text:gsub("%*", " · "):gsub("beta", "β"))
end

local latex_names = {["W_conv1"] = "W_{conv1}", ["W_conv2"] = "W_{conv2}", ["s_W_conv1"] = "s_{W_{conv1}}", ["s_W_conv2"] = "s_{W_{conv2}}",
                     ["Out_conv1"] = "Out_{conv1}", ["Out_conv2"] = "Out_{conv2}", ["s_Out_conv1"] = "s_{Out_{conv1}}",
                     ["s_Out_conv2"] = "s_{Out_{conv2}}", ["s_In"] = "s_{In}", ["beta"] = "\\beta", ["s_beta"] = "s_{\\beta}"}

local function latex(text)
  text = text:gsub("[%a_][%w_]*", function(name)
    return latex_names[name] or name
  end)
  return (text:gsub("%*", "\\cdot "))
end

local A = "W_conv1/s_W_conv1*In/s_In*1/s_Out_conv1"
local A_RIGHT = "Out_conv1/(s_W_conv1*s_In*s_Out_conv1)"
local B = "W_conv2/s_W_conv2*(" .. A .. ")*1/s_Out_conv2"
local B_RIGHT = "Out_conv2/(s_W_conv2*s_W_conv1*s_In*s_Out_conv1*s_Out_conv2)"

-- The lines of each question, with the idea in its place.
local function lines(idea)
  local t = {
    ["4.1a"] = {A .. " = " .. A_RIGHT},
    ["4.1b"] = {"W_conv2*In_conv2 = Out_conv2", "W_conv2*Out_conv1 = Out_conv2", "W_conv2*(W_conv1*In) = Out_conv2", B .. " = " .. B_RIGHT},
    ["5.1"] = {"(W_conv1/s_W_conv1*In/s_In + beta/s_beta)*1/s_Out_conv1 = (W_conv1/s_W_conv1*In/s_In + beta/(s_W_conv1*s_In))*1/s_Out_conv1 = " .. A_RIGHT},
  }
  local function bias(term)
    return {"(W_conv1/s_W_conv1*In/s_In + " .. term .. ")*1/s_Out_conv1 = " .. A_RIGHT}
  end
  local wrong = {
    ["E0.5"] = {"4.1a", {"W_conv1/s_W_conv1*In/s_In*s_Out_conv1 = Out_conv1"}},
    ["4.1-multiplies"] = {"4.1a", {"W_conv1/s_W_conv1*In/s_In*s_Out_conv1 = " .. A_RIGHT}},
    ["4.1-right-side-out"] = {"4.1a", {A .. " = Out_conv1"}},
    ["4.1-right-side-own"] = {"4.1a", {A .. " = Out_conv1/s_Out_conv1"}},
    ["4.1-forgot-first-division"] = {"4.1b", {"W_conv2/s_W_conv2*(W_conv1/s_W_conv1*In/s_In)*1/s_Out_conv2 = " .. B_RIGHT}},
    ["4.1-own-layer-only"] = {"4.1b", {B .. " = Out_conv2/(s_W_conv2*s_Out_conv2)"}},
    ["5.1-s-w-only"] = {"5.1", bias("beta/s_W_conv1")},
    ["5.1-s-in-only"] = {"5.1", bias("beta/s_In")},
    ["5.1-as-it-is"] = {"5.1", bias("beta")},
    ["E0.7"] = {"5.1", bias("beta/(s_W_conv1*s_In*s_Out_conv1)")},
  }
  if wrong[idea] then
    t[wrong[idea][1]] = wrong[idea][2]
  end
  return t
end

local questions = {"4.1a", "4.1b", "5.1"}

local function answers(t, notation)
  local all = {}
  for id, list in pairs(t) do
    all[id] = {}
    for i, line in ipairs(list) do
      all[id][i] = notation(line)
    end
  end
  return {path = "answers.json", text = json.encode({halfstep = 1, answers = all})}
end

local function markdown(t, notation)
  local text = {"# Report\n\nMeasured: the accuracy is 60 %, which costs about $5 of electricity.\n"}
  for _, id in ipairs(questions) do
    local number, part = id:match("^([%d.]+)(%a?)$")
    text[#text + 1] = (part ~= "b" and "\n### Question " .. number .. "\n" or "") .. (part ~= "" and "\n(" .. part .. ")\n" or "")
    for i, line in ipairs(t[id]) do
      text[#text + 1] = "\n$$\n" .. notation(line) .. "\\tag{" .. i .. "}\n$$\n"
    end
  end
  return table.concat(text)
end

local function notebook(t, notation)
  local cell = {cell_type = "markdown", metadata = {}, source = {markdown(t, notation)}}
  local code = {cell_type = "code", metadata = {}, outputs = {}, execution_count = 1, source = {"x = 1 # W = 2\n"}}
  return {path = "lab2.ipynb", text = json.encode({cells = {code, cell}, metadata = {}, nbformat = 4, nbformat_minor = 5})}
end

local ideas = {"right-json", "right-markdown", "right-notebook", "blank", "E0.5", "4.1-multiplies", "4.1-right-side-out",
               "4.1-right-side-own", "4.1-forgot-first-division", "4.1-own-layer-only", "5.1-s-w-only", "5.1-s-in-only", "5.1-as-it-is", "E0.7"}

return function(number, seed)
  local idea = ideas[number]
  if not idea then
    return nil
  end
  if idea == "blank" then
    return {name = "blank", files = {}, expected = {score = 0, misconceptions = {}}}
  end
  local t = lines(idea)
  local notation = ({plain, unicode, latex})[(seed + number) % 3 + 1]
  local format = idea:match("^right%-(.*)$") or ({"json", "markdown", "notebook"})[(seed // 3 + number) % 3 + 1]
  local file = format == "json" and answers(t, notation) or format == "notebook" and notebook(t, notation) or
               {path = "report.md", text = markdown(t, notation)}
  local right = idea:find("^right") ~= nil
  local lost = idea:find("^[45E]") and (idea:find("^5") or idea == "E0.7") and 0.5 or 0.25
  return {name = idea, files = {file}, expected = {misconceptions = right and {} or {idea}, score = right and 2 or 2 - lost}}
end

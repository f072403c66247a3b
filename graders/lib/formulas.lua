-- expect.expression, expect.equation and expect.derivation: formulas of scales, judged by algebra.*, never as text.
--
-- Options of all three: names = {…} (the only ones that may occur), given = {"N = E", …}, aliases = {name = {"other spelling", …}},
-- mistakes = {{id=, value=, message=, score=}, …} (tried in order), half = share for a well-formed attempt that is not equivalent
-- (the half-score rule; 0 without), needs = {names that an attempt must hold to earn it}.

local formulas = {}

-- Every name that may occur, and what each alias stands for.
local function vocabulary(t)
  local all, stands_for = {}, {}
  for _, name in ipairs(t.names or {}) do
    all[#all + 1] = name
  end
  local sorted = {}
  for name in pairs(t.aliases or {}) do
    sorted[#sorted + 1] = name
  end
  table.sort(sorted)
  for _, name in ipairs(sorted) do
    for _, alias in ipairs(t.aliases[name]) do
      all[#all + 1] = alias
      stands_for[alias] = name
    end
  end
  return all, stands_for
end

-- The question as algebra.* takes it: an alias that occurs in one of the texts is given as the name that it stands for.
local function question(t, relation, texts)
  local all, stands_for = vocabulary(t)
  local q, seen = {relation = relation, names = all, given = {}}, {}
  for _, line in ipairs(t.given or {}) do
    q.given[#q.given + 1] = line
  end
  for _, source in ipairs {texts, t.given or {}} do
    for _, text in ipairs(source) do
      local parsed = algebra.parse(text, {names = all})
      for _, name in ipairs(parsed and parsed.names or {}) do
        if stands_for[name] and not seen[name] then
          seen[name] = true
          q.given[#q.given + 1] = name .. " = " .. stands_for[name]
        end
      end
    end
  end
  return q
end

local function copy(q, relation)
  return {relation = relation, names = q.names, given = q.given}
end

-- Which names occur, aliases counted as what they stand for.
local function names_of(text, t)
  local all, stands_for = vocabulary(t)
  local parsed, found = algebra.parse(text, {names = all}), {}
  for _, name in ipairs(parsed and parsed.names or {}) do
    found[stands_for[name] or name] = true
  end
  return found
end

local function malformed(why)
  return expect.malformed("The formula cannot be read: " .. why.message .. ".", {column = why.column, kind = why.kind})
end

local function mistake(given, t, q, relation, detail)
  for _, m in ipairs(t.mistakes or {}) do
    if algebra.equivalent(given, m.value, copy(q, relation)) == true then
      return expect.misconception(m.id, m.message, detail, m.score)
    end
  end
  return nil
end

-- A well-formed attempt at the right question earns `half`; another formula earns nothing.
local function attempt(given, t, message, detail)
  local found = names_of(given, t)
  for _, name in ipairs(t.needs or {}) do
    if not found[name] then
      return expect.wrong("This formula does not answer the question: " .. name .. " does not occur in it.", detail)
    end
  end
  if (t.half or 0) > 0 then
    return expect.partial(t.half, message, detail)
  end
  return expect.wrong(message, detail)
end

local function compare(given, wanted, t, relation)
  if type(given) ~= "string" or given:match("^%s*$") then
    return expect.missing("There is no formula here.")
  end
  local q = question(t, relation, {given})
  local a = algebra.explain(given, wanted, copy(q, relation))
  if a.error then
    if a.error["in"] ~= "lhs" then
      error("the grader's own formula: " .. a.error.message, 0)
    end
    return malformed(a.error)
  end
  local detail = {understood = a.understood[1], factor = a.factor, side = a.side, cleared = a.cleared}
  if a.equivalent then
    return expect.correct(t.message, detail)
  end
  detail.witness = a.witness
  return mistake(given, t, q, relation, detail) or attempt(given, t, a.message, detail)
end

-- expect.expression(given, wanted, opts): equal as rational functions.
function formulas.expression(given, wanted, t)
  return compare(given, wanted, t or {}, "expr")
end

-- expect.equation(given, wanted, opts): opts.relation "equation" (up to constants and powers of scales; the default) or "sides" (each
-- side as it stands, or swapped).
function formulas.equation(given, wanted, t)
  t = t or {}
  return compare(given, wanted, t, t.relation or "equation")
end

-- expect.derivation(lines, goal, opts): opts.start is the equation that everything must follow from; a line may be a chain a = b = c.
-- Correct when a right line has the sides of the goal. opts.form is the message for lines that are right without getting there
-- (worth opts.form_score, half by default).
function formulas.derivation(lines, goal, t)
  if type(lines) == "string" then
    lines = {lines}
  end
  if type(lines) ~= "table" or #lines == 0 then
    return expect.missing("There is no formula here.")
  end
  local q = question(t, "equation", lines)
  local rows, arrived = algebra.derivation(lines, {start = t.start, goal = goal, names = q.names, given = q.given})
  local wrong, fault, right
  for i, row in ipairs(rows) do
    if row.verdict == "wrong" then
      wrong = wrong or i
    elseif row.verdict == "malformed" then
      fault = fault or i
    else
      right = i
    end
  end
  local detail = {lines = #rows, first_wrong = wrong, understood = rows[#rows].text}
  if arrived then
    return expect.correct(t.message, detail)
  end
  if wrong then
    local first = rows[wrong]
    return mistake(first.says, t, q, "equation", detail) or attempt(first.says, t, first.message, detail)
  end
  if right then
    return expect.partial(t.form_score or 0.5, t.form or "Every line is right, but the last one is not yet in the form that is asked for.", detail)
  end
  return malformed({message = rows[fault].message, column = rows[fault].column, kind = "malformed"})
end

-- Whether a text says the same as an equation under the same names, aliases and relations.
function formulas.says(text, wanted, t)
  return algebra.equivalent(text, wanted, question(t, "equation", {text})) == true
end

-- What was read: algebra.parse under the names and aliases of a question; `used` holds the names, aliases as what they stand for.
function formulas.read(text, t)
  local parsed = algebra.parse(text, {names = (vocabulary(t))})
  if parsed then
    parsed.used = names_of(text, t)
  end
  return parsed
end

return formulas

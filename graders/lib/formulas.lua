-- expect.expression, expect.equation and expect.derivation: formulas of scales, judged by algebra.*, never as text.
--
-- Options of all three: names = {…} (the only ones that may occur), given = {"N = E", …}, aliases = {name = {"other spelling", …}},
-- mistakes = {{id=, value=, message=, score=}, …} (tried in order), half = share for a well-formed attempt that is not equivalent
-- (the half-score rule; 0 without), needs = {names that an attempt must hold to earn it}.

local formulas = {}

-- The question as algebra.* takes it: every alias is a name that stands for the first one.
local function question(t, relation)
  local q = {relation = relation, names = {}, given = {}}
  for _, name in ipairs(t.names or {}) do
    q.names[#q.names + 1] = name
  end
  for _, relation_text in ipairs(t.given or {}) do
    q.given[#q.given + 1] = relation_text
  end
  local sorted = {}
  for name in pairs(t.aliases or {}) do
    sorted[#sorted + 1] = name
  end
  table.sort(sorted)
  for _, name in ipairs(sorted) do
    for _, alias in ipairs(t.aliases[name]) do
      q.names[#q.names + 1] = alias
      q.given[#q.given + 1] = alias .. " = " .. name
    end
  end
  return q
end

local function copy(q, relation)
  return {relation = relation, names = q.names, given = q.given}
end

-- Which names occur, aliases counted as what they stand for.
local function names_of(text, t)
  local parsed = algebra.parse(text, {names = question(t, "expr").names})
  local canonical, found = {}, {}
  for name, aliases in pairs(t.aliases or {}) do
    for _, alias in ipairs(aliases) do
      canonical[alias] = name
    end
  end
  for _, name in ipairs(parsed and parsed.names or {}) do
    found[canonical[name] or name] = true
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
  local q = question(t, relation)
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
  local q = question(t, "equation")
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

return formulas

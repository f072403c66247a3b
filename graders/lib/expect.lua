-- expect.*: verdict tables {verdict=, score=, message=, misconception=, detail=} from comparisons. score is a share of the points;
-- without one, correct ones get all and others nothing.

local expect = {}

function expect.correct(message, detail)
  return {verdict = "correct", message = message or "", detail = detail}
end

function expect.tied(message, detail)
  return {verdict = "tie-tolerated", message = message or "", detail = detail}
end

function expect.wrong(message, detail)
  return {verdict = "wrong", message = message, detail = detail}
end

function expect.missing(message, detail)
  return {verdict = "missing", message = message, detail = detail}
end

function expect.malformed(message, detail)
  return {verdict = "malformed", message = message, detail = detail}
end

function expect.partial(score, message, detail)
  return {verdict = "partial", score = score, message = message, detail = detail}
end

function expect.misconception(id, message, detail, score)
  return {verdict = "misconception", misconception = id, message = message, detail = detail, score = score}
end

-- |got - want| <= atol + rtol |want|; NaN is never close.
function expect.close(got, want, rtol, atol)
  return math.abs(got - want) <= (atol or 0) + (rtol or 0) * math.abs(want)
end

-- The exponent e of an exact power of two 2^e, else nil.
function expect.pow2(x)
  if type(x) ~= "number" or not (x > 0) or x == math.huge then
    return nil
  end
  local e = 0
  while x < 1 do
    x, e = x * 2, e - 1
  end
  while x >= 2 do
    x, e = x / 2, e + 1
  end
  return x == 1 and e or nil
end

-- One number against the right value and the values that wrong ideas lead to:
--   expect.number(got, want, {rtol=, atol=, accept={name=value}, mistakes={id={value=, message=, score=}}})
-- NaN is malformed, not wrong. A message never tells the number.
function expect.number(got, want, t)
  t = t or {}
  local rtol, atol = t.rtol or 0, t.atol or 0
  if type(got) ~= "number" then
    return expect.malformed("A number was expected here, not a " .. type(got) .. ".")
  end
  if got ~= got then
    return expect.malformed("The value is NaN: some step before divided 0 by 0 or took the logarithm of a negative number.")
  end
  if expect.close(got, want, rtol, atol) then
    return expect.correct(t.message, {got = got})
  end
  for name, value in pairs(t.accept or {}) do
    if expect.close(got, value, rtol, atol) then
      return expect.correct("Counted as " .. name .. ".", {got = got, convention = name})
    end
  end
  for id, mistake in pairs(t.mistakes or {}) do
    if expect.close(got, mistake.value, rtol, atol) then
      return expect.misconception(id, mistake.message, {got = got}, mistake.score)
    end
  end
  return expect.wrong(t.wrong or "The value does not follow from the data.", {got = got})
end

-- A scale: a relative tolerance of 1e-6 unless another is given.
function expect.scale(got, want, t)
  t = t or {}
  return expect.number(got, want, {rtol = t.rtol or 1e-6, accept = t.accept, mistakes = t.mistakes, message = t.message, wrong = t.wrong})
end

-- Codes against quantizing x with qp: exact, but for rounding ties, where both neighbours pass.
-- t.mistakes = {id = {x=, qp=, message=, score=}}: the same codes from a wrong tensor or wrong qparams.
function expect.codes(codes, x, qp, t)
  t = t or {}
  local m = quant.match_codes(codes, x, qp)
  local detail = {mismatches = m.mismatches, ties = m.ties, saturated = m.saturated, max_error_lsb = m.max_lsb, elements = m.count}
  if m.mismatches == 0 then
    return m.ties > 0 and expect.tied(t.tie, detail) or expect.correct(t.message, detail)
  end
  detail.first_mismatch = m.first
  for id, mistake in pairs(t.mistakes or {}) do
    if quant.match_codes(codes, mistake.x or x, mistake.qp or qp).mismatches == 0 then
      return expect.misconception(id, mistake.message, detail, mistake.score)
    end
  end
  return expect.wrong(t.wrong or "The codes are not those of the tensor at this scale.", detail)
end

-- Every decimal number that stands in a text ("5,888" is 5888), in order.
function expect.numbers_in(text)
  local found = {}
  for word in text:gmatch("%d[%d,]*%.?%d*") do
    local plain = word:gsub(",", "")
    local value = tonumber(plain)
    if value then
      found[#found + 1] = value
    end
  end
  return found
end

-- A figure somewhere in a text. accept and mistakes are lists, first match wins, accepted ones first:
--   accept   {{value=, name=}}            mistakes   {{value=, id=, message=, score=}}
function expect.text_number(text, t)
  local numbers = expect.numbers_in(text)
  local function stands(value)
    for _, number in ipairs(numbers) do
      if expect.close(number, value, 0, t.atol or 0.005) then
        return true
      end
    end
    return false
  end
  for _, a in ipairs(t.accept) do
    if stands(a.value) then
      return expect.correct(a.name and ("Counted as " .. a.name .. ".") or "", {accounting = a.name})
    end
  end
  for _, m in ipairs(t.mistakes or {}) do
    if stands(m.value) then
      return expect.misconception(m.id, m.message, {accounting = m.name}, m.score)
    end
  end
  if t.topic and not text:lower():find(t.topic) then
    return expect.missing(t.absent or "The figure was not found in the text.")
  end
  return expect.wrong(t.wrong or "The figure that the counts lead to was not found in the text.")
end

-- expect.expression, expect.equation, expect.derivation: formulas.lua, read when the first is used.
return setmetatable(expect, {__index = function(_, word)
  return use("formulas")[word]
end})

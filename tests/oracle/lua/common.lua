-- What all topics share: loading the arrays of a case, and the comparison that the case states.
local result = {passed = 0, platform = 0, failed = {}}
local FLOATS = {float16 = true, bfloat16 = true, float32 = true, float64 = true}

-- A number as the manifest writes it: nan and infinities are words.
local function number(v)
  if v == "nan" then return 0/0 elseif v == "inf" then return math.huge elseif v == "-inf" then return -math.huge end
  return v
end

local function input(c, name)
  return c.inputs[name] and tensor.load(c.inputs[name])
end

local function tagged(c, tag)
  for _, t in ipairs(c.tags or {}) do
    if t == tag then return true end
  end
  return false
end

local function flat(v, out)
  out = out or {}
  if type(v) == "table" then
    for _, item in ipairs(v) do flat(item, out) end
  elseif type(v) == "userdata" then
    flat(v:tolist(), out)
  else
    out[#out + 1] = v
  end
  return out
end

local function tolerance(c, output)
  local t = c.tolerance
  local own = t.per_output and t.per_output[output]
  if own then
    if own.exact then return 0, 0 end
    return own.atol or t.atol or 0, own.rtol or t.rtol or 0
  end
  if t.exact then return 0, 0 end
  return t.atol or 0, t.rtol or 0
end

-- got (a tensor, a list or a number) agrees with numbers `want` at this tolerance.
local function close(got, want, atol, rtol, what)
  got, want = flat(got), flat(want)
  if #got ~= #want then error(what .. ": " .. #got .. " values, wanted " .. #want) end
  for i = 1, #got do
    local g, w = number(got[i]), number(want[i])
    if type(g) == "boolean" then g = g and 1 or 0 end
    local same = g == w or (g ~= g and w ~= w)
    if not same and not (math.abs(g - w) <= atol + rtol * math.abs(w)) then
      error(what .. "[" .. (i - 1) .. "] is " .. tostring(g) .. ", wanted " .. tostring(w))
    end
  end
end

-- got agrees with an output of the case.
local function check(c, output, got)
  local want = tensor.load(c.outputs[output])
  if type(got) == "userdata" then
    local a, b = got.shape, want.shape
    if #a == 0 and #b == 1 and b[1] == 1 then a = b end -- torch gives a scalar's codes one axis
    if #a ~= #b then error(output .. ": " .. #a .. " axes, wanted " .. #b) end
    for i = 1, #a do
      if a[i] ~= b[i] then error(output .. ": another shape") end
    end
  end
  local atol, rtol = tolerance(c, output)
  close(got, want, atol, rtol, output)
end

local function refuses(what, f, ...)
  local ok = pcall(f, ...)
  if ok then error(what .. " was not refused") end
end

-- ops[op](case, params) raises what is wrong; returning "platform" counts it apart.
local function run(ops)
  for _, c in ipairs(manifest.cases) do
    local f = ops[c.op]
    local ok, message = pcall(function()
      if not f then error("no function for " .. c.op) end
      return f(c, c.params)
    end)
    if not ok then
      result.failed[#result.failed + 1] = c.name .. ": " .. tostring(type(message) == "table" and message.message or message)
    elseif message == "platform" then
      result.platform = result.platform + 1
    else
      result.passed = result.passed + 1
    end
  end
  return result
end

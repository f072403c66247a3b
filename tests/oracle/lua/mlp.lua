local ops = {}

-- S = max|t| / (2^(bits-1) - 1), in float64
local function symmetric(t, bits)
  return quant.qparams(quant.observe(t, {observer = "minmax"}), {bits = bits, signed = true, scheme = "symmetric", qparams_precision = "float64"})
end

-- The float layer in plain Lua: the activations that S is taken from.
local function forward(x, w, b, relu)
  local y = {}
  for i, row in ipairs(x) do
    y[i] = {}
    for j, weights in ipairs(w) do
      local sum = 0.0
      for k, v in ipairs(weights) do sum = sum + v * row[k] end
      sum = sum + b[j]
      y[i][j] = relu and sum < 0 and 0.0 or sum
    end
  end
  return y
end

function ops.mlp_ptq(c, p)
  local x = input(c, "x")
  local qp, real, k = symmetric(x, p.bits), x:tolist(), 0
  local q = quant.quantize(x, qp)
  check(c, "x_q", q)
  check(c, "s_x", qp.scale)
  while c.inputs["w" .. k] do
    local w, b, last = input(c, "w" .. k), input(c, "b" .. k), not c.inputs["w" .. k + 1]
    local qw = symmetric(w, p.bits)
    local wq = quant.quantize(w, qw)
    local bq, report = quant.bias(b, qp.scale, qw.scale)
    real = forward(real, w:tolist(), b:tolist(), not last)
    local qa = symmetric(tensor.of(real, "float64"), p.bits)
    local acc, codes = quant.linear(q, wq, bq, {multiplier = qw.scale * qp.scale / qa.scale, relu = not last, qmin = qa.qmin, qmax = qa.qmax})
    check(c, "w" .. k .. "_q", wq)
    check(c, "b" .. k .. "_q", bq)
    check(c, "acc" .. k, acc)
    check(c, "a" .. k .. "_q", codes)
    check(c, "s_w" .. k, qw.scale)
    check(c, "s_a" .. k, qa.scale)
    if report.clamped ~= 0 then error("clamped") end
    q, qp, k = codes, qa, k + 1
  end
  check(c, "y_float", real)
  check(c, "y_dequantized", quant.dequantize(q, qp, "float64"))
end

return run(ops)

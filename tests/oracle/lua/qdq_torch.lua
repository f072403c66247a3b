local ops = {}

local function qparams(c, p)
  return {scale = input(c, "scale") or p.scale, zero_point = input(c, "zero_point") or p.zero_point, dtype = p.dtype,
          qmin = p.quant_min, qmax = p.quant_max, axis = p.axis, profile = "torch"}
end

-- NaN and what does not fit an integer: SEMANTICS 1 decides, not the machine.
local function platform(c, p, x, qp)
  local q = quant.quantize(x, qp, {nan = "qmin"})
  if #flat(q) ~= #flat(x) then error("shape") end
  return "platform"
end

function ops.quantize_per_tensor(c, p)
  local x, qp = input(c, "x"), qparams(c, p)
  if tagged(c, "platform") then return platform(c, p, x, qp) end
  local q = quant.quantize(x, qp)
  if q.dtype ~= p.dtype then error("dtype " .. q.dtype) end
  check(c, "q", q)
  check(c, "dq", quant.dequantize(q, qp))
end
ops.quantize_per_channel = ops.quantize_per_tensor

function ops.dequantize_per_tensor(c, p)
  check(c, "dq", quant.dequantize(input(c, "q"), qparams(c, p)))
end

function ops.round_then_add_vs_add_then_round(c, p)
  local x, qp = input(c, "x"), qparams(c, p)
  check(c, "round_then_add", quant.quantize(x, qp))
  check(c, "add_then_round", quant.quantize(x, qp, {zero_point_order = "before_rounding"}))
end

function ops.quotient_arithmetics(c, p)
  local x, qp = input(c, "x"), qparams(c, p)
  qp.profile = nil
  check(c, "mul_inv_f32", quant.quantize(x, qp, {division = "reciprocal"}))
  check(c, "div_f32", quant.quantize(x, qp, {division = "divide"}))
  check(c, "div_f64", quant.quantize(x:as("float64"), qp))
end

return run(ops)

local ops = {}

local function qparams(c, p)
  local block = p.block_size and p.block_size > 0 and p.block_size or nil
  return {scale = input(c, "scale"), zero_point = input(c, "zero_point") or 0, dtype = p.dtype, qmin = p.quant_min,
          qmax = p.quant_max, axis = p.axis, block_size = block, profile = "onnx"}
end

function ops.QuantizeLinear(c, p)
  local x, qp = input(c, "x"), qparams(c, p)
  if tagged(c, "platform") then
    quant.quantize(x, qp, {nan = "qmin"})
    return "platform"
  end
  check(c, "q", quant.quantize(x, qp))
end

function ops.DequantizeLinear(c, p)
  check(c, "dq", quant.dequantize(input(c, "q"), qparams(c, p), input(c, "scale").dtype))
end

return run(ops)

local ops = {}

local function qparams(c, p)
  return {scale = input(c, "scale") or p.scale, zero_point = input(c, "zero_point") or p.zero_point, qmin = p.quant_min,
          qmax = p.quant_max, axis = p.axis, profile = "torch"}
end

function ops.fake_quantize_per_tensor(c, p)
  local x, dy, qp = input(c, "x"), input(c, "dy"), qparams(c, p)
  if tagged(c, "platform") then -- refused here, or by choice as the lowest code
    refuses("NaN", quant.fake_quantize, x, qp)
    qp.nan = "qmin"
    quant.fake_quantize(x, qp)
    return "platform"
  end
  check(c, "y", quant.fake_quantize(x, qp))
  check(c, "dx", quant.fake_quantize_grad(x, qp, dy))
end
ops.fake_quantize_per_channel = ops.fake_quantize_per_tensor

-- The observer sees each batch first, then the batch goes through.
function ops.FakeQuantize_module(c, p)
  local batches = {}
  while c.inputs["batch" .. #batches] do
    local i = #batches
    batches[i + 1] = input(c, "batch" .. i)
    local per_channel = string.find(p.observer, "PerChannel") ~= nil
    local range = quant.observe(batches, {
      observer = string.find(p.observer, "Moving") and "moving_average" or "minmax", profile = "torch",
      averaging_constant = p.averaging_constant, per = per_channel and "channel" or "tensor", axis = per_channel and (p.ch_axis or 0) or nil,
    })
    local qp = quant.qparams(range, {profile = "torch", dtype = p.dtype == "quint8" and "uint8" or "int8", quant_min = p.quant_min, quant_max = p.quant_max,
                                     scheme = string.find(p.qscheme, "symmetric") and "symmetric" or "affine"})
    check(c, "scale" .. i, qp.scale)
    check(c, "zero_point" .. i, qp.zero_point)
    check(c, "y" .. i, quant.fake_quantize(batches[i + 1], qp))
  end
end

function ops.fake_quantize_learnable_per_tensor(c, p)
  local x, dy, qp = input(c, "x"), input(c, "dy"), qparams(c, p)
  check(c, "y", quant.fake_quantize(x, qp, {method = "lsq"}))
  local dx, dscale, dzero = quant.fake_quantize_grad(x, qp, dy, {method = "lsq", grad_factor = p.grad_factor})
  check(c, "dx", dx)
  check(c, "dscale", dscale)
  check(c, "dzero_point", dzero)
end
ops.fake_quantize_learnable_per_channel = ops.fake_quantize_learnable_per_tensor

local function lab(signed)
  return function(c, p)
    local x, dy = input(c, "x"):as("float64"), input(c, "dy"):as("float64")
    local lo, hi = 0, 2 ^ p.bits - 1
    if signed then lo, hi = -2 ^ (p.bits - 1), 2 ^ (p.bits - 1) - 1 end
    local qp = {scale = p.scale, zero_point = 0, qmin = math.tointeger(lo), qmax = math.tointeger(hi)}
    check(c, "x_int", quant.quantize(x, qp))
    check(c, "y", quant.fake_quantize(x, qp))
    check(c, "dx", quant.fake_quantize_grad(x, qp, dy))
  end
end
ops.lab_fakequant_signed = lab(true)
ops.lab_fakequant_unsigned = lab(false)

return run(ops)

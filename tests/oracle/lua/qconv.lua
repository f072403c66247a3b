local ops = {}

function ops.qconv2d(c, p)
  local x, w, b = input(c, "x"), input(c, "w"), input(c, "b")
  local function by(requantize, more)
    local o = {x_zero_point = p.x_zero_point, stride = p.stride, padding = p.padding, dilation = p.dilation, groups = p.groups,
               requantize = requantize, scales = {x = p.x_scale, w = input(c, "w_scale"), y = p.y_scale},
               zero_point = p.y_zero_point, dtype = p.act_dtype, qmin = p.quant_min, qmax = p.quant_max}
    for k, v in pairs(more or {}) do o[k] = v end
    local acc, codes = quant.conv2d(x, w, b, o)
    check(c, "acc", acc)
    return codes
  end
  check(c, "y_exact", by("float"))
  check(c, "y_round_after_zp", by("float", {zero_point_order = "before_rounding"}))
  check(c, "y_gemmlowp", by("gemmlowp"))
  check(c, "y_single_rounding", by("single_rounding"))
  local float32 = by("float", {float32 = true})
  for _, output in ipairs{"y_float32", "y_qnnpack", "y_ort"} do
    if c.outputs[output] then check(c, output, float32) end
  end
  if c.outputs.y_onednn then
    check(c, "y_onednn", by("float", {float32 = true, zero_point_order = "before_rounding"}))
  end
end

return run(ops)

local ops = {}

-- Engines by the arithmetic that their source names: float32 products, and where the zero point is added.
local function outputs(c, p, layer, w_scale)
  local base = {x_zero_point = p.x_zero_point, w_zero_point = p.w_zero_point, zero_point = p.y_zero_point, dtype = p.act_dtype,
                quant_min = p.quant_min, quant_max = p.quant_max, scales = {p.x_scale, w_scale, p.y_scale}}
  local function by(requantize, more)
    local o = {requantize = requantize}
    for k, v in pairs(base) do o[k] = v end
    for k, v in pairs(more or {}) do o[k] = v end
    local acc, codes, count = layer(o)
    check(c, "acc", acc)
    if codes.dtype ~= p.act_dtype then error("dtype " .. codes.dtype) end
    if count.saturated ~= count.low + count.high then error("saturation") end
    return codes
  end
  check(c, "y_exact", by("float"))
  check(c, "y_float32", by("float", {float32 = true}))
  check(c, "y_round_after_zp", by("float", {zero_point_order = "before_rounding"}))
  check(c, "y_gemmlowp", by("gemmlowp"))
  check(c, "y_single_rounding", by("single_rounding"))
  for _, engine in ipairs{"y_qnnpack", "y_ort", "y_ort_gemm"} do
    if c.outputs[engine] then check(c, engine, by("float", {precision = "float32"})) end
  end
  if c.outputs.y_onednn then
    check(c, "y_onednn", by("float", {float32 = true, zero_point_order = "before_rounding"}))
  end
end

function ops.qlinear(c, p)
  local x, w, b = input(c, "x"), input(c, "w"), input(c, "b")
  outputs(c, p, function(o) return quant.linear(x, w, b, o) end, input(c, "w_scale"))
  local codes, report = quant.bias(input(c, "bias_float"), p.x_scale, input(c, "w_scale"))
  close(codes, b, 0, 0, "bias")
  if report.clamped ~= 0 then error("clamped") end
end

function ops.qlinear_matmul(c, p)
  local x, w = input(c, "x"), input(c, "w"):transpose(1, 0)
  outputs(c, p, function(o) return quant.linear(x, w, nil, o) end, p.w_scale)
  local acc = quant.linear(x, w, nil, {x_zero_point = p.x_zero_point, w_zero_point = p.w_zero_point})
  local terms = quant.zero_point_terms(x, w, nil, {x_zero_point = p.x_zero_point, w_zero_point = p.w_zero_point})
  local t, sum = flat(terms), {}
  for i = 1, #t, 4 do sum[#sum + 1] = t[i] + t[i + 1] + t[i + 2] + t[i + 3] end
  close(sum, acc, 0, 0, "sum of the four terms")
end

return run(ops)

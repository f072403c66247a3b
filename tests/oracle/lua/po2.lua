local ops = {}

function ops.po2_exponent(c, p)
  for shift, modes in pairs(c.expected) do
    for mode, e in pairs(modes) do
      local got = quant.pow2_exponent(p.scale, {rounding = mode, max_shift = tonumber(shift)})
      if got ~= e then error(mode .. " " .. shift .. ": " .. got .. ", wanted " .. e) end
    end
  end
end

function ops.po2_quantize(c, p)
  local x = input(c, "x")
  local range = quant.observe(x, {observer = "minmax"})
  local qp = quant.qparams(range, {bits = p.bits, signed = p.signed, scheme = "power_of_two", denominator = "qmax",
                                   pow2_rounding = p.mode, max_shift = p.max_shift})
  if qp.zero_point ~= p.zero_point then error("zero point " .. qp.zero_point) end
  if qp.scale ~= 2.0 ^ c.expected.exponent then error("scale " .. qp.scale) end
  local q, count = quant.quantize(x, qp)
  check(c, "q", q)
  check(c, "dq", quant.dequantize(q, qp))
  if count.low + count.high ~= c.expected.clipped then error("clipped " .. count.low + count.high) end
end

function ops.po2_mistake(c, p)
  for mode, value in pairs(c.expected.right) do
    local e = quant.pow2_exponent(p.scale, {rounding = mode, max_shift = p.max_shift})
    if 2.0 ^ e ~= value then error(mode) end
  end
end

return run(ops)

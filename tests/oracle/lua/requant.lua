local ops = {}

function ops.saturating_rounding_doubling_high_mul(c)
  check(c, "y", num.srdhm(input(c, "a"), input(c, "b")))
end

function ops.rounding_divide_by_pot(c, p)
  check(c, "y", num.rounding_divide_by_pot(input(c, "x"), p.exponent))
end

function ops.quantize_multiplier(c, p)
  local mantissa, shift = num.quantize_multiplier(p.multiplier)
  if mantissa ~= c.expected.mantissa or shift ~= c.expected.shift then error(mantissa .. ", " .. shift) end
end

function ops.requantize(c, p)
  local acc = input(c, "acc")
  local function by(requantize, more)
    local o = {requantize = requantize, zero_point = p.zero_point, qmin = p.quant_min, qmax = p.quant_max, multiplier = p.multiplier,
               dtype = p.quant_min < 0 and "int8" or "uint8"}
    for k, v in pairs(more or {}) do o[k] = v end
    return (quant.requantize(acc, o))
  end
  check(c, "float_half_even", by("float"))
  check(c, "float32_half_even", by("float", {float32 = true}))
  check(c, "gemmlowp", by("gemmlowp"))
  check(c, "single_rounding", by("single_rounding"))
  local fixed = {mantissa = p.mantissa, shift = p.shift, multiplier = false}
  fixed.multiplier = nil
  local o = {requantize = "gemmlowp", zero_point = p.zero_point, qmin = p.quant_min, qmax = p.quant_max,
             dtype = p.quant_min < 0 and "int8" or "uint8", mantissa = p.mantissa, shift = p.shift}
  check(c, "gemmlowp", (quant.requantize(acc, o)))
  o.requantize = "single_rounding"
  check(c, "single_rounding", (quant.requantize(acc, o)))
end

function ops.shift_right(c, p)
  local x = input(c, "x")
  local function by(requantize, rounding)
    return (quant.requantize(x, {requantize = requantize, rounding = rounding, shift = p.shift, zero_point = 0, dtype = "int32"}))
  end
  check(c, "floor", by("shift_floor"))
  check(c, "half_up", by("shift_nearest", "half_up"))
  check(c, "half_away", by("shift_nearest", "half_away"))
  check(c, "half_even", by("shift_nearest", "half_even"))
end

-- y = clamp((ReLU(b + sum (x - 128) w) >> n) + 128)
function ops.po2_linear(c, p)
  local acc = quant.linear(input(c, "x"), input(c, "w"), input(c, "b"), {x_zero_point = p.x_offset})
  check(c, "acc", acc)
  local function by(requantize, relu)
    local o = {requantize = requantize, shift = p.shift, zero_point = p.y_offset, dtype = "uint8", relu = relu, rounding = "half_up"}
    return (quant.requantize(acc, o))
  end
  check(c, "y_floor", by("shift_floor", true))
  check(c, "y_half_up", by("shift_nearest", true))
  check(c, "y_floor_no_relu", by("shift_floor", false))
  check(c, "y_half_up_no_relu", by("shift_nearest", false))
end

return run(ops)

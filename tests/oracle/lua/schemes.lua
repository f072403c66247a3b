local ops = {}

function ops.dorefa_weights(c, p)
  local w = input(c, "w")
  if c.expected and c.expected.w_q then -- every weight 0: 0/0
    refuses("an all-zero tensor", quant.dorefa, w, p.bits)
    return
  end
  check(c, "w_q", quant.dorefa(w, p.bits))
  if c.outputs.w_q_binary then check(c, "w_q_binary", quant.dorefa(w, 1, {binary = true})) end
end

function ops.dorefa_activations(c, p)
  local a = input(c, "a")
  local q, codes = quant.dorefa(a, p.bits, {of = "activations"})
  check(c, "a_q", q)
  check(c, "a_int", codes)
  check(c, "a_q_half_away", (quant.dorefa(a, p.bits, {of = "activations", rounding = "half_away"})))
end

function ops.wrpn_weights(c, p)
  local q, codes = quant.wrpn(input(c, "w"), p.bits)
  check(c, "w_q", q)
  check(c, "w_int", codes)
end

function ops.wrpn_activations(c, p)
  check(c, "a_q", (quant.wrpn(input(c, "a"), p.bits, {of = "activations"})))
end

function ops.pact(c, p)
  local x = input(c, "x")
  local q, codes, y = quant.pact(x, p.alpha, p.bits)
  local dx, dalpha = quant.pact_grad(x, p.alpha, input(c, "dy"))
  check(c, "y", y)
  check(c, "y_q", q)
  check(c, "y_int", codes)
  check(c, "dx", dx)
  check(c, "dalpha", dalpha)
end

local function expected(c, key, got)
  close({got}, {c.expected[key]}, c.tolerance.atol or 0, c.tolerance.rtol or 0, key)
end

function ops.asymmetric_linear(c, p)
  local q, back, factor, zero = quant.range_linear(input(c, "x"), p.bits, {signed = p.signed})
  check(c, "q", q)
  check(c, "dq", back)
  expected(c, "scale_factor", factor)
  expected(c, "zero_point", zero)
end

function ops.symmetric_linear(c, p)
  local x = input(c, "x")
  local q, factor = quant.symmetric_linear(x, p.bits)
  check(c, "q_restricted", q)
  expected(c, "scale_factor_restricted", factor)
  q, factor = quant.symmetric_linear(x, p.bits, {full = true})
  check(c, "q_full", q)
  expected(c, "scale_factor_full", factor)
end

function ops.percentile_clip(c, p)
  local range = quant.observe(input(c, "x"), {observer = "percentile", percentile = p.percentile})
  expected(c, "low", range.min)
  expected(c, "high", range.max)
end

function ops.n_std_clip(c, p)
  local range = quant.observe(input(c, "x"), {observer = "sigma", n_std = p.n, clip_to_data = true})
  expected(c, "low", range.min)
  expected(c, "high", range.max)
end

function ops.mse_optimal_clip(c, p)
  local range = quant.observe(input(c, "x"), {observer = "mse", grid = p.grid, bits = p.bits, dtype = "int16"})
  expected(c, "threshold", math.max(-range.min, range.max))
end

function ops.kl_calibration(c, p)
  local x = input(c, "x")
  local data = quant.observe(x, {observer = "minmax"})
  local range = quant.observe(x, {observer = "entropy", bins = p.bins, levels = p.levels})
  local t = c.expected.threshold
  close({range.min, range.max}, {math.max(data.min, -t), math.min(data.max, t)}, 1e-12, 1e-9, "range")
end

return run(ops)

local ops = {}

function ops.quantized_weights(c, p)
  if tagged(c, "special") then -- 0/0
    refuses("an all-zero tensor", quant.chain, {weights = input(c, "w"), compute = p.compute})
    return
  end
  local r = quant.chain{weights = input(c, "w"), compute = p.compute}
  check(c, "scale", r.s_w)
  check(c, "q", r.w_q)
end

function ops.quantize_initial_input(c, p)
  local r = quant.chain{pixels = input(c, "pixels"), compute = p.compute}
  check(c, "scale", r.s_initial_input)
  check(c, "q", r.x_q)
end

function ops.quantize_activations(c, p)
  local r = quant.chain{activations = input(c, "activations"), s_w = p.s_w, s_initial_input = p.s_initial_input, ss = p.ss,
                        compute = p.compute}
  check(c, "s_out", r.s_out)
end

function ops.quantized_bias(c, p)
  local r = quant.chain{bias = input(c, "bias"), s_w = p.s_w, s_initial_input = p.s_initial_input, ss = p.ss, compute = p.compute}
  check(c, "s_bias", r.s_bias)
  check(c, "b_q", r.b_q)
  if r.clamped == 0 and tagged(c, "saturation") then error("nothing was clamped") end
end

function ops.berkeley_network(c, p)
  local layers, k = {}, 0
  for i, name in ipairs(p.layers) do
    layers[i] = name
    if name == "conv" or name == "fc" then
      layers[i] = {name, input(c, "w" .. k), input(c, "b" .. k)}
      k = k + 1
    end
  end
  local r = quant.chain{x = input(c, "x"), layers = layers, compute = p.compute}
  check(c, "s_in", r.s_initial_input)
  check(c, "x_q", r.x_q)
  local s_w, s_out = {}, {}
  for i, layer in ipairs(r.layers) do
    s_w[i], s_out[i] = layer.s_w, layer.s_out
    check(c, "w" .. i - 1 .. "_q", layer.w_q)
    check(c, "a" .. i - 1 .. "_q", layer.a_q)
    if (layer.b_q ~= nil) ~= (c.outputs["b" .. i - 1 .. "_q"] ~= nil) then error("bias of layer " .. i - 1) end
    if layer.b_q then check(c, "b" .. i - 1 .. "_q", layer.b_q) end
  end
  check(c, "s_w", s_w)
  check(c, "s_out", s_out)
  check(c, "y_q", r.y_q)
  check(c, "y_float", r.y_float)
  check(c, "y_dequantized", r.y_dequantized)
  if c.outputs.y_q_torch then check(c, "y_q_torch", r.y_q) end
end

return run(ops)

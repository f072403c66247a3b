-- Weights with the focused element in every form, per-channel scales.
local w = tensor.random({6, 3, 3, 3}, {kind = "normal", scale = 0.1, seed = 7})
local p = quant.qparams(quant.observe(w, {per = "channel"}), {bits = 8, scheme = "symmetric"})
local q = quant.quantize(w, p)
return view.heat_map{tensor = w, codes = q, dequantized = quant.dequantize(q, p), scale = p.scale,
  row = 4, col = 13, title = "conv1.weight"}

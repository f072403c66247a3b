-- Weights, their int4 codes and what they stand for; the range was made too small, so that two elements clip.
local w = tensor.of({0.5, -1.25, 3.75, 0.1, 0.3, -0.30000001, 2.0, -4.0, 1e-30, 0, 0.7, -0.9}, "float32")
local p = {scale = 0.25, zero_point = 0, qmin = -8, qmax = 7, bits = 4, dtype = "int4"}
local q = quant.quantize(w, p)
return view.tensor{tensor = w:reshape{3, 4}, codes = q, bits = 4, dequantized = quant.dequantize(q, p), scale = 0.25, index = {1, 1}}

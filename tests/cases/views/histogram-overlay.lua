-- Weights before and after some training, as lesson 14 lays them over each other.
local a = tensor.random({3000}, {kind = "normal", scale = 0.2, seed = 1})
local b = {}
for i, v in ipairs(a:tolist()) do b[i] = num.round(v / 0.25) * 0.25 * 0.7 + v * 0.3 end
return plot.histogram{tensor = a, overlay = tensor.of(b, "float32"), overlay_name = "after 5 epochs", title = "fc1.weight",
  clip = {lo = -0.5, hi = 0.375}}

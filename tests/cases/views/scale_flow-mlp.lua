-- A follow of s_out, and the lab's cumulative chain where the layers say what is lit.
local layers = {
  {name = "conv1", s_in = 1 / 255, s_w = 0.00178, s_out = 0.0214, M = 1 / 255 * 0.00178 / 0.0214, shift = 11},
  {name = "conv2", s_w = 0.00093, s_out = 0.0461, M = 0.0214 * 0.00093 / 0.0461, shift = 12},
  {name = "fc1", s_w = 0.00121, s_out = 0.113, M = 0.0461 * 0.00121 / 0.113, shift = 10},
  {name = "fc2, a long name", s_w = "10 scales", s_out = 0.25},
}
local lab = {{name = "conv1", s_in = 0.5, s_w = 2, s_out = 8, lit = {"s_in", "s_w"}}, {name = "relu"}, {name = "fc1", s_w = 0.25, s_out = 1, lit = {"s_w", "s_out"}}}
return {view.scale_flow{layers = layers, follow = {layer = 2, scale = "s_out"}, title = "vgg8, int8"}, view.scale_flow{layers = lab}}

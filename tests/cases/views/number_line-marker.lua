local p = {scale = 0.25, zero_point = 1, qmin = -4, qmax = 3, dtype = "int8"}
local x = 0.3
return {
  plot.number_line{scale = p.scale, zero_point = p.zero_point, qmin = p.qmin, qmax = p.qmax, marker = x,
    code = quant.trace(x, {scale = 0.25, zero_point = 1, dtype = "int4"}).code, range = {min = -1, max = 0.9},
    values = {-1.6, -1.3, -0.7, 0.1, 0.56, 0.9}},
  plot.number_line{levels = {0, 1, -1, 0.5, 0.25, -0.5, -0.25}, marker = 0.6, marker_name = "w"},
}

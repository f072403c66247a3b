-- Division and multiplication by the reciprocal: the first ties of lesson 3.3 that part.
local s = 0.1
local x, over, times = {}, {}, {}
for k = 0, 300 do
  local v = (k + 0.5) * s
  local a, b = num.round(v / s), num.round(v * (1 / s))
  if #x < 4 and (a ~= b or k < 2) then x[#x + 1], over[#over + 1], times[#times + 1] = v, a, b end
end
return plot.rounding{values = x, scale = s, modes = {"half_even"}, title = "x / s or x (1/s)",
  columns = {{name = "x_over_s", codes = over}, {name = "x_times", codes = times}}}

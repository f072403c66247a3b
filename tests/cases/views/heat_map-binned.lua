-- 200 x 300 elements do not fit: blocks; and unsigned codes around their zero point.
local t = {}
for r = 1, 200 do
  local row = {}
  for c = 1, 300 do row[c] = 128 + math.floor(100 * math.sin(r / 25) * math.cos(c / 40)) end
  t[r] = row
end
return view.heat_map{tensor = tensor.of(t, "uint8"), zero_point = 128, rows = 10, row = 39, col = 120}

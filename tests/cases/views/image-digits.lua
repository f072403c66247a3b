-- Two made-up digits of 28 x 28 and a small picture in colours.
local n, pixels = 28, {}
for k = 1, 2 do
  pixels[k] = {}
  for r = 1, n do
    pixels[k][r] = {}
    for c = 1, n do
      local d = math.abs(((r - 14.5) / 10) ^ 2 + ((c - 14.5) / 7) ^ 2 - 1)
      local v = k == 1 and d < 0.35 and 255 * (1 - d) or k == 2 and math.abs(c - 15 + (r - 14) / 5) < 2 and r > 4 and r < 25 and 230 or 0
      pixels[k][r][c] = math.floor(v)
    end
  end
end
local rgb = {{}, {}, {}}
for ch = 1, 3 do for r = 1, 8 do rgb[ch][r] = {}; for c = 1, 16 do rgb[ch][r][c] = ch == 1 and r / 8 or ch == 2 and c / 16 or 0 end end end
return {view.image{tensor = tensor.of(pixels, "uint8"), captions = {"0", "1, taken for 7"}, marks = {true, false}},
        view.image{tensor = tensor.of(rgb, "float32"), invert = true, title = "a ramp"}, view.image{tensor = tensor.of(rgb[2]), dots = true}}

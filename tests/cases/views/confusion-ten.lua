-- Ten digits, as nn.eval gives them; then three classes with names, one of them never seen.
local m = {}
for i = 1, 10 do
  m[i] = {}
  for j = 1, 10 do m[i][j] = i == j and 930 + 7 * i or (i * j * 7) % 13 < 2 and (i + j) % 9 or 0 end
end
m[5][10] = 31
for j = 2, 10 do m[1][j] = 0 end
return {plot.confusion{counts = m, title = "mnist, int8"},
        plot.confusion{counts = tensor.of{{5, 1, 0}, {0, 0, 0}, {2, 0, 12}}, names = {"cat", "aeroplane", "ship"}}}

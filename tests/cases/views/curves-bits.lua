-- SQNR and error against bits, from the quantizer itself, with a marked width.
local t = tensor.random({4000}, {kind = "normal", seed = 3})
local x, sqnr, err = {}, {}, {}
for bits = 2, 10 do
  local p = quant.qparams(quant.observe(t, {}), {bits = bits, scheme = "symmetric"})
  local back = quant.dequantize(quant.quantize(t, p), p)
  local r = tensor.compare(t, back)
  x[#x + 1], sqnr[#sqnr + 1], err[#err + 1] = bits, r.sqnr_db, r.max_abs
end
return plot.curves{
  title = "symmetric, min-max", x = x, x_label = "bits", mark = 4, rows = 6, log = true,
  series = {{name = "max error", y = err}, {name = "SQNR dB", y = sqnr, right = true}},
}

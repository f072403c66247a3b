local t = quant.trace(0.375, {scale = 0.25, zero_point = 3, dtype = "int8"})
return {plot.trace{title = "x = 0.375, s = 1/4", steps = t.steps},
        plot.trace{steps = quant.trace(40, {scale = 0.1, zero_point = 0, dtype = "uint8", profile = "torch"}).steps}}

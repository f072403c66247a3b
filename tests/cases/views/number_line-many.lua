return plot.number_line{scale = 1 / 32, values = tensor.random({20000}, {kind = "normal", scale = 1.3, seed = 2}), marker = 5}

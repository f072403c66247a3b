return plot.curves{
  x_log2 = true, x_label = "clip", mark = 0.5, rows = 5,
  series = {{name = "rounding", y = {1, 2, 4, 8, 16}, x = {0.0625, 0.125, 0.25, 0.5, 1}},
            {name = "clipping", y = {20, 9, 3, 1, 0}, x = {0.0625, 0.125, 0.25, 0.5, 1}}},
}

return plot.rounding{values = {-2.5, -1.5, -0.5, 0.4, 0.5, 1.5, 2.5, 2.7}}

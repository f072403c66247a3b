return {plot.table{columns = {"layer", "s"}, rows = {{"conv1", 0.5}, {"fc1", 0.25}}, align = "lr"},
        plot.values{items = {{label = "step", value = "0.25", note = "2^-2"}}}, plot.text{text = "a paragraph of a few words"},
        plot.log2_axis{scale = 0.3, exponent = -2, rounding = "nearest", lo = -8, hi = 2}}

local t = tensor.random({4000}, {kind = "normal", scale = 0.1, seed = 4})
local k = quant.kmeans(t, {bits = 3})
return {plot.codebook{tensor = t, levels = k.centroids, title = "k-means, 3 bits"},
        plot.codebook{tensor = t, levels = {-0.5, -0.25, -0.125, 0, 0.125, 0.25, 0.5, 4}}}

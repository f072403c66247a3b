return view.heat_map{tensor = tensor.of({{{1, -1}, {0, 0/0}}, {{0.25, -0.5}, {-1/0, 0}}}), index = {1}}

return {view.tensor{tensor = tensor.of({1, -2, 0/0, 1/0, -1/0, 5e-324}), at = 3, title = "doubles"},
        view.tensor{tensor = tensor.of({-128, 127, 0}, "int8"), at = 0, rows = 2}}

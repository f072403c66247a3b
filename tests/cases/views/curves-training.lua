-- Loss on the left axis, accuracy on the right one, as a training gives them.
local loss, train, test = {}, {}, {}
for i = 1, 60 do
  loss[i] = 2.3 * math.exp(-i / 12) + 0.05 + 0.03 * math.sin(i * 1.7)
  train[i] = 1 - 0.9 * math.exp(-i / 9)
  test[i] = 0.97 - 0.87 * math.exp(-i / 11)
end
return plot.curves{
  title = "training of the small MLP", x_label = "step", right_lo = 0, right_hi = 1,
  series = {{name = "loss", y = loss}, {name = "train accuracy", y = train, right = true},
            {name = "test accuracy", y = test, right = true}},
}

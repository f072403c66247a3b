local ops = {}
local names = {
  MinMaxObserver = "minmax", PerChannelMinMaxObserver = "minmax", HistogramObserver = "histogram",
  MovingAverageMinMaxObserver = "moving_average", MovingAveragePerChannelMinMaxObserver = "moving_average",
}

local function observe(c, p)
  local batches = {}
  while c.inputs["batch" .. #batches] do batches[#batches + 1] = input(c, "batch" .. #batches) end
  local o = {observer = names[c.op], averaging_constant = p.averaging_constant, bins = p.bins, profile = "torch",
             dtype = p.dtype, quant_min = p.quant_min, quant_max = p.quant_max, reduce_range = p.reduce_range,
             scheme = p.qscheme, eps = p.eps}
  if p.ch_axis then o.per, o.axis = "channel", p.ch_axis end
  local range = quant.observe(batches, o)
  return range, quant.qparams(range, {dtype = p.dtype, scheme = p.qscheme, profile = "torch", reduce_range = p.reduce_range,
                                      quant_min = p.quant_min, quant_max = p.quant_max, eps = p.eps})
end

for op in pairs(names) do
  ops[op] = function(c, p)
    if c.expected and c.expected.error then
      refuses("the case", observe, c, p)
      return
    end
    if not c.inputs.batch0 then -- torch: an observer that has seen nothing gives 1 and 0; here there is nothing to ask
      refuses("an observer without data", observe, c, p)
      return
    end
    if tagged(c, "platform") then -- what an infinity does to a scale: excluded and counted here, or too wide
      local ok, range, qp = pcall(observe, c, p)
      if ok and not (range.excluded and range.excluded > 0 and qp.scale < math.huge) then error("an infinite scale") end
      return "platform"
    end
    local range, qp = observe(c, p)
    check(c, "scale", qp.scale)
    check(c, "zero_point", qp.zero_point)
    if op ~= "HistogramObserver" then
      check(c, "min_val", range.min)
      check(c, "max_val", range.max)
    end
    if qp.qmin ~= p.effective_quant_min or qp.qmax ~= p.effective_quant_max then error("code range") end
  end
end

return run(ops)

local ops = {}

-- The oracle's offsets true and false are the accountings hoisted and folded.
local function agrees(want, got)
  for side, counts in pairs({fp32 = want.counts_fp32, int8 = want.counts_int8}) do
    for op, n in pairs(counts) do
      if (got[side].counts[op] or 0) ~= n then error(side .. " " .. op .. ": " .. tostring(got[side].counts[op])) end
    end
    if got[side].text ~= want["energy_" .. side .. "_pJ"] then error(side .. " pJ: " .. got[side].text) end
  end
end

local function conv(p)
  return "conv:" .. p.in_channels .. "x" .. p.out_channels .. "x" .. p.kernel .. ":s" .. p.stride .. ":p" .. p.padding ..
         ":g" .. p.groups .. "@" .. p.height .. "x" .. p.width
end

function ops.energy_linear(c, p)
  local got = quant.energy("linear:" .. p.in_features .. "x" .. p.out_features,
                           {accounting = p.offsets and "hoisted" or "folded", bias = p.bias})
  agrees(c.expected, got)
  close(got.ratio, c.expected.ratio, 0, 1e-12, "ratio")
end

function ops.energy_conv2d(c, p)
  agrees(c.expected, quant.energy(conv(p), {accounting = p.offsets and "hoisted" or "folded", bias = p.bias,
                                            padding = p.padding_policy}))
end

function ops.energy_network(c, p)
  for policy, want in pairs(c.expected) do
    if type(want) == "table" and want.layers then
      for i, layer in ipairs(p.layers) do
        local s, text = layer.shape, nil
        if #s == 2 then
          text = "linear:" .. s[1] .. "x" .. s[2]
        else
          text = conv{in_channels = s[1], out_channels = s[2], kernel = s[3], stride = s[4], padding = s[5], height = s[6],
                      width = s[7], groups = s[8]}
        end
        local got = quant.energy(text, {accounting = p.offsets and "hoisted" or "folded", bias = p.bias, padding = policy})
        for _, side in ipairs{"fp32", "int8"} do
          if got[side].text ~= want.layers[i]["energy_" .. side .. "_pJ"] then error(layer.name .. " " .. side .. " " .. got[side].text) end
        end
        if got.int8.counts.int8_mul ~= want.layers[i].multiplies then error(layer.name .. " multiplies") end
      end
    end
  end
end

function ops.energy_mistake(c, p)
  local layer = "linear:" .. p.in_features .. "x" .. p.out_features
  local right = quant.energy(layer, {accounting = "hoisted"})
  if right.int8.text ~= c.expected.right_energy_int8_pJ then error("right " .. right.int8.text) end
  for op, n in pairs(c.expected.right_counts_int8) do
    if (right.int8.counts[op] or 0) ~= n then error(op) end
  end
  for _, name in ipairs{"formula6", "hoisted", "folded"} do
    if quant.energy(layer, {accounting = name}).int8.text == c.expected.wrong_energy_int8_pJ then error(name .. " gives the mistake") end
  end
end

return run(ops)

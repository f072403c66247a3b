-- Layers of a saved model, found by order and shape: names differ from student to student (module., conv1.0, features.3 …).

local layers = {}

local function stem(name)
  return (name:gsub("weight$", ""))
end

local function by_name(entries)
  local map = {}
  for _, entry in ipairs(entries) do
    map[entry.name] = entry
  end
  return map
end

local function is_float(entry)
  return entry.kind == "tensor" and not entry.quantized and entry.dtype:sub(1, 5) == "float"
end

-- Float layers: {name=, weight=entry, bias=entry|nil, norm={gamma=,beta=,mean=,var=}|nil} in the order of the file. A BatchNorm belongs to
-- the last layer before it with as many channels.
function layers.float(entries)
  local map, found = by_name(entries), {}
  for _, entry in ipairs(entries) do
    if is_float(entry) and #entry.shape >= 2 and entry.name:find("weight$") then
      local base = stem(entry.name)
      found[#found + 1] = {name = base:gsub("%.$", ""), weight = entry, bias = map[base .. "bias"]}
    elseif is_float(entry) and entry.name:find("running_mean$") and #found > 0 then
      local base = entry.name:gsub("running_mean$", "")
      local layer = found[#found]
      if layer.weight.shape[1] == entry.shape[1] then
        layer.norm = {gamma = map[base .. "weight"], beta = map[base .. "bias"], mean = entry, var = map[base .. "running_var"]}
      end
    end
  end
  return found
end

-- Quantized layers: {name=, weight=entry, scale=list, zero_point=list, axis=}. PyTorch's quantized tensors carry their qparams;
-- plain int8 arrays take them from NAME.scale and NAME.zero_point beside them.
function layers.quantized(s, file, entries)
  local map, found = by_name(entries), {}
  for _, entry in ipairs(entries) do
    if entry.kind == "tensor" and #entry.shape >= 2 then
      local scale, zero = map[entry.name .. ".scale"], map[entry.name .. ".zero_point"]
      local layer = {name = entry.name:gsub("%.?weight$", ""):gsub("%._packed_params.*$", ""), weight = entry, axis = entry.axis}
      if entry.quantized then
        layer.scale, layer.zero_point = entry.scale, entry.zero_point
        found[#found + 1] = layer
      elseif entry.dtype == "int8" and scale then
        layer.scale = {s:value(file, scale)}
        layer.zero_point = {zero and s:value(file, zero) or 0}
        found[#found + 1] = layer
      end
    end
  end
  return found
end

-- Scales of activations: {name=, scale=, zero_point=} for every X.scale with an X.zero_point that is not a weight's.
function layers.activations(s, file, entries)
  local map, found = by_name(entries), {}
  for _, entry in ipairs(entries) do
    local base = entry.name:match("^(.*)%.scale$") or (entry.name == "scale" and "")
    local zero = base and map[(base == "" and "" or base .. ".") .. "zero_point"]
    local single = entry.kind == "number" or entry.kind == "tensor" and entry.count == 1
    if zero and single and not map[base .. ".shape"] and not (map[base] and map[base].kind == "tensor") then
      found[#found + 1] = {name = base, scale = s:value(file, entry), zero_point = s:value(file, zero)}
    end
  end
  return found
end

-- "(64,3,3,3)"
function layers.shape_text(shape)
  return "(" .. table.concat(shape, ",") .. ")"
end

-- nil when every layer takes what the one before gives, else a sentence. A linear layer behind a convolution takes channels times
-- a whole number of places.
function layers.chain(found, input)
  local channels = input
  for i, layer in ipairs(found) do
    local shape = layer.weight.shape
    local fits = shape[2] == channels or (#shape == 2 and i > 1 and shape[2] % channels == 0 and #found[i - 1].weight.shape == 4)
    if not fits then
      return "layer " .. i .. " " .. layers.shape_text(shape) .. " does not take the " .. channels .. " channels before it"
    end
    channels = shape[1]
  end
  return nil
end

return layers

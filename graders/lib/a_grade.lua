-- The words of the grader language: assignment, check, misconception, use, emit, and the submission that a check gets.
-- The host runs this file first (hence its name), then the other files of lib/ and of the grader's folder as modules, then
-- grader.lua. It asks back through grade_declaration(), grade_run(number) and grade_emit(number, seed).

local about
local checks, functions, misconceptions = {}, {}, {}
local bodies, loaded = {}, {}
local emitter

local function demand(value, kind, what)
  if type(value) ~= kind then
    error(what .. " wants a " .. kind .. ", not a " .. type(value), 3)
  end
  return value
end

-- assignment{id=, title=, names={outer file name patterns}, files={patterns of files handed in}}
function assignment(t)
  demand(t, "table", "assignment")
  about = {id = demand(t.id, "string", "assignment.id"), title = demand(t.title, "string", "assignment.title"),
           names = t.names or {"{id}"}, files = t.files or {}}
end

-- misconception(id, title, {lesson=, message=}): a wrong idea with a name. The message teaches and tells no number.
function misconception(id, title, t)
  t = t or {}
  misconceptions[#misconceptions + 1] = {id = demand(id, "string", "misconception"),
                                         title = demand(title, "string", "misconception"), lesson = t.lesson}
end

-- check(id, {points=, title=, needs={ids}, hidden=}, function(submission) return verdict end)
function check(id, t, f)
  demand(id, "string", "check")
  demand(t, "table", "check " .. id)
  local points = demand(t.points, "number", "points of " .. id)
  local milli = points * 1000
  if milli ~= math.floor(milli) or milli < 0 then
    error("points of " .. id .. ": at most three decimals, and not below 0", 2)
  end
  checks[#checks + 1] = {id = id, title = demand(t.title, "string", "title of " .. id),
                         points_milli = math.tointeger(milli), needs = t.needs, hidden = t.hidden or false}
  functions[#functions + 1] = demand(f, "function", "check " .. id)
end

-- module(name, function): how the host hands in every other file; use(name) runs it once and gives what it returns.
-- The words of expect.* are there for every grader without asking.
function module(name, f)
  bodies[name] = f
  if name == "expect" then
    expect = use(name)
  end
end

function use(name)
  if loaded[name] == nil then
    local f = bodies[name]
    if f == nil then
      error('there is no helper "' .. tostring(name) .. '" in this grader\'s folder or in graders/lib', 2)
    end
    loaded[name] = f() or true
  end
  return loaded[name]
end

-- emit(function(number, random) return {name=, files={[path]={kind=…}}, expected={…}} or nil end): fresh submissions for lint.
function emit(f)
  emitter = demand(f, "function", "emit")
end

-- ---- the submission ----

-- Leaves the check with a verdict of its own: missing and malformed are no wrong answers.
local function stop(verdict, message, detail)
  error({halfstep_verdict = true, verdict = verdict, message = message, detail = detail}, 0)
end

local submission = {}
local opened, texts = {}, {}

local function list(patterns)
  return type(patterns) == "table" and patterns or {patterns}
end

function submission:files()
  return hand_in.files()
end

-- The first file that one of the patterns means, or nil. Two that fit equally well are an answer of their own: nobody guesses.
function submission:find(patterns)
  for _, pattern in ipairs(list(patterns)) do
    local name, why = hand_in.find(pattern)
    if name then
      return name
    end
    if why == "several" then
      stop("malformed", "More than one file could be " .. pattern .. ": hand in one.")
    end
  end
  return nil
end

function submission:has(patterns)
  return self:find(patterns) ~= nil
end

function submission:need(patterns, what)
  local name = self:find(patterns)
  if not name then
    stop("missing", "Not handed in: " .. (what or list(patterns)[1]) .. ".")
  end
  return name
end

function submission:size(name)
  return hand_in.size(name)
end

-- Entries of a container in the order of the file: {name=, kind=, dtype=, shape=, quantized=, scale=, zero_point=, axis=, value=}.
-- A file that cannot be read ends the check as malformed, with the reader's sentence.
function submission:entries(name)
  if opened[name] == nil then
    local entries, why = hand_in.entries(name)
    opened[name] = entries or {unreadable = why}
  end
  if opened[name].unreadable then
    stop("malformed", "The file cannot be read: " .. opened[name].unreadable)
  end
  if opened[name].suspicious and #opened[name].suspicious > 0 then
    stop("malformed", "The file tries to run a program when it is loaded (" .. opened[name].suspicious[1] ..
         "). It was read as data and not run; save the state_dict only.")
  end
  return opened[name]
end

function submission:opaque(name)
  return self:entries(name).opaque
end

local function pick(entries, names)
  for _, name in ipairs(list(names)) do
    for _, entry in ipairs(entries) do
      if entry.name == name then
        return entry
      end
    end
  end
  return nil
end

-- Which file holds an entry of one of these names? A bare array file counts by its own name without the ending.
local function locate(self, names, patterns)
  for _, file in ipairs(self:files()) do
    local wanted = not patterns
    for _, pattern in ipairs(list(patterns or {})) do
      wanted = wanted or hand_in.fits(pattern, file.name)
    end
    local bare = file.name:gsub("%.[%w]+$", "")
    for _, name in ipairs(list(names)) do
      if wanted and (bare == name or bare:sub(-#name - 1) == "/" .. name) then
        local entry = pick(self:entries(file.name), "")
        if entry then
          return file.name, entry
        end
      end
    end
    if wanted and hand_in.is_container(file.name) then
      local entry = pick(self:entries(file.name), names)
      if entry then
        return file.name, entry
      end
    end
  end
  stop("missing", "Nothing handed in is named " .. list(names)[1] .. ".")
end

-- A tensor by name or list of names, anywhere or in files that fit the patterns; second result: its entry.
function submission:tensor(names, patterns)
  local file, entry = locate(self, names, patterns)
  if entry.kind ~= "tensor" then
    stop("malformed", entry.name .. " is a " .. entry.kind .. ", not a tensor.")
  end
  return hand_in.tensor(file, entry.name), entry
end

-- The tensor of an entry that submission:entries(file) gave.
function submission:load(file, entry)
  return hand_in.tensor(file, entry.name)
end

-- A number: a scalar entry, or a tensor of one element.
function submission:number(names, patterns)
  local file, entry = locate(self, names, patterns)
  return self:value(file, entry)
end

function submission:value(file, entry)
  if entry.kind == "number" or entry.kind == "bool" then
    return entry.value
  end
  if entry.kind == "tensor" and entry.count == 1 then
    return hand_in.tensor(file, entry.name):min()
  end
  stop("malformed", entry.name .. " is no single number.")
end

-- Text of a report or of code; of a notebook the sources of its cells.
function submission:text(patterns, what)
  local name = self:need(patterns, what)
  if texts[name] == nil then
    local text, why = hand_in.text(name)
    texts[name] = text or {unreadable = why}
  end
  if type(texts[name]) == "table" then
    stop("malformed", "The text cannot be read: " .. texts[name].unreadable)
  end
  return texts[name], name
end

submission.stop = function(_, verdict, message, detail)
  stop(verdict, message, detail)
end

-- ---- what the host asks ----

function grade_declaration()
  return {assignment = about, checks = checks, misconceptions = misconceptions}
end

function grade_run(number)
  local fine, verdict = pcall(functions[number], submission)
  if fine then
    return verdict
  end
  if type(verdict) == "table" and verdict.halfstep_verdict then
    return {verdict = verdict.verdict, message = verdict.message, detail = verdict.detail}
  end
  error(verdict, 0)
end

function grade_emit(number, seed)
  return emitter and emitter(number, seed) or nil
end

-- Made by pulumi-puppet: change the stack's settings, not this file.
-- Ends the connections of a compiler that is frozen: it is down, and has sent nothing to anybody for half a minute. It
-- accepts what agents send and never answers: they would wait for their time-outs, many minutes. Not as soon as it is
-- down, as `on-marked-down shutdown-sessions` would: after a pause, or when too much is asked of it at once, a compiler
-- goes on with what it has.
local patience = 30
-- All through which agents come.
local backends = { "compilers", "drained_compilers", "compilers_unchecked" }
local silent = {}

-- One compiler in each backend.
local function everywhere(name)
  local servers = {}
  for _, backend in ipairs(backends) do
    local there = core.backends[backend]
    local server = there and there.servers[name]
    if server then table.insert(servers, server) end
  end
  return servers
end

local function look(name, down)
  local servers = everywhere(name)
  local sent = 0
  for _, server in ipairs(servers) do sent = sent + server:get_stats().bout end
  local now = core.now().sec
  local last = silent[name]
  if not down or last == nil or last.sent ~= sent then
    silent[name] = { since = now, sent = sent }
  elseif now - last.since >= patience then
    for _, server in ipairs(servers) do server:shut_sess() end
  end
end

core.register_task(function()
  while true do
    for name, server in pairs(core.backends["compilers"].servers) do
      look(name, server:get_stats().status == "DOWN")
    end
    core.sleep(1)
  end
end)

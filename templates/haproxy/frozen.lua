-- Made by pulumi-puppet: change the stack's settings, not this file.
-- Ends the connections of a compiler that is frozen: it is down, and has sent nothing to anybody for half a minute. It
-- accepts what agents send and never answers: they would wait for their time-outs, many minutes. Not as soon as it is
-- down, as `on-marked-down shutdown-sessions` would: after a pause, or when too much is asked of it at once, a compiler
-- goes on with what it has.
local patience = 30
local silent = {}

local function look(name, server)
  local stats = server:get_stats()
  local now = core.now().sec
  local last = silent[name]
  if stats.status ~= "DOWN" or last == nil or last.sent ~= stats.bout then
    silent[name] = { since = now, sent = stats.bout }
  elseif now - last.since >= patience then
    server:shut_sess()
  end
end

core.register_task(function()
  while true do
    for backend_name, backend in pairs(core.backends) do
      if backend_name:find("^compilers") then
        for server_name, server in pairs(backend.servers) do
          look(backend_name .. "/" .. server_name, server)
        end
      end
    end
    core.sleep(1)
  end
end)

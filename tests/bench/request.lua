-- One request a line in the file named by BENCH_REQUESTS: path, authorization, body, and further
-- headers as name=value, all with a TAB between.
-- Requests go round and round; with BENCH_ONCE each is sent once and the run stops counting then.
local requests, position, failures = {}, 0, 0

function init(args)
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local path, authorization, body, more = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)")
    local headers = {["Content-Type"] = "application/x-www-form-urlencoded"}
    if authorization ~= "" then headers["Authorization"] = authorization end
    for name, value in more:gmatch("([^\t=]+)=([^\t]*)") do headers[name] = value end
    local method = "POST"
    if body == "" then method = "GET"; headers["Content-Type"] = nil; body = nil end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  position = position + 1
  if position > #requests then
    if os.getenv("BENCH_ONCE") then wrk.thread:stop() end
    position = 1
  end
  return requests[position]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    "\nRESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

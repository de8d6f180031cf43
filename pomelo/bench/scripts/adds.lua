-- Adds a lead with every request; no address comes twice.
-- Arguments: beginning of the path, name of this turn, authorization, body.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  beginning = args[1] .. args[2] .. "-" .. number .. "-"
  headers = { ["Authorization"] = args[3], ["Content-Type"] = "application/json" }
  body = args[4]
  made = 0
end

function request()
  made = made + 1
  return wrk.format("POST", beginning .. made .. "%40piedpiper.example", headers, body)
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "errors": %d, "p99_ms": %.3f}\n', summary.requests,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(99) / 1000))
end

-- Fetches the pixels of many mails, over and over; each thread begins elsewhere.
-- Arguments: a file of paths, one a line; the user agent.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  paths = {}
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
  headers = { ["User-Agent"] = args[2] }
  place = number * 7919
end

function request()
  place = place + 1
  return wrk.format("GET", paths[place % #paths + 1], headers)
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "errors": %d, "p99_ms": %.3f}\n', summary.requests,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(99) / 1000))
end

#!/usr/bin/env bash
# How many requests a second a node answers over HTTP on loopback, and how long the slowest hundredth waits: the list of reports, a
# table, a submission. Starts the node of DIR, which should hold many reports (talkoot demo --keep PLACE --reports 100000 makes
# four), makes tokens there and takes them away again. Needs wrk and python3. One bearer is answered 50 times a second, so there
# are many bearers: what is measured is the node and not the limit. Submissions stay in DIR/prefills.
# Usage: tests/load.sh DIR [SECONDS] [PROGRAM]
set -euo pipefail
cd "$(dirname "$0")/.."
dir="${1:?a directory with a node}"
seconds="${2:-10}"
program="${3:-${CARGO_TARGET_DIR:-target}/release/talkoot}"
bearers=100
command -v wrk >/dev/null || { echo "wrk is not installed" >&2; exit 1; }
work="$(mktemp -d)"
made=0

finish() {
  [ -z "${node:-}" ] || { kill "$node" 2>/dev/null; wait "$node" 2>/dev/null; } || true
  for ((at = 1; at <= made; at++)); do "$program" token remove "load-$at" --dir "$dir" >/dev/null 2>&1 || true; done
  rm -rf "$work"
}
trap finish EXIT

for ((made = 0; made < bearers; )); do
  made=$((made + 1))
  "$program" token add "load-$made" --access read --access submit --days 1 --json --dir "$dir" |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["token"])' >>"$work/tokens"
done

"$program" run --json --http 127.0.0.1:0 --dir "$dir" >"$work/said" 2>/dev/null &
node=$!
for ((wait = 0; wait < 600; wait++)); do
  [ -s "$work/said" ] && break
  sleep 0.1
done
address="$(python3 -c 'import json,sys; print(json.loads(open(sys.argv[1]).readline())["http"][0])' "$work/said")"

cat >"$work/ask.lua" <<'LUA'
local tokens, turn = {}, 0
for line in io.lines(os.getenv("LOAD_TOKENS")) do tokens[#tokens + 1] = line end
local body = os.getenv("LOAD_BODY")
if body == "" then body = nil end
function init() turn = math.random(#tokens) end
function request()
  turn = turn % #tokens + 1
  local fields = { ["Authorization"] = "Bearer " .. tokens[turn], ["Content-Type"] = "application/json" }
  if body then return wrk.format("POST", nil, fields, body) end
  return wrk.format("GET", nil, fields)
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("%9.0f requests/s   p50 %7.2f ms   p99 %7.2f ms   %d not 2xx, %d broken\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
LUA

measure() {
  printf '%-28s' "$1"
  LOAD_TOKENS="$work/tokens" LOAD_BODY="${3-}" wrk -t2 -c16 -d"${seconds}s" -s "$work/ask.lua" "http://$address$2" | tail -1
}

measure "list of reports (50)" "/v1/reports?limit=50"
measure "table, theme by county" "/v1/views?rows=theme&columns=county"
measure "description of the API" "/v1/openapi.json"
measure "submission" "/v1/submissions" '{"title": "Asuntojono", "description": "Nuoret jonottavat asuntoa kuukausia.", "language": "fi"}'
echo "memory: $(awk '/VmHWM/ {print $2 / 1024 " MiB"}' "/proc/$node/status") at most"

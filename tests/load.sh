#!/usr/bin/env bash
# How many requests a second a node answers over HTTP on loopback, and how long the slowest hundredth waits: the list of reports, a
# table, a submission, and pages; first alone, then while a node of another organisation fetches everything. Starts the node of DIR,
# which should hold many reports (talkoot import takes some thousand a second), makes tokens there and takes them away again. Needs
# wrk and python3. One bearer is answered 50 times a second, so there are many bearers: what is measured is the node and not the
# limit. In DIR stay the submissions, up to 20 workers, and that the other organisation is recognised: take a copy.
# Usage: TALKOOT_PASSPHRASE=… [VISIT=target/debug/visit] tests/load.sh DIR [SECONDS] [PROGRAM]
# VISIT signs workers in (crate talkoot-tests); without it no pages are measured.
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
  for started in ${node:-} ${other:-}; do { kill "$started" && wait "$started"; } 2>/dev/null || true; done
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
said() { python3 -c 'import json,sys; print(json.loads(open(sys.argv[1]).readline())[sys.argv[2]][0])' "$work/$1" "$2"; }
address="$(said said http)"

if [ -n "${VISIT:-}" ]; then
  for ((at = 1; at <= 20; at++)); do
    [ -e "$dir-keys/load-$at.key" ] || "$program" worker add "load-$at" --dir "$dir" >/dev/null 2>&1
    "$VISIT" "$address" "$dir-keys" "load-$at" | python3 -c 'import json,sys; print(json.load(sys.stdin)["cookie"])' >>"$work/cookies"
  done
fi

cat >"$work/ask.lua" <<'LUA'
local tokens, turn = {}, 0
local as = os.getenv("LOAD_AS")
for line in io.lines(os.getenv("LOAD_TOKENS")) do tokens[#tokens + 1] = line end
local body = os.getenv("LOAD_BODY")
if body == "" then body = nil end
function init() turn = math.random(#tokens) end
function request()
  turn = turn % #tokens + 1
  local fields = { ["Content-Type"] = "application/json", ["Accept"] = "text/html" }
  if as == "page" then fields["Cookie"] = tokens[turn] else fields["Authorization"] = "Bearer " .. tokens[turn] end
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

memory() { echo "memory, $1: $(awk '/VmRSS/ {now = $2} /VmHWM/ {most = $2} END {printf "%.0f MiB, %.0f MiB at most", now / 1024, most / 1024}' "/proc/$node/status")"; }

measure() {
  printf '%-28s' "$1"
  LOAD_AS=api LOAD_TOKENS="$work/tokens" LOAD_BODY="${3-}" wrk -t2 -c16 --timeout 20s -d"${seconds}s" -s "$work/ask.lua" "http://$address$2" | tail -1
}

look() {
  [ -n "${VISIT:-}" ] || return 0
  printf '%-28s' "page $1"
  LOAD_AS=page LOAD_TOKENS="$work/cookies" LOAD_BODY="" wrk -t2 -c16 --timeout 20s -d"${seconds}s" -s "$work/ask.lua" "http://$address$1" | tail -1
}

all() {
  measure "list of reports (50)" "/v1/reports?limit=50"
  measure "table, theme by county" "/v1/views?rows=theme&columns=county"
  measure "description of the API" "/v1/openapi.json"
  measure "submission" "/v1/submissions" '{"title": "Asuntojono", "description": "Nuoret jonottavat asuntoa kuukausia.", "language": "fi"}'
  look "/views"
  look "/phenomena"
}

# A node of another organisation, which knows this one and fetches what it has.
fetch() {
  local mine theirs
  mine="$("$program" status --json --dir "$dir" | python3 -c 'import json,sys; print(json.load(sys.stdin)["organisation"])')"
  theirs="$("$program" --dir "$work/other" init --name Toinen --kind other --listen 127.0.0.1:0 --json 2>/dev/null |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["organisation"])')"
  "$program" org recognise "$theirs" --dir "$dir" >/dev/null 2>&1
  "$program" org recognise "$mine" --dir "$work/other" >/dev/null 2>&1
  "$program" run --json --dir "$work/other" >"$work/other-said" 2>/dev/null &
  other=$!
  while [ ! -s "$work/other-said" ]; do sleep 0.1; done
  "$program" peer add "$(said said addresses)" --dir "$work/other" >/dev/null 2>&1
}

fetched() { "$program" status --json --dir "$work/other" | python3 -c 'import json,sys; print(json.load(sys.stdin)["reports"], "reports fetched")'; }

memory "before"
all
memory "after, alone"
fetch
fetched
all
fetched
memory "after, while another fetched"

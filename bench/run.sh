#!/usr/bin/env bash
# Starts a fresh server (release build, temporary data), drives load-test against it with the given options, stops the server.
#   bench/run.sh --connections 10000 --rate 1000 --duration 60
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release src/Milepost.Server --verbosity quiet
data=$(mktemp -d)
url=http://127.0.0.1:5095
ulimit -n "$(ulimit -Hn)"
dotnet artifacts/bin/Milepost.Server/release/milepost.dll serve --urls "$url" --Gateway:DrainSeconds=0 --Storage:DataDirectory="$data" > "$data/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$data"' EXIT
for _ in $(seq 300); do curl -sf "$url/healthz/ready" > /dev/null && break; sleep 0.1; done
dotnet artifacts/bin/Milepost.Server/release/milepost.dll load-test --url "$url" --data-directory "$data" "$@"

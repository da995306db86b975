#!/usr/bin/env bash
# Starts a fresh server (release build, temporary data), measures what leaves it, stops it. What it can do: bench/notify.mjs.
#   bench/notify.sh latency --rate 50 --seconds 20
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release src/Milepost.Server --verbosity quiet
(cd tests/peers && npm ls --silent > /dev/null 2>&1) || (cd tests/peers && npm install --no-package-lock --no-audit --no-fund --silent)
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
node bench/notify.mjs "$@" --server artifacts/bin/Milepost.Server/release/milepost.dll --data "$data"

#!/usr/bin/env bash
# Builds everything and runs all tests. Installs what they need where it is missing (as root or with sudo).
#   ./test.sh                 everything
#   ./test.sh Core Realtime   only the projects whose names contain one of these words
# The last line is: N passed, N failed, N skipped
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off

need() { command -v "$1" >/dev/null || { echo "$1 is missing: install $2 first" >&2; exit 1; }; }
need dotnet "the .NET SDK 10"
need node "Node.js 20"

# The counterparts of the tests, as Debian packages. The tests start their own servers in temporary directories.
missing=()
command -v chromium >/dev/null || missing+=(chromium)
compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
[ -x /usr/sbin/nginx ] || missing+=(nginx)
command -v python3 >/dev/null || missing+=(python3)
compgen -G "/usr/lib/*/librdkafka.so.1" >/dev/null || missing+=(librdkafka1)
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing for the tests: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# promtool alone: installing its package would start a Prometheus.
if ! command -v promtool >/dev/null; then
  echo "installing for the tests: promtool"
  work=$(mktemp -d)
  as_root apt-get update -qq
  (cd "$work" && apt-get download -qq prometheus && dpkg --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool)
  as_root install -m 755 "$work/usr/bin/promtool" /usr/local/bin/promtool
  rm -rf "$work"
fi

# Other people's implementations that the tests talk to.
if ! (cd tests/peers && npm ls --silent >/dev/null 2>&1); then
  echo "installing for the tests: packages of tests/peers"
  (cd tests/peers && npm install --no-package-lock --no-audit --no-fund --silent)
fi

results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

echo "building"
dotnet build Milepost.slnx --verbosity quiet

failed=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  if [ $# -gt 0 ]; then
    chosen=no
    for word in "$@"; do case "$name" in *"$word"*) chosen=yes ;; esac; done
    [ "$chosen" = yes ] || continue
  fi

  echo "testing $name"
  case "$name" in
    # These run real processes, often under a great load, and say nothing about lines. Started by themselves, so that the last words of a crash are seen.
    Milepost.Torture.Tests | Milepost.Nodes.Tests | Milepost.Faults.Tests)
      mkdir -p "$results/$name"
      if ! dotnet "artifacts/bin/$name/debug/$name.dll" -noLogo -noColor -trx "$results/$name/$name.trx" >"$results/$name/output.log" 2>&1; then
        echo "$name failed; the end of $results/$name/output.log:"
        tail -n 200 "$results/$name/output.log"
        failed=1
      fi
      tail -n 1 "$results/$name/output.log"
      ;;
    *)
      dotnet test "$project" --no-build --verbosity quiet --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
        --results-directory "$results/$name" --collect "XPlat Code Coverage" --settings tests/coverage.runsettings || failed=1
      ;;
  esac
done

node tools/test-summary.mjs "$results" "$@" || failed=1
exit $failed

#!/usr/bin/env bash
# Starts fresh servers of the release build with what they need, drives load-test against them, and stops and removes everything.
#   bench/cluster.sh --provider sqlite --connections 1000 --rate 500            one node on SQLite
#   bench/cluster.sh --connections 1000 --rate 500                              one node on PostgreSQL
#   bench/cluster.sh --nodes 2 --split yes --connections 1000 --rate 500        post to node 1, listen on node 2, over Redis
#   bench/cluster.sh --nodes 2 --roles 'api,worker;gateway' --rate 500          one list of roles for each node
# Its own options, each with a value; all others go to load-test:
#   --provider sqlite|postgres   (postgres) PostgreSQL is Debian's, in a temporary directory, with fsync on
#   --nodes N                    (1)
#   --redis yes|no               (yes with more than one node)
#   --split yes|no               (no) posts go to the first node, connections to the others
#   --roles R1;R2;...            (everything everywhere) posts go to the nodes with api, connections to those with gateway
#   --apart yes|no               (no) the nodes run on the first half of the processors, the tool on the others: it takes nothing from them
#   --keep-logs FILE             (not kept) the output of the nodes
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-Release}
provider=postgres nodes=1 redis='' split=no roles='' logs='' apart=no
load=()
while [ $# -gt 0 ]; do
  case "$1" in
    --provider) provider=$2; shift 2 ;;
    --nodes) nodes=$2; shift 2 ;;
    --redis) redis=$2; shift 2 ;;
    --split) split=$2; shift 2 ;;
    --roles) roles=$2; shift 2 ;;
    --apart) apart=$2; shift 2 ;;
    --keep-logs) logs=$2; shift 2 ;;
    *) load+=("$1"); shift ;;
  esac
done
redis=${redis:-$([ "$nodes" -gt 1 ] && echo yes || echo no)}
fail() { echo "error: $1" >&2; exit 2; }
case "$provider" in sqlite | postgres) ;; *) fail "--provider must be sqlite or postgres" ;; esac
case "$redis$split" in yesyes | yesno | noyes | nono) ;; *) fail "--redis and --split must be yes or no" ;; esac
[ "$provider" = postgres ] || [ "$nodes" = 1 ] || fail "several nodes need --provider postgres"
[ "$split" = no ] || [ "$nodes" -gt 1 ] || fail "--split needs several nodes"
nodes_on=() tool_on=()
case "$apart" in
  yes)
    half=$(($(nproc) / 2))
    [ "$half" -gt 0 ] || fail "--apart needs two processors"
    nodes_on=(taskset --cpu-list "0-$((half - 1))") tool_on=(taskset --cpu-list "$half-$(($(nproc) - 1))") ;;
  no) ;;
  *) fail "--apart must be yes or no" ;;
esac

dotnet build -c "$configuration" src/Milepost.Server --verbosity quiet
milepost=artifacts/bin/Milepost.Server/${configuration,,}/milepost.dll
work=$(mktemp -d)
chmod 711 "$work"
processes=()
stop() {
  for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
  for process in "${processes[@]}"; do wait "$process" 2>/dev/null || true; done
  [ ! -f "$work/postgres/data/postmaster.pid" ] || postgres_command pg_ctl stop --silent --mode=immediate --pgdata="$work/postgres/data"
  [ -z "$logs" ] || cat "$work"/node-*.log > "$logs" 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

next_port=5095
# Sets $port; not by output, because a subshell would forget which ports are given away.
take_port() {
  while (exec 3<> "/dev/tcp/127.0.0.1/$next_port") 2>/dev/null; do next_port=$((next_port + 1)); done
  port=$next_port
  next_port=$((next_port + 1))
}

# PostgreSQL refuses to run as root.
postgres_command() {
  local binaries
  binaries=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -1)")
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u postgres -- "$binaries/$1" "${@:2}")
  else
    "$binaries/$1" "${@:2}"
  fi
}

start_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' > /dev/null || fail "PostgreSQL is missing: install the package postgresql"
  take_port
  mkdir "$work/postgres"
  [ "$(id -u)" != 0 ] || chown postgres "$work/postgres"
  postgres_command initdb --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --pgdata="$work/postgres/data" > /dev/null
  postgres_command pg_ctl start --silent --wait --pgdata="$work/postgres/data" --log="$work/postgres/log" \
    --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/postgres -c max_connections=300 -c shared_buffers=128MB -c fsync=on"
  # No superuser: row-level security binds it, as it should be in production.
  postgres_command psql --quiet --host="$work/postgres" --port="$port" --username=postgres \
    --command='CREATE ROLE milepost LOGIN' --command='CREATE DATABASE milepost OWNER milepost'
  settings+=(--Storage:Provider=postgres "--Storage:ConnectionString=Host=127.0.0.1;Port=$port;Database=milepost;Username=milepost")
}

start_redis() {
  command -v redis-server > /dev/null || fail "Redis is missing: install the package redis-server"
  take_port
  redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" > "$work/redis.log" &
  processes+=($!)
  for _ in $(seq 100); do redis-cli -p "$port" ping > /dev/null 2>&1 && break; sleep 0.1; done
  settings+=("--Redis:Connections=127.0.0.1:$port")
}

# start_node NUMBER ROLES; waits until it is ready, because the first one makes the tables.
start_node() {
  take_port
  local url=http://127.0.0.1:$port log=$work/node-$1.log
  "${nodes_on[@]}" dotnet "$milepost" serve --urls "$url" --Storage:DataDirectory="$work/node-$1" --Gateway:DrainSeconds=0 "${settings[@]}" ${2:+--roles "$2"} > "$log" 2>&1 &
  local process=$!
  processes+=("$process")
  for _ in $(seq 600); do
    curl -sf "$url/healthz/ready" > /dev/null && break
    kill -0 "$process" 2>/dev/null || break
    sleep 0.1
  done
  curl -sf "$url/healthz/ready" > /dev/null || { cat "$log" >&2; fail "node $1 did not become ready"; }
  case ",${2:-api,gateway}," in *,gateway,*) [ "$split$1" = yes1 ] || load+=(--url "$url") ;; esac
  case ",${2:-api,gateway}," in *,api,*) [ "$split" = yes ] && [ "$1" != 1 ] || load+=(--post-url "$url") ;; esac
}

ulimit -n "$(ulimit -Hn)"
MILEPOST__AUTH__SIGNINGKEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export MILEPOST__AUTH__SIGNINGKEY
settings=()
[ "$provider" = sqlite ] || start_postgres
[ "$redis" = no ] || start_redis
for node in $(seq "$nodes"); do
  start_node "$node" "$(cut -d';' -f"$node" <<< "$roles")"
done

# Not the last command and not exec: the end of the nodes comes behind it.
result=0
"${tool_on[@]}" dotnet "$milepost" load-test --signing-key "$MILEPOST__AUTH__SIGNINGKEY" "${load[@]}" || result=$?
exit $result

#!/usr/bin/env bash
# Measures what stored data costs a server that does nothing: writes GIGABYTES through the Kinesis face, then times
# the start (exec to "levada is ready") and reads the idle memory after a clean stop, and again after kill -9 in the
# middle of writing. Then the memory of SHARDS open shards. Usage: bench/start_up.sh [GIGABYTES, 10] [SHARDS, 10000]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
gigabytes=${1:-10}
shards=${2:-10000}
levada=build/release/levada
work=$(mktemp -d "${TMPDIR:-/tmp}/levada-start.XXXXXX")
server=
load=
trap 'for p in $load $server; do kill -9 "$p" 2>/dev/null || true; done; rm -rf "$work"' EXIT

row() { printf '%-44s %s\n' "$1" "$2"; }
now_us() { local t=${EPOCHREALTIME/./}; echo "$t"; }

start_levada() { # DATA FLAGS…; sets ready_ms
  local data=$1 begin
  shift
  : >"$work/out"
  begin=$(now_us)
  "$levada" serve --data-dir "$data" --listen 127.0.0.1:0 --console-listen 127.0.0.1:0 --sql-listen 127.0.0.1:0 --shard-limits off \
    "$@" >"$work/out" 2>"$work/log" &
  server=$!
  until grep -q 'levada is ready' "$work/out" 2>/dev/null; do
    kill -0 $server 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.005
  done
  ready_ms=$((($(now_us) - begin) / 1000))
  endpoint=$(sed -n 's,^aws *http://,,p' "$work/out")
}
stop_levada() { kill "$server"; wait "$server" || true; server=; }
memory_mb() { awk '/^VmRSS/ {printf "%.1f MB", $2 / 1000}' "/proc/$server/status"; }
stored_mb() { { du -s --block-size=1000000 "$work/data" 2>/dev/null || true; } | cut -f 1; }  # files go meanwhile
stored_gb() { stored_mb | awk '{printf "%.2f GB", $1 / 1000}'; }
drop_caches() { sync; if [[ -w /proc/sys/vm/drop_caches ]]; then echo 3 >/proc/sys/vm/drop_caches; fi; }
fill() { # STREAM-FLAGS…
  "$levada" bench put-records "$@" --endpoint "$endpoint" >"$work/bench" 2>&1 || { cat "$work/bench" >&2; return 1; }
}
# What is known once the server has nothing to do any more: recovered segments are stored in the background.
idle_memory() { sleep 5; memory_mb; }

echo "machine: $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | xargs), $(nproc) cores, kernel $(uname -r)"
echo "date: $(date -u +%F), commit: $(git rev-parse --short HEAD)"

start_levada "$work/empty"
row "empty folder, first start" "ready in $ready_ms ms, idle $(idle_memory)"
stop_levada
drop_caches
start_levada "$work/empty"
row "empty folder, second start" "ready in $ready_ms ms, idle $(idle_memory)"
stop_levada

start_levada "$work/data"
fill --stream filled --seconds 1
while (($(stored_mb) < gigabytes * 1000)); do
  fill --stream filled --use-stream --size 1024 --seconds 5
done
row "written, before a stop" "$(stored_gb), $(memory_mb)"
stop_levada
drop_caches
start_levada "$work/data"
row "$(stored_gb), after a clean stop" "ready in $ready_ms ms, idle $(idle_memory)"

for round in 1 2 3; do
  "$levada" bench put-records --stream filled --use-stream --size $((round == 3 ? 100 : 1024)) --seconds 30 \
    --endpoint "$endpoint" >/dev/null 2>&1 & # not `fill`: it is to die with the server
  load=$!
  sleep 3
  kill -9 "$server"
  wait "$server" 2>/dev/null || true
  kill "$load" 2>/dev/null || true
  wait "$load" 2>/dev/null || true
  load=
  drop_caches
  start_levada "$work/data"
  at_once=$(memory_mb)
  row "$(stored_gb), after kill -9 ($round)" "ready in $ready_ms ms, at once $at_once, idle $(idle_memory)"
done
stop_levada

start_levada "$work/shards" --shard-limit "$((shards * 2))"
row "no shards" "$(idle_memory)"
fill --stream many --shards "$shards" --size 100 --seconds 3
stop_levada
drop_caches
start_levada "$work/shards" --shard-limit "$((shards * 2))"
row "$shards shards, after a clean stop" "ready in $ready_ms ms, idle $(idle_memory)"
fill --stream many --use-stream --size 100 --seconds 3
row "$shards shards, written to" "$(idle_memory)"
kill -9 "$server"; wait "$server" 2>/dev/null || true
drop_caches
start_levada "$work/shards" --shard-limit "$((shards * 2))"
row "$shards shards, after kill -9" "ready in $ready_ms ms, idle $(idle_memory)"
stop_levada

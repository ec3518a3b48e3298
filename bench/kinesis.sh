#!/usr/bin/env bash
# Measures the Kinesis face: the machine's bare path, the generator's ceiling, Levada, and peers from
# npm, in one run. Usage: bench/kinesis.sh [SECONDS for each row, 5] [--peers]
# REACTORS='2' for those numbers of reactors; ROWS=REGEX for the rows whose names match.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-5}
peers=${2:-}
levada=build/release/levada
work=$(mktemp -d "${TMPDIR:-/tmp}/levada-bench.XXXXXX")
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

key=AKIDEXAMPLE
secret=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
printf '[[principal]]\naccess_key = "%s"\nsecret_key = "%s"\n' $key $secret >"$work/credentials.toml"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null

many=32 # connections of the rows about throughput: enough that both reactors always have work
row() { # NAME COMMAND…
  [[ $1 =~ ${ROWS:-} ]] || return 0
  local name=$1
  shift
  printf '%-34s %s\n' "$name" "$("$@")"
}
# The last line of figures; what was refused is told behind it and counted in it.
bench() {
  "$levada" bench "$@" --seconds "$seconds" >"$work/figures" 2>&1 || true
  { grep -E '^(PutRecords?|GetRecords|put -> polled reader|bare path|flush): ' "$work/figures" ||
    head -c 300 "$work/figures"; } | tail -n 1 | sed 's/^[^:]*: //'
}

start_levada() { # FLAGS…
  "$levada" serve --data-dir "$work/data" --listen 127.0.0.1:0 --console-listen 127.0.0.1:0 --sql-listen 127.0.0.1:0 \
    --credentials "$work/credentials.toml" --shard-limits off \
    --tls-cert "$work/cert.pem" --tls-key "$work/key.pem" "$@" >"$work/out" 2>"$work/log" &
  server=$!
  until grep -q 'levada is ready' "$work/out" 2>/dev/null; do
    kill -0 $server 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.02
  done
  endpoint=$(sed -n 's,^aws *https*://,,p' "$work/out")
  console=$(sed -n 's,^console *https*://,,p' "$work/out")
}
# Until what earlier rows wrote is stored. For rows about latency, which would else measure what the
# rows before them left behind. Throughput rows begin at once: a server that is never at rest is
# their case.
rest() {
  local now=- before=
  until [[ $now == "$before" && $now == *" 0" ]]; do
    before=$now
    sleep 1
    now=$(curl -fsS "http://$console/metrics" |
      awk '/^levada_log_(un)?stored_segments / { print $2 }' | xargs)
  done
}
stop_server() { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; server=; }
fresh_levada() { rm -rf "$work/data"; start_levada "$@"; }

echo "machine: $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | xargs), $(nproc) cores, kernel $(uname -r)"
echo "date: $(date -u +%F), commit: $(git rev-parse --short HEAD)"

[[ $peers != --peers ]] || npm install --prefix "$work/npm" --no-audit --no-fund --loglevel=error \
  kinesalite@3.3.3 kinesis-local@0.6.2 >/dev/null 2>&1
mkdir -p "$work/bare"
row "bare path 500 x 100 B" bench bare-path --size 100 --directory "$work/bare"
row "bare path 500 x 1 KiB" bench bare-path --size 1024 --directory "$work/bare"
row "one durable write of 4 KiB" bench flush --directory "$work/bare"
row "bare path 1 x 100 B" bench bare-path --records 1 --size 100 --directory "$work/bare"

"$levada" bench null-server --endpoint 127.0.0.1:14599 --seconds 240 >/dev/null &
server=$!
sleep 0.3
row "generator, 500 x 100 B" bench put-records --use-stream --connections $many --endpoint 127.0.0.1:14599
row "generator, 500 x 1 KiB" bench put-records --use-stream --connections $many --size 1024 --endpoint 127.0.0.1:14599
row "generator, PutRecord, 64 conn." bench put-record --use-stream --connections 64 --endpoint 127.0.0.1:14599
row "generator, PutRecord, 1 conn." bench put-record --use-stream --connections 1 --endpoint 127.0.0.1:14599
stop_server

put() { bench "$@" --endpoint "$endpoint"; }
# The limit of small puts in the same minute: a server that does what must be done, one thread, and
# knows nothing else. (Levada stands still beside it.)
small_limits() {
  [[ "bare server, PutRecord conn." =~ ${ROWS:-} || ${ROWS:-} == *PutRecord* ]] || return 0
  "$levada" bench bare-server --endpoint 127.0.0.1:0 --directory "$work/bare" --seconds 240 \
    >"$work/bare/out" &
  local bare=$! at=
  until at=$(sed -n 's/^listening on \(.*\) for .*/\1/p' "$work/bare/out") && [[ -n $at ]]; do
    sleep 0.05
  done
  for connections in 64 1; do
    row "bare server, PutRecord $connections conn." bench put-record --use-stream --size 100 \
      --connections $connections --endpoint "$at"
  done
  kill $bare; wait $bare 2>/dev/null || true
}
for reactors in ${REACTORS:-1 2}; do
  fresh_levada --reactors "$reactors"
  r="$reactors reactor(s)"
  # Rows that are compared with each other follow each other.
  row "$r, 500 x 100 B" put put-records --stream a --size 100 --connections $many
  row "$r, 500 x 100 B, CBOR" put put-records --cbor --stream b --size 100 --connections $many
  row "$r, 500 x 100 B, 1,000 shards" put put-records --stream c --shards 1000 --size 100 --connections $many
  row "$r, 500 x 1 KiB" put put-records --stream d --size 1024 --connections $many
  row "$r, 500 x 1 KiB, CBOR" put put-records --cbor --stream e --size 1024 --connections $many
  row "$r, 500 x 1 KiB, encrypted" put put-records --stream f --size 1024 --connections $many --encrypt
  row "$r, 500 x 1 KiB, TLS" put put-records --stream g --size 1024 --connections $many --tls
  rest
  small_limits
  row "$r, PutRecord 64 conn." put put-record --stream h --connections 64 --size 100
  row "$r, PutRecord 64 conn., TLS" put put-record --stream i --connections 64 --size 100 --tls
  rest
  row "$r, PutRecord 1 conn." put put-record --stream j --connections 1 --size 100
  row "$r, tail" put tail --stream k
  row "$r, push" put push --stream l
  row "$r, 1 -> 1,000 shards" put reshard --stream m --shards 1000
  row "$r, fan-out 20 x 16" put fan-out --stream n --shards 16 --consumers 20 --fill 4 --size 1024
  row "$r, fan-out 20 x 16, CBOR" put fan-out --cbor --stream r --shards 16 --consumers 20 --fill 4 --size 1024
  row "$r, GetRecords 1 KiB" put get-records --stream o --size 1024
  row "$r, GetRecords 1 KiB, encrypted" put get-records --stream p --size 1024 --encrypt
  row "$r, GetRecords 1 KiB, TLS" put get-records --stream q --size 1024 --tls
  stop_server
done

if [[ $peers == --peers ]]; then
  node "$work/npm/node_modules/.bin/kinesalite" --port 14598 --shardLimit 10000 >/dev/null 2>&1 &
  server=$!
  sleep 2
  row "kinesalite, 500 x 100 B" bench put-records --stream p --endpoint 127.0.0.1:14598
  row "kinesalite, PutRecord 16 conn." bench put-record --stream q --connections 16 --endpoint 127.0.0.1:14598
  row "kinesalite, GetRecords 1 KiB" bench get-records --stream r --size 1024 --endpoint 127.0.0.1:14598
  stop_server

  (cd "$work/npm/node_modules/kinesis-local" && # where its certificate lies
    KINESIS_MOCK_PLAIN_PORT=14597 KINESIS_MOCK_TLS_PORT=14596 LOG_LEVEL=ERROR SHARD_LIMIT=10000 \
      exec node main.js) >/dev/null 2>&1 &
  server=$!
  for _ in {1..100}; do
    (: >/dev/tcp/127.0.0.1/14597) 2>/dev/null && break
    sleep 0.2
  done
  row "kinesis-local, 500 x 100 B" bench put-records --stream p --endpoint 127.0.0.1:14597
  row "kinesis-local, PutRecord 16 conn." bench put-record --stream q --connections 16 --endpoint 127.0.0.1:14597
  stop_server
fi

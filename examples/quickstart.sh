#!/usr/bin/env bash
# Levada in a minute and a half: this machine's own package database, through a stream of four shards.
#
#   1. start the server on an empty folder
#   2. create a stream with the AWS CLI and put the first records with it
#   3. send every stanza of /var/lib/dpkg/status with boto3; kill -9 the server in the middle of it
#   4. start it again: nothing acknowledged is missing; send the rest
#   5. read all shards with the AWS CLI and with boto3, and prove that every stanza arrived once, in order
#      within its key, in the shard that MD5 names
#   6. kill -9 once more, start again, prove it again
#
# Needs Debian's awscli and python3-boto3. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

levada=${LEVADA:-build/release/levada}
aws=${AWS:-/usr/bin/aws}
python=${PYTHON:-/usr/bin/python3}
[[ -x $levada ]] || ./run build

# Levada without --credentials takes any signature, but clients must have something to sign with.
export AWS_ACCESS_KEY_ID=quickstart AWS_SECRET_ACCESS_KEY=quickstart AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=

folder=$(mktemp -d)
server=
trap 'kill -9 $server 2>/dev/null || true; rm -rf "$folder"' EXIT

say() { printf '\n== %s\n' "$*"; }

# Port 0 takes a free port; the first lines name every address, the last of them is `levada is ready`.
start_server() {
  : >"$folder/stdout"
  "$levada" serve --data-dir "$folder/data" --listen 127.0.0.1:0 --console-listen 127.0.0.1:0 --sql-listen 127.0.0.1:0 \
    >"$folder/stdout" 2>>"$folder/stderr" &
  server=$!
  disown "$server" # or bash would report each kill
  until grep -q 'levada is ready' "$folder/stdout"; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/stderr" >&2; exit 1; }
    sleep 0.05
  done
  ENDPOINT=http://$(grep -v console "$folder/stdout" | grep -om1 '127\.0\.0\.1:[0-9]*')
  export ENDPOINT
  echo "levada serves $ENDPOINT"
}

kill_server() {
  echo "kill -9 $server"
  kill -9 "$server"
  while kill -0 "$server" 2>/dev/null; do sleep 0.01; done
}

kinesis() { "$aws" --endpoint-url "$ENDPOINT" kinesis "$@"; }

say 'An empty folder, a server'
start_server

say 'A stream of four shards, and the first records, with the AWS CLI'
kinesis create-stream --stream-name samplestream --shard-count 4
kinesis wait stream-exists --stream-name samplestream
# The example of the AWS CLI's own documentation, to the letter. CLI v2 reads --data as base64.
kinesis put-record \
    --stream-name samplestream \
    --data sampledatarecord \
    --partition-key samplepartitionkey
for number in 0 1; do
  "$python" examples/quickstart/stanzas.py $number >"$folder/stanza"
  kinesis put-record \
      --stream-name samplestream \
      --data "fileb://$folder/stanza" \
      --partition-key "$(sed -n 's/^Package: //p' "$folder/stanza")"
done

say 'Every other stanza with boto3; kill -9 in the middle'
"$python" examples/quickstart/send.py "$folder/acknowledged" 2>"$folder/send" | while read -r count of total; do
  if ((count * 2 >= total)); then
    echo "$count $of $total acknowledged"
    kill_server
    break
  fi
done || true # the sender lost its server: that is the point
! kill -0 "$server" 2>/dev/null || { cat "$folder/send" >&2; exit 1; }

say 'Again: what was acknowledged is there; the rest is sent'
start_server
"$python" examples/quickstart/prove.py --acknowledged "$folder/acknowledged"
"$python" examples/quickstart/send.py "$folder/acknowledged" | tail -n 1

say 'All shards read with the AWS CLI'
mkdir "$folder/pages"
for shard in $(kinesis list-shards --stream-name samplestream --query 'Shards[].ShardId' --output text); do
  iterator=$(kinesis get-shard-iterator --stream-name samplestream --shard-id "$shard" \
    --shard-iterator-type TRIM_HORIZON --query ShardIterator --output text)
  page=0 behind=1
  while ((behind > 0)); do
    kinesis get-records --shard-iterator "$iterator" >"$folder/pages/$shard.$page.json"
    read -r behind iterator < <("$python" -c 'import json, sys
page = json.load(sys.stdin)
print(page["MillisBehindLatest"], page["NextShardIterator"])' <"$folder/pages/$shard.$page.json")
    page=$((page + 1))
  done
done
"$python" examples/quickstart/prove.py --all --pages "$folder/pages"

say 'All shards read with boto3'
"$python" examples/quickstart/prove.py --all

say 'kill -9 once more'
kill_server
start_server
"$python" examples/quickstart/prove.py --all --acknowledged "$folder/acknowledged"

say 'quickstart: everything proven'

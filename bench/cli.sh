#!/usr/bin/env bash
# How fast a command starts: `levada kinesis put-record` beside Debian's `aws kinesis put-record`, one process each, against one
# local server; and `put-records --from-file`. Usage: bench/cli.sh [build/release/levada] [calls of levada] [calls of aws]
set -eu
levada=$(realpath "${1:-build/release/levada}")
calls=${2:-200}
calls_aws=${3:-10}
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

"$levada" serve --data-dir "$work/data" --listen 127.0.0.1:0 --console-listen 127.0.0.1:0 --shard-limits off > "$work/serve" 2> "$work/log" &
server=$!
until grep -q 'levada is ready' "$work/serve"; do sleep 0.1; done
export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true HOME=$work
url=$(awk '$1 == "aws" {print $2}' "$work/serve")
put=(kinesis put-record --stream-name bench --data aGVsbG8= --partition-key k --endpoint-url "$url")

"$levada" kinesis create-stream --stream-name bench --shard-count 4 --endpoint-url "$url"
"$levada" kinesis wait stream-exists --stream-name bench --endpoint-url "$url"

micros() { # the mean of N runs of a command, in microseconds
  local count=$1 begin end
  shift
  begin=$(date +%s%N)
  for ((i = 0; i < count; ++i)); do "$@" > /dev/null; done
  end=$(date +%s%N)
  echo $(((end - begin) / count / 1000))
}
median() { sort -n | awk '{all[NR] = $1} END {print all[int((NR + 1) / 2)]}'; }

# Peak memory of a command's process, in kB. (A child of Python would count the Python that it was forked from.)
peak() {
  [ -x /usr/bin/time ] || { "$@" > /dev/null; echo "? (no /usr/bin/time)"; return; }
  /usr/bin/time -f %M -o "$work/peak" "$@" > /dev/null
  cat "$work/peak"
}

"$levada" "${put[@]}" > /dev/null
for ((round = 0; round < calls_aws; ++round)); do # in turn, so that both meet the same machine
  micros $((calls / calls_aws)) "$levada" "${put[@]}" >> "$work/ours"
  [ ! -x /usr/bin/aws ] || micros 1 /usr/bin/aws "${put[@]}" >> "$work/theirs"
done
ours=$(median < "$work/ours")
echo "levada kinesis put-record: $ours us a call (median of $calls_aws rounds of $((calls / calls_aws)))"
echo "levada kinesis put-record: $(peak "$levada" "${put[@]}") kB at most"
if [ -x /usr/bin/aws ]; then
  theirs=$(median < "$work/theirs")
  echo "aws kinesis put-record: $theirs us a call (median of $calls_aws); $((theirs / ours)) times as long"
  echo "aws kinesis put-record: $(peak /usr/bin/aws "${put[@]}") kB at most"
fi

for size in 100 1024 10000 100000; do
  head -c 150000000 /dev/urandom | base64 -w $size > "$work/lines"
  bytes=$(stat -c %s "$work/lines")
  begin=$(date +%s%N)
  memory=$(peak "$levada" kinesis put-records --stream-name bench --from-file "$work/lines" --endpoint-url "$url")
  end=$(date +%s%N)
  echo "put-records --from-file, lines of $size bytes: $((bytes * 1000 / (end - begin))) MB/s, $memory kB at most"
done

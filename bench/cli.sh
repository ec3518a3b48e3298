#!/usr/bin/env bash
# How fast a command starts: `levada kinesis put-record` beside Debian's `aws kinesis put-record`, one process each, against one
# local server; and `put-records --from-file`. Usage: bench/cli.sh [build/release/levada] [calls of levada] [calls of aws]
set -eu
levada=$(realpath "${1:-build/release/levada}")
calls=${2:-200}
calls_aws=${3:-5}
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

millis() { # the mean of N runs of a command
  local count=$1 begin end
  shift
  begin=$(date +%s%N)
  for ((i = 0; i < count; ++i)); do "$@" > /dev/null; done
  end=$(date +%s%N)
  echo $(((end - begin) / count / 1000))
}
"$levada" "${put[@]}" > /dev/null
ours=$(millis "$calls" "$levada" "${put[@]}")
echo "levada kinesis put-record: $ours us a call, $calls calls"
if [ -x /usr/bin/aws ]; then
  theirs=$(millis "$calls_aws" /usr/bin/aws "${put[@]}")
  echo "aws kinesis put-record: $theirs us a call, $calls_aws calls; $((theirs / ours)) times as long"
fi

for size in 100 10000; do
  head -c 60000000 /dev/urandom | base64 -w $size > "$work/lines"
  bytes=$(stat -c %s "$work/lines")
  begin=$(date +%s%N)
  "$levada" kinesis put-records --stream-name bench --from-file "$work/lines" --endpoint-url "$url" > /dev/null
  end=$(date +%s%N)
  echo "put-records --from-file, lines of $size bytes: $((bytes * 1000 / (end - begin))) MB/s"
done

#!/usr/bin/env bash
# A live view and what leaves it: this machine's package database, joined with what happened to it.
#
#   1. start the server on an empty folder; a table takes /var/lib/dpkg/status by COPY, a source reads a
#      Kinesis stream of this server
#   2. a view joins and aggregates both; three sinks, one for each FORMAT, send it into streams of this
#      server, through an endpoint that answers ProvisionedThroughputExceededException every now and then
#   3. send the package manager's log into the source's stream; meanwhile insert, update and delete rows
#      through psql; kill -9 the server in the middle of it, start it again, send the rest
#   4. prove that the view is what these inputs say, and that each of the three streams, folded back,
#      is exactly the view
#
# Needs Debian's postgresql-client and python3-boto3. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

levada=${LEVADA:-build/release/levada}
python=${PYTHON:-/usr/bin/python3}
[[ -x $levada ]] || ./run build

# Levada without --credentials takes any signature, but clients must have something to sign with.
export AWS_ACCESS_KEY_ID=clickstream AWS_SECRET_ACCESS_KEY=clickstream AWS_DEFAULT_REGION=us-east-1

folder=$(mktemp -d)
server= throttler= feeder=
trap 'kill -9 $server $throttler $feeder 2>/dev/null || true; rm -rf "$folder"' EXIT

say() { printf '\n== %s\n' "$*"; }

# Port 0 takes a free port. Sinks and sources remember their endpoint, so a second start takes the first one's.
aws_address=127.0.0.1:0 sql_address=127.0.0.1:0
start_server() {
  : >"$folder/stdout"
  "$levada" serve --data-dir "$folder/data" --listen "$aws_address" --sql-listen "$sql_address" \
    --console-listen 127.0.0.1:0 >"$folder/stdout" 2>>"$folder/stderr" &
  server=$!
  disown "$server" # or bash would report each kill
  until grep -q 'levada is ready' "$folder/stdout"; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/stderr" >&2; exit 1; }
    sleep 0.02
  done
  aws_address=$(sed -n 's|^aws .*//||p' "$folder/stdout")
  sql_address=$(sed -n 's|^sql .*//\([^/]*\)/.*|\1|p' "$folder/stdout")
  export ENDPOINT=http://$aws_address
  echo "levada serves $ENDPOINT and postgresql://$sql_address/dev"
}

kill_server() {
  echo "kill -9 $server"
  kill -9 "$server"
  while kill -0 "$server" 2>/dev/null; do sleep 0.01; done
}

sql() { psql -X -q -v ON_ERROR_STOP=1 -h "${sql_address%:*}" -p "${sql_address##*:}" -U example -d dev "$@"; }

# until_true LIMIT QUERY: waits until the query answers t.
until_true() {
  local deadline=$((SECONDS + $1))
  until [[ $(sql -At -c "$2") == t ]]; do
    ((SECONDS < deadline)) || { echo "not within $1 s: $2" >&2; sql -x -c 'select * from levada.sink_status' >&2; exit 1; }
    sleep 0.1
  done
}

# until_fed TENTHS: waits until so much of the log is in the stream.
until_fed() {
  local count=0 total=1 of
  until ((count * 10 >= total * $1)); do
    kill -0 "$feeder" 2>/dev/null || { cat "$folder/feed" >&2; exit 1; }
    sleep 0.02
    read -r count of total < <(tail -n 1 "$folder/feed") || count=0 total=1
  done
}

# The view as JSON lines, and the table that it joins.
save_view() {
  sql -At -c "select json_build_object('name', name, 'section', section, 'version', version, 'size', size,
              'changes', changes, 'actions', actions, 'first', first, 'last', last, 'newest', newest)
              from activity" >"$folder/view"
  sql -At -c "copy packages to stdout csv" >"$folder/packages"
}

say 'An empty folder, a server, an endpoint that throttles'
start_server
"$python" examples/clickstream/throttler.py "$folder/throttler" &
throttler=$!
disown "$throttler"
until [[ -s $folder/throttler ]]; do sleep 0.02; done
throttled=http://$(<"$folder/throttler")
"$python" examples/clickstream/streams.py create

say 'A table with the package database, a source with its changes, a view over both'
sql <<SQL
create table packages (name varchar primary key, section varchar, version varchar, size bigint);
create source changes (package varchar, action varchar, version varchar, at timestamptz)
  include offset as position
  with (connector = 'kinesis', stream = 'changes', aws.region = 'us-east-1', endpoint = '$ENDPOINT',
        scan.startup.mode = 'earliest', kinesis.reader.eof_retry_interval_ms = '50')
  format plain encode json;
create materialized view activity as
  select p.name, p.section, p.version, p.size, count(*) as changes, count(distinct c.action) as actions,
         min(c.at) as first, max(c.at) as last, max(c.version) as newest
  from packages p join changes c on c.package = p.name
  group by p.name, p.section, p.version, p.size;
SQL
"$python" examples/clickstream/packages.py | sql -c "copy packages from stdin csv"
echo "$(sql -At -c 'select count(*) from packages') packages"

say 'Three sinks, one for each FORMAT'
for format in plain upsert debezium; do
  options=
  [[ $format == plain ]] && options="(force_append_only = 'true')"
  sql -c "create sink activity_$format from activity
          with (connector = 'kinesis', stream = 'activity_$format', aws.region = 'us-east-1', endpoint = '$throttled',
                primary_key = 'name') format $format encode json $options"
done

say 'The log of the package manager; rows inserted, updated and deleted; kill -9 in the middle'
"$python" examples/clickstream/feed.py "$folder/fed" >"$folder/feed" &
feeder=$!
disown "$feeder"
until_fed 3
sql <<'SQL'
update packages set section = 'needed', size = size + 1 where name like 'lib%' and size % 2 = 0;
delete from packages where section = 'doc' or name like '%-common';
insert into packages values ('levada', 'net', '1.0', 10), ('awscli', 'replaced', '3.0', 0);
SQL
until_fed 6
tail -n 1 "$folder/feed"
sql -x -c "select sink, state, lag_ms, sent_records, throttled_calls, resent_records from levada.sink_status order by sink"
kill_server
wait "$feeder" 2>/dev/null || true

say 'Again: the rest'
start_server
sql <<'SQL'
update packages set section = 'kept' where name like '%-dev';
delete from packages where name like 'python3-%';
insert into packages values ('python3-minimal', 'python', '3', 7);
SQL
"$python" examples/clickstream/feed.py "$folder/fed" | tail -n 1
fed=$(wc -l <"$folder/fed")
until_true 60 "select coalesce(sum(rows), 0) >= $fed from levada.source_status"
until_true 60 "select count(*) = 3 and sum(outbox_entries) = 0 from levada.sink_status"
sql -x -c "select sink, state, sent_records, throttled_calls, resent_records from levada.sink_status order by sink"

say 'The view is what its inputs say; each stream, folded back, is the view'
save_view
"$python" examples/clickstream/prove.py "$folder/view" "$folder/packages" "$folder/fed"

say 'kill -9 once more'
kill_server
start_server
save_view
"$python" examples/clickstream/prove.py "$folder/view" "$folder/packages" "$folder/fed"

say 'clickstream: everything proven'

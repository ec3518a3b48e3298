#!/usr/bin/python3
"""Nexmark: each query of nexmark/queries.sql over this server's own generator, one at a time, on a fresh data directory.

A query is a sink that only counts; the clock runs from its CREATE until the last event has been taken, so planning, the journal
(fsync) and the generator are in the figure. Streaming SQL lives on one thread: events/s are those of one core.

    bench/nexmark.py [--events N] [--queries q0,q1] [--levada build/release/levada] [--flags=--reactors=1]
"""
import argparse, os, re, sys, time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "conformance"))
import psycopg2  # noqa: E402
from harness.server import Levada  # noqa: E402

BID = "auction bigint, bidder bigint, price bigint, channel varchar, url varchar, date_time timestamp, extra varchar"
AUCTION = ("id bigint, item_name varchar, description varchar, initial_bid bigint, reserve bigint, date_time timestamp, "
           "expires timestamp, seller bigint, category bigint, extra varchar")
PERSON = ("id bigint, name varchar, email_address varchar, credit_card varchar, city varchar, state varchar, "
          "date_time timestamp, extra varchar")
STATEMENT = re.compile(r"(?:\$\$.*?\$\$|[^;$])+;", re.S)


def queries():
    text = (Path(__file__).with_name("nexmark") / "queries.sql").read_text()
    for part in re.split(r"^-- (?=q\d)", text, flags=re.M)[1:]:
        name, body = part.split("\n", 1)
        yield name, [s.strip() for s in STATEMENT.findall(body) if s.strip()]


def definitions(name, events):
    """The source with its three views; q12 alone asks for the time at which an event came."""
    came = name == "q12"
    yield (f"create source nexmark (event_type bigint, person struct<{PERSON}>, auction struct<{AUCTION}>, bid struct<{BID}>"
           f"{', p_time timestamptz as proctime()' if came else ''}) with (connector = 'nexmark', nexmark.event.num = '{events}', "
           "nexmark.min.event.gap.in.ns = '0')")
    yield f"create view bid as select (bid).*{', p_time' if came else ''} from nexmark where event_type = 2"
    yield "create view auction as select (auction).* from nexmark where event_type = 1"
    yield "create view person as select (person).* from nexmark where event_type = 0"


def processor_seconds(process):
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(process):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{process.pid}/status").read())[1]) / 1024


def measure(name, statements, arguments):
    with Levada("--sql-memory", "8GiB", *arguments.flags.split(), binary=arguments.levada) as server:
        host, port = server.sql
        connection = psycopg2.connect(host=host, port=port, dbname="dev", user="bench")
        connection.autocommit = True
        ask = connection.cursor()
        for statement in definitions(name, arguments.events):
            ask.execute(statement)
        for statement in statements[:-1]:
            ask.execute(statement)
        spent, begun = processor_seconds(server.process), time.monotonic()
        try:
            ask.execute(statements[-1])
        except psycopg2.Error as error:
            return f"| {name} | {str(error).splitlines()[0]} | | | | |"
        rows, sink = 0, re.search(r"sink (\w+)", statements[-1], re.I)[1]
        while rows < arguments.events:
            if time.monotonic() - begun > arguments.limit:
                break
            time.sleep(0.02)
            ask.execute("select rows from levada.source_status where reader = %s", (sink,))
            rows = ask.fetchone()[0]
        seconds = time.monotonic() - begun
        spent = processor_seconds(server.process) - spent
        ask.execute("select sent_records from levada.sink_status where sink = %s", (sink,))
        changes = ask.fetchone()[0]
        return (f"| {name} | {rows / seconds / 1e3:,.0f} k | {rows / spent / 1e3:,.0f} k | {changes:,} | "
                f"{resident(server.process):,.0f} MB | {'' if rows >= arguments.events else 'stopped'} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--queries", default="")
    parser.add_argument("--levada", default=None)
    parser.add_argument("--flags", default="--reactors 1")
    parser.add_argument("--limit", type=float, default=60, help="seconds a query")
    arguments = parser.parse_args()
    wanted = set(filter(None, arguments.queries.split(",")))
    print("| query | events/s | events/s and processor second | changes put out | memory, at most | |", flush=True)
    print("|---|---|---|---|---|---|", flush=True)
    for name, statements in queries():
        if not wanted or name in wanted:
            print(measure(name, statements, arguments), flush=True)


if __name__ == "__main__":
    main()

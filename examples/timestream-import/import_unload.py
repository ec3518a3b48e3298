#!/usr/bin/python3
"""Writes what Amazon Timestream's UNLOAD left (CSV or CSV.gz and the metadata file) into a table of Levada.

    UNLOAD (SELECT * FROM "shop"."metrics") TO 's3://bucket/metrics' WITH (format = 'CSV', compression = 'GZIP')
    aws s3 cp --recursive s3://bucket/metrics unloaded
    import_unload.py --endpoint http://127.0.0.1:4567 --database shop --table metrics unloaded

The table must exist, with magnetic-store writes enabled and a retention that reaches back far enough. Columns of type VARCHAR are
dimensions, but for those named by --measure. Writing the same files again changes nothing: equal points are accepted and kept once.
"""

import argparse
import calendar
import csv
import gzip
import json
import pathlib
import sys
import time

import boto3

BATCH = 100  # WriteRecords takes no more
SINGLE = "measure_value::"


def columns_of(folder):
    (metadata,) = list(folder.rglob("*_metadata.json"))[:1] or sys.exit(f"{folder}: no *_metadata.json")
    return [(column["Name"], column["Type"]["ScalarType"]) for column in json.loads(metadata.read_text())["ColumnInfo"]]


def nanoseconds(text):
    seconds, _, fraction = text.partition(".")
    return calendar.timegm(time.strptime(seconds, "%Y-%m-%d %H:%M:%S")) * 10**9 + int((fraction + "0" * 9)[:9])


def value_of(kind, text):
    return str(nanoseconds(text)) if kind == "TIMESTAMP" else text


def records_of(path, columns, measures):
    opened = gzip.open(path, "rt", newline="") if path.suffix == ".gz" else open(path, newline="")
    with opened as lines:
        for row in csv.reader(lines, escapechar="\\"):
            if row == [name for name, _ in columns]:
                continue  # include_header
            record = {"Dimensions": [], "MeasureValues": [], "TimeUnit": "NANOSECONDS"}
            for (name, kind), text in zip(columns, row, strict=True):
                if name == "time":
                    record["Time"] = str(nanoseconds(text))
                elif name == "measure_name":
                    record["MeasureName"] = text
                elif text == "":
                    continue
                elif name.startswith(SINGLE):
                    record |= {"MeasureValue": value_of(kind, text), "MeasureValueType": kind}
                elif kind == "VARCHAR" and name not in measures:
                    record["Dimensions"].append({"Name": name, "Value": text})
                else:
                    record["MeasureValues"].append({"Name": name, "Value": value_of(kind, text), "Type": kind})
            if record["MeasureValues"]:
                record["MeasureValueType"] = "MULTI"
            else:
                del record["MeasureValues"]
            yield record


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--measure", action="append", default=[], help="a VARCHAR column that is a measure; may be repeated")
    parser.add_argument("folder", type=pathlib.Path)
    given = parser.parse_args()
    writer = boto3.client("timestream-write", endpoint_url=given.endpoint, region_name="us-east-1", aws_access_key_id="any",
                          aws_secret_access_key="any")
    columns = columns_of(given.folder)
    written = rejected = 0

    def send(records):
        nonlocal written, rejected
        try:
            writer.write_records(DatabaseName=given.database, TableName=given.table, Records=records)
            written += len(records)
        except writer.exceptions.RejectedRecordsException as error:
            refused = error.response["RejectedRecords"]
            for each in refused[:5]:
                print(f"rejected: {records[each['RecordIndex']]['Time']}: {each['Reason']}", file=sys.stderr)
            rejected += len(refused)
            written += len(records) - len(refused)

    for path in sorted(given.folder.rglob("*")):
        if path.suffix not in (".csv", ".gz"):
            continue
        batch = []
        for record in records_of(path, columns, given.measure):
            batch.append(record)
            if len(batch) == BATCH:
                send(batch)
                batch = []
        if batch:
            send(batch)
        print(f"{path.name}: {written} written, {rejected} rejected so far", file=sys.stderr)
    print(f"{written} records written, {rejected} rejected")
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main())

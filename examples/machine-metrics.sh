#!/usr/bin/env bash
# This machine's own statistics as time series: sample /proc, write, update, kill -9, ask, compare.
#
#   1. start the server on an empty folder, create a database and a table with the AWS CLI
#   2. sample /proc for some seconds and write each sample as a record of several measures with boto3
#   3. kill -9 the server in the middle, start it again, go on; write some samples again with a higher version
#   4. ask with the AWS CLI and with aws-sdk-js v3: bins, percentiles, series, interpolation, windows; both must answer alike, and as
#      computed from the raw samples
#
# Needs Debian's awscli, python3-boto3, nodejs and npm. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export LEVADA=${LEVADA:-build/release/levada}
[[ -x $LEVADA ]] || ./run build
exec "${PYTHON:-/usr/bin/python3}" examples/machine-metrics/metrics.py

#!/usr/bin/env python3
"""RisingWave's end-to-end tests, over the PostgreSQL wire, against the shares that must pass.

  run.py                  both tiers; a line a file, then a line a tier
  run.py FILE…            only these files (paths below the lists' folder), with every failure
  run.py --failures       every failure of both tiers

The lists and their runner, slt_run.py, are not ours and not here: LEVADA_SLT names their folder
(default: shared/slt beside the project's folder). Without them this says so and tests nothing.
"""

import argparse
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTS = pathlib.Path(os.environ.get('LEVADA_SLT', ROOT.parent / 'shared' / 'slt'))

# What must pass of each list's records; see KNOWN.md for the rest.
FLOORS = {'tier1_dev.txt': 0.97, 'tier2_dev.txt': 0.91}


def lists_runner():
    spec = importlib.util.spec_from_file_location('slt_run', LISTS / 'slt_run.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Server:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='levada-slt-'))
        program = os.environ.get('LEVADA', ROOT / 'build' / 'release' / 'levada')
        self.log = open(self.directory / 'log', 'w')
        self.process = subprocess.Popen(
            [program, 'serve', '--data-dir', self.directory / 'data', '--listen', '127.0.0.1:0',
             '--console-listen', 'off', '--sql-listen', '127.0.0.1:0', '--reactors', '1',
             '--durability', 'os'], stdout=self.log, stderr=self.log)
        self.port = self._port()

    def _port(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            text = (self.directory / 'log').read_text()
            if 'levada is ready' in text:
                address = next(line for line in text.splitlines() if line.startswith('sql '))
                return int(address.split('127.0.0.1:')[1].split('/')[0])
            time.sleep(0.02)
        raise RuntimeError('levada did not start:\n' + (self.directory / 'log').read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def run_file(one, path):
    result = one.run_file(str(path))
    total = result['passed'] + result['failed']
    share = result['passed'] / total if total else 1
    print(f'{share:7.1%} {result["passed"]:5d} of {total:5d}  {path.relative_to(LISTS)}', flush=True)
    return result


def failures_of(result):
    for failure in result['failures']:
        where = pathlib.Path(failure.get('file', result['file']))
        print(f'--- {where.name}:{failure["line"]}\n{failure["sql"]}\n>>> {failure["why"][:600]}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('files', nargs='*')
    parser.add_argument('--failures', action='store_true')
    arguments = parser.parse_args()
    if not (LISTS / 'slt_run.py').exists():
        print(f'no lists in {LISTS}; set LEVADA_SLT\n0 passed, 0 failed, 1 skipped')
        return 0
    runner = lists_runner()
    server = Server()
    options = types.SimpleNamespace(
        host='127.0.0.1', port=server.port, db='dev', user='root', password='', fresh_db=True,
        pg_compat=False, strict_errors=False, stop=False, system=False, reset_sql=None, label=[],
        max_sleep=0.2, retry_cap=3, statement_timeout=60, cmd=None, float_tol=0, verbose=False)
    one = runner.Runner(options)
    passed = failed = 0
    try:
        if arguments.files:
            for name in arguments.files:
                failures_of(run_file(one, LISTS / name))
            return 0
        for name, floor in FLOORS.items():
            good = bad = 0
            for line in (LISTS / name).read_text().splitlines():
                path = line.split('#')[0].strip()
                if not path:
                    continue
                result = run_file(one, LISTS / path)
                good, bad = good + result['passed'], bad + result['failed']
                if arguments.failures:
                    failures_of(result)
            share = good / (good + bad)
            met = share >= floor
            print(f'{name}: {good} of {good + bad} records ({share:.2%}), must be {floor:.0%}: '
                  f'{"met" if met else "MISSED"}')
            passed, failed = passed + met, failed + (not met)
        print(f'{passed} passed, {failed} failed')
        return 1 if failed else 0
    finally:
        server.stop()


if __name__ == '__main__':
    sys.exit(main())

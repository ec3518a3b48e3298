#!/usr/bin/env python3
"""Levada against PostgreSQL: random queries as materialized views, random changes beneath them.

After every batch of changes each view must be what PostgreSQL answers to its query now, and so must
the same query as a SELECT; at the end a view made anew must be so too. A seed says everything:
  run.py                  the seeds of seeds.txt, then new ones for 45 seconds
  run.py --seed N         one seed, every statement printed
  run.py --endless        until it is stopped or finds something
  run.py --functions      only functions.txt, which every run begins with
"""

import argparse
import pathlib
import random
import sys
import time

import psycopg2

import databases
import functions
import generator

VIEWS, BATCHES, FIRST_ROWS = 6, 6, 8
ROWS_MAX = 20_000  # of an answer; a product of three tables is more than the time is worth
# A query over a few dozen rows that takes longer than this has lost its way.
PATIENCE = "set statement_timeout = '10s'"


class Difference(Exception):
    pass


class Round:
    """One seed: tables, views, batches."""

    def __init__(self, seed, postgres, levada, verbose):
        self.seed, self.verbose = seed, verbose
        self.postgres, self.levada = postgres, levada
        self.random = random.Random(seed)
        self.history = []
        self.views = []
        self.checks = self.refused = 0
        self.refusals = []

    def both(self, sql):
        self.history.append(sql)
        if self.verbose:
            print(sql + ';', flush=True)
        databases.run(self.postgres, sql)
        try:
            databases.run(self.levada, sql)
        except psycopg2.Error as error:
            raise Difference(f'Levada refuses: {error}') from error

    def play(self):
        data = generator.Data(self.random)
        for table in data.tables:
            databases.run(self.postgres, f'drop table if exists {table.name} cascade')
            databases.run(self.levada, f'drop table if exists {table.name} cascade')
            self.both(table.definition())
        for table in data.tables:
            if self.random.random() < 0.8:
                self.both(data.insert(table, FIRST_ROWS))
        self.make_views(generator.Queries(self.random, data.tables))
        self.compare()
        for _ in range(BATCHES):
            for _ in range(self.random.randint(1, 5)):
                self.both(data.change())
            self.compare()
        for name, sql in self.views:
            databases.run(self.levada, f'create materialized view again_{name} as {sql}')
            self.same(f'a new view {name}', sql, f'select * from again_{name}',
                      databases.answer(self.postgres, sql))

    def make_views(self, queries):
        while len(self.views) < VIEWS:
            sql, _ = queries.query(2)
            name = f'v{len(self.views)}'
            try:
                databases.answer(self.postgres, sql)
            except psycopg2.Error:
                continue  # not a query at all: a type that the generator got wrong
            if self.verbose:
                print(f'create materialized view {name} as {sql};', flush=True)
            try:
                databases.run(self.levada, f'create materialized view {name} as {sql}')
            except psycopg2.Error as error:
                if error.pgcode != '0A000':
                    raise Difference(f'Levada refuses a view: {error}\n{sql}') from error
                self.refused += 1
                self.refusals.append((str(error).strip(), sql))
                if self.refused > 20:
                    return
                continue
            self.views.append((name, sql))

    def compare(self):
        for name, sql in list(self.views):
            expected = databases.answer(self.postgres, sql)
            if len(expected) > ROWS_MAX:
                self.views.remove((name, sql))
                continue
            self.same(f'view {name}', sql, f'select * from {name}', expected)
            self.same(f'the query of {name}', sql, sql, expected)

    def same(self, what, sql, asked, expected):
        self.checks += 1
        try:
            got = databases.answer(self.levada, asked)
        except psycopg2.Error as error:
            raise Difference(f'{what}: Levada answers {error}\n{sql}') from error
        if got == expected:
            return
        shown = lambda rows: '\n'.join(' | '.join(v for _, v in row) for row in rows[:25])
        missing = [row for row in expected if row not in got]
        surplus = [row for row in got if row not in expected]
        raise Difference(
            f'{what} differs after {len(self.history)} statements ({len(expected)} rows expected, '
            f'{len(got)} there)\n{sql}\nmissing:\n{shown(missing)}\nsurplus:\n{shown(surplus)}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int)
    parser.add_argument('--from', type=int, dest='first')
    parser.add_argument('--seconds', type=float, default=45)
    parser.add_argument('--endless', action='store_true')
    parser.add_argument('--functions', action='store_true')
    parser.add_argument('--go-on', action='store_true', help='do not end at the first difference')
    arguments = parser.parse_args()

    if arguments.seed is not None:
        known, first = [arguments.seed], None
    else:
        file = pathlib.Path(__file__).with_name('seeds.txt')
        known = [int(line.split()[0]) for line in file.read_text().splitlines() if line.strip()]
        first = arguments.first if arguments.first is not None else int(time.time())

    postgres, levada = databases.Postgres(), databases.Levada()
    passed = failed = checks = refused = 0
    try:
        wrong = list(functions.differences(postgres.port, levada.port))
        print(*wrong, sep='\n', end='\n' if wrong else '')
        passed, failed = passed + (not wrong), failed + bool(wrong)
        begun = time.monotonic()

        def seeds():
            if arguments.functions:
                return
            yield from known
            if first is None:
                return
            print(f'new seeds from {first}', flush=True)
            seed = first
            while arguments.endless or time.monotonic() - begun < arguments.seconds:
                yield seed
                seed += 1

        for seed in seeds():
            one, two = postgres.connect(), levada.connect()
            databases.run(one, PATIENCE)
            round_ = Round(seed, one, two, arguments.seed is not None)
            try:
                round_.play()
                passed += 1
            except (Difference, psycopg2.Error) as difference:
                failed += 1
                print(f'seed {seed}: {difference}', flush=True)
                if levada.process.poll() is not None:
                    print(f'levada has ended:\n{levada.log_end()}')
                    break
                if not arguments.go_on:
                    break
            checks += round_.checks
            refused += round_.refused
            if arguments.seed is not None:
                for message, sql in round_.refusals:
                    print(f'refused: {message}\n{sql}')
            one.close()
            two.close()
    except KeyboardInterrupt:
        pass
    finally:
        levada.stop()
        postgres.stop()
    print(f'{checks} comparisons; {refused} queries that Levada says it does not support')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

"""functions.txt, asked of both servers: constant expressions and their texts."""

import pathlib
import subprocess

TABLE = pathlib.Path(__file__).with_name('functions.txt')
ARROW, OURS = '  =>  ', '-- Levada'


def table():
    """(expression, answer, whether PostgreSQL has it)"""
    shared = True
    for line in TABLE.read_text().splitlines():
        shared = shared and line != OURS
        if ARROW in line:
            expression, answer = line.split(ARROW)
            yield expression, answer, shared


def answers(port, database, expressions):
    script = ''.join(f'\\echo ---\nselect {one};\n' for one in expressions)
    done = subprocess.run(
        ['/usr/bin/psql', '-X', '-qAt', '-P', 'null=NULL', '-h', '127.0.0.1', '-p', str(port), '-U', 'root',
         database], input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    parts = done.stdout.split('---\n')[1:]
    return [next(iter(part.splitlines()), '') for part in parts]


def differences(postgres_port, levada_port):
    rows = list(table())
    ours = answers(levada_port, 'dev', [expression for expression, _, _ in rows])
    for (expression, expected, _), got in zip(rows, ours, strict=True):
        if got != expected:
            yield f'{expression}: Levada answers {got}, the table says {expected}'
    shared = [(expression, expected) for expression, expected, both in rows if both]
    theirs = answers(postgres_port, 'postgres', [expression for expression, _ in shared])
    for (expression, expected), got in zip(shared, theirs, strict=True):
        if got != expected:
            yield f'{expression}: PostgreSQL answers {got}, the table says {expected}'

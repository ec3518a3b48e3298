"""Starts the two servers on temporary directories and asks them."""

import decimal
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

import psycopg2

POSTGRES = pathlib.Path('/usr/lib/postgresql/15/bin')


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


class Postgres:
    """PostgreSQL 15, which refuses to run as root: then it runs as its own user."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix='levada-oracle-')
        self.prefix = []
        if os.geteuid() == 0:
            user = pwd.getpwnam('postgres')
            os.chown(self.directory, user.pw_uid, user.pw_gid)
            self.prefix = ['setpriv', f'--reuid={user.pw_uid}', f'--regid={user.pw_gid}',
                           '--clear-groups']
        self.port = free_port()
        self._call('initdb', '-D', f'{self.directory}/data', '-A', 'trust', '-U', 'root', '--no-sync',
                   '-E', 'UTF8', '--locale=C', '--lc-ctype=C.UTF-8')
        # Nothing here must outlive the run. One process a query is enough, and just in time
        # compilation would cost more than these queries.
        settings = ['fsync=off', 'jit=off', 'max_parallel_workers_per_gather=0', 'TimeZone=UTC',
                    f'unix_socket_directories={self.directory}', 'listen_addresses=127.0.0.1',
                    f'port={self.port}']
        options = ' '.join(f'-c {one}' for one in settings)
        self._call('pg_ctl', '-D', f'{self.directory}/data', '-l', f'{self.directory}/log', '-w', '-o',
                   options, 'start')

    def _call(self, program, *arguments):
        subprocess.run([*self.prefix, POSTGRES / program, *arguments], check=True, cwd='/',
                       stdout=subprocess.DEVNULL)

    def connect(self):
        return connection(self.port, 'postgres')

    def stop(self):
        self._call('pg_ctl', '-D', f'{self.directory}/data', '-m', 'immediate', 'stop')
        shutil.rmtree(self.directory, ignore_errors=True)


class Levada:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix='levada-oracle-')
        program = os.environ.get('LEVADA', 'build/release/levada')
        self.log = open(f'{self.directory}/log', 'w+')
        self.process = subprocess.Popen(
            [program, 'serve', '--data-dir', f'{self.directory}/data', '--listen', '127.0.0.1:0',
             '--console-listen', 'off', '--sql-listen', '127.0.0.1:0', '--reactors', '1',
             '--durability', 'os'], stdout=self.log, stderr=self.log)
        self.port = self._port()

    def _port(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            text = pathlib.Path(self.log.name).read_text()
            if 'levada is ready' in text:
                address = next(l for l in text.splitlines() if l.startswith('sql '))
                return int(address.split('127.0.0.1:')[1].split('/')[0])
            time.sleep(0.02)
        raise RuntimeError('levada did not start:\n' + pathlib.Path(self.log.name).read_text())

    def connect(self):
        return connection(self.port, 'dev')

    def log_end(self):
        return ''.join(pathlib.Path(self.log.name).read_text().splitlines(True)[-20:])

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def connection(port, database):
    made = psycopg2.connect(host='127.0.0.1', port=port, user='root', dbname=database)
    made.autocommit = True
    return made


def plain(value):
    """One value as something that compares and sorts alike for both."""
    if value is None:
        return (0, '')
    if isinstance(value, bool):
        return (1, str(value))
    if isinstance(value, (int, float, decimal.Decimal)):
        # A quotient has other digits in each of the two; twelve of them are the answer.
        rounded = decimal.Decimal(f'{decimal.Decimal(str(value)):.12g}')
        return (2, str(rounded.normalize() if rounded else 0))
    if isinstance(value, list):
        return (3, str([plain(one) for one in value]))
    return (4, str(value))


def answer(connection, sql):
    """The multiset of rows, as a sorted list."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(tuple(plain(v) for v in row) for row in cursor.fetchall())


def run(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)

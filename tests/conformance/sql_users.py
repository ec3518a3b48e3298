"""SQL users: the principals of the credentials file, by SCRAM-SHA-256, with TLS of the server's certificate."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.server import Levada
from harness.sql import PSQL

KEYS = """
[[principal]]
access_key = "AKIAIOSFODNN7EXAMPLE"
secret_key = "wJalrXUtnFEMI/K7MDENG"
name = "anna"

[[principal]]
access_key = "AKIAI44QH8DHBEXAMPLE"
secret_key = "je7MtGbClwBF/2Zp9Utk"
name = "reader"
actions = ["kinesis:*"]
"""
PASSWORD = "wJalrXUtnFEMI/K7MDENG"


class Users(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="levada-sql-users-")
        cls.addClassCleanup(cls.folder.cleanup)
        folder = Path(cls.folder.name)
        (folder / "keys.toml").write_text(KEYS)
        (folder / "keys.toml").chmod(0o600)
        subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-keyout", folder / "key.pem", "-out", folder / "cert.pem", *subject],
                       check=True, capture_output=True)  # fmt: skip
        cls.certificate = folder / "cert.pem"
        cls.server = Levada("--credentials", str(folder / "keys.toml"), "--tls-cert", str(folder / "cert.pem"),
                            "--tls-key", str(folder / "key.pem"), "--sql-listen", "0.0.0.0:0")  # fmt: skip
        cls.server.start()
        cls.addClassCleanup(lambda: (cls.server.stop(), cls.server.sweep()))

    def psql(self, user, password, command="select current_user", mode="require", **more):
        port = self.server.sql[1]
        dsn = f"host=127.0.0.1 port={port} user={user} dbname=dev sslmode={mode}"
        for name, value in more.items():
            dsn += f" {name}={value}"
        environment = {**os.environ, "PGPASSWORD": password}
        return subprocess.run([PSQL, "-X", "-A", "-t", "-w", "-d", dsn, "-c", command], env=environment,
                              capture_output=True, text=True, timeout=30)  # fmt: skip

    def test_a_user_logs_in_with_the_secret_key_through_tls(self):
        for user in ("anna", "AKIAIOSFODNN7EXAMPLE"):
            done = self.psql(user, PASSWORD)
            self.assertEqual((done.returncode, done.stdout), (0, f"{user}\n"), done.stderr)

    def test_the_certificate_is_verified_by_who_asks_for_it(self):
        done = self.psql("anna", PASSWORD, mode="verify-full", sslrootcert=self.certificate)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("certificate verify failed", self.psql("anna", PASSWORD, mode="verify-full", sslrootcert="/etc/ssl/certs/ca-certificates.crt").stderr)

    def test_without_tls_the_password_still_never_crosses_the_wire(self):
        self.assertEqual(self.psql("anna", PASSWORD, mode="disable").stdout, "anna\n")

    def test_a_wrong_password_gets_postgresqls_own_error(self):
        for user in ("anna", "nobody", "reader"):
            done = self.psql(user, "wrong")
            self.assertEqual(done.returncode, 2)
            self.assertIn(f'FATAL:  password authentication failed for user "{user}"', done.stderr)

    def test_who_has_no_sql_connect_is_refused_with_the_right_password(self):
        done = self.psql("reader", "je7MtGbClwBF/2Zp9Utk")
        self.assertIn('FATAL:  password authentication failed for user "reader"', done.stderr)

    def test_without_a_password_nobody_gets_in(self):
        done = self.psql("anna", "")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no password supplied", done.stderr)


class Bindings(unittest.TestCase):
    def test_without_users_other_machines_are_not_let_in(self):
        done = subprocess.run([Levada().binary, "serve", "--data-dir", "/nonexistent", "--sql-listen", "0.0.0.0:0"],
                              capture_output=True, text=True, timeout=30)  # fmt: skip
        self.assertEqual(done.returncode, 2)
        self.assertIn("--sql-listen 0.0.0.0:0 would let everybody on the network read and write", done.stderr)

"""TLS: versions, ALPN, a certificate changed under load, the goodbye, and what may be bound."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import warnings
from pathlib import Path

from harness.client import Client
from harness.http import Connection
from harness.server import Levada, default_binary

_folder = tempfile.TemporaryDirectory(prefix="levada-conformance-tls-")
CERT, KEY = Path(_folder.name) / "cert.pem", Path(_folder.name) / "key.pem"


def new_certificate(name):
    """Self-signed, for localhost; its common name tells one from the next. Replaced as a whole."""
    fresh = [path.with_suffix(".new") for path in (CERT, KEY)]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        + ["-keyout", str(fresh[1]), "-out", str(fresh[0])],
        check=True,
        capture_output=True,
    )
    for path in (KEY, CERT):
        path.with_suffix(".new").replace(path)


def setUpModule():
    if os.environ.get("CONFORMANCE_PEER") or not shutil.which("openssl"):
        raise unittest.SkipTest("only for Levada itself, and needs openssl to make certificates")
    new_certificate("first")


def tearDownModule():
    _folder.cleanup()


def context(lowest=ssl.TLSVersion.TLSv1_2, highest=ssl.TLSVersion.TLSv1_3, protocols=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if lowest < ssl.TLSVersion.TLSv1_2:
            made.set_ciphers("ALL:@SECLEVEL=0")  # so that it is the server that refuses
        made.minimum_version, made.maximum_version = lowest, highest
    if protocols:
        made.set_alpn_protocols(protocols)
    return made


class TlsConnection(Connection):
    """harness.http's connection over TLS; tells a goodbye from a cut."""

    def __init__(self, address, using=None):
        super().__init__(address)
        self.socket = (using or context()).wrap_socket(
            self.socket, server_hostname="localhost", suppress_ragged_eofs=False
        )

    def common_name(self):
        certificate = ssl.DER_cert_to_PEM_cert(self.socket.getpeercert(binary_form=True))
        shown = subprocess.run(
            ["openssl", "x509", "-noout", "-subject"], input=certificate, capture_output=True, text=True, check=True
        )
        return shown.stdout.split("CN")[1].strip(" =\n")


class TlsClient(Client):
    def raw(self, data):
        if self.connection is None:
            self.connection = TlsConnection(self.address)
        return super().raw(data)


class Tls(unittest.TestCase):
    def setUp(self):
        self.server = Levada("--shard-limits", "off", "--tls-cert", str(CERT), "--tls-key", str(KEY))
        self.server.start()
        self.addCleanup(self.server.sweep)
        self.addCleanup(self.server.stop)

    def test_versions(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with TlsConnection(self.server.aws, context(version, version)) as connection:
                self.assertEqual(connection.socket.version(), {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name])
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                TlsConnection(self.server.aws, context(version, version))

    def test_alpn(self):
        for offered, chosen in (
            (["h2"], "h2"),
            (["http/1.1"], "http/1.1"),
            (["h2", "http/1.1"], "h2"),
            (["http/1.1", "h2"], "h2"),
            (None, None),
        ):
            with TlsConnection(self.server.aws, context(protocols=offered)) as connection:
                self.assertEqual(connection.socket.selected_alpn_protocol(), chosen, offered)

    def test_both_ways_on_one_port(self):
        for client in (Client(self.server.aws), TlsClient(self.server.aws)):
            self.assertEqual(client.call("ListStreams").status, 200)
            client.close()

    def test_a_certificate_changes_under_load_and_nobody_notices(self):
        Client(self.server.aws).create("load")
        stop, problems, done = threading.Event(), [], [0]

        def write():
            while not stop.is_set():
                client = TlsClient(self.server.aws)
                try:
                    for _ in range(5):
                        client.put("load", "x" * 1000)
                        done[0] += 1
                except Exception as error:  # noqa: BLE001 - whatever it is, a client noticed
                    problems.append(repr(error))
                client.close()

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        old = TlsConnection(self.server.aws)
        for name in ("second", "third", "fourth"):
            new_certificate(name)
            os.kill(self.server.process.pid, signal.SIGHUP)
            self.eventually_named(name)
        before = done[0]
        CERT.write_text("no certificate")
        os.kill(self.server.process.pid, signal.SIGHUP)
        time.sleep(0.5)
        self.eventually_named("fourth")
        deadline = time.monotonic() + 10
        while done[0] == before and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        for writer in writers:
            writer.join()
        self.assertEqual(problems, [])
        self.assertGreater(done[0], before)
        self.assertIn("the old one stays in use", self.server.log())
        old.send(Client(self.server.aws).bytes_of("ListStreams", b"{}"))  # opened under the first
        self.assertEqual(old.answer().status, 200)
        old.close()
        new_certificate("first")

    def eventually_named(self, name):
        deadline, seen = time.monotonic() + 10, None
        while seen != name and time.monotonic() < deadline:
            with TlsConnection(self.server.aws) as connection:
                seen = connection.common_name()
        self.assertEqual(seen, name)

    def test_a_stop_says_goodbye(self):
        idle = TlsConnection(self.server.aws)
        idle.send(Client(self.server.aws).bytes_of("ListStreams", b"{}"))
        self.assertEqual(idle.answer().status, 200)
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(idle.socket.recv(1), b"")  # a cut would raise SSLEOFError
        idle.close()

    def test_rubbish_and_half_a_handshake_cost_nobody_anything(self):
        hello = bytes.fromhex("16030100")
        stuck = []
        for data in (hello, b"\x16\x03\x01\x40\x00" + b"\xff" * 300, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"):
            raw = socket.create_connection(self.server.aws)
            raw.sendall(data)
            stuck.append(raw)
        self.assertEqual(TlsClient(self.server.aws).call("ListStreams").status, 200)
        for raw in stuck:
            raw.close()
        self.assertTrue(self.server.running)


class Binding(unittest.TestCase):
    def refused(self, *flags):
        command = [str(default_binary()), "serve", "--data-dir", _folder.name + "/data", "--console-listen", "off", *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 2, done)
        return done.stderr

    def test_without_keys_only_loopback_is_bound_with_tls_too(self):
        for more in ((), ("--tls-cert", str(CERT), "--tls-key", str(KEY))):
            self.assertIn("--credentials", self.refused("--listen", "0.0.0.0:0", *more))
            self.assertIn("--credentials", self.refused("--listen", "[::]:0", *more))

"""A real levada process on free ports with a data directory of its own."""

import os
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
START_TIMEOUT = 60  # seconds; a sanitizer build on a busy machine starts slowly
STOP_TIMEOUT = 30


def default_binary():
    return Path(os.environ.get("LEVADA", REPOSITORY / "build/release/levada"))


class StartFailed(Exception):
    """The process ended or said nothing before `levada is ready`."""


class Levada:
    """`with Levada("--shard-limits", "off") as server:` — started on entry, stopped and swept on exit."""

    def __init__(self, *flags, data_dir=None, binary=None, listen="127.0.0.1:0", environment=None):
        self.flags, self.listen = list(flags), listen
        self.binary = Path(binary) if binary else default_binary()
        self.owns_data_dir = data_dir is None
        self.data_dir = Path(data_dir or tempfile.mkdtemp(prefix="levada-conformance-"))
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self.stdout, self.stderr_path = [], self.data_dir.with_name(self.data_dir.name + ".stderr")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.sweep()

    def spawn(self):
        """The process alone; nobody waits for it to be ready."""
        command = [str(self.binary), "serve", "--data-dir", str(self.data_dir), "--listen", self.listen]
        command += ["--console-listen", "127.0.0.1:0", "--sql-listen", "127.0.0.1:0", *self.flags]
        self.stdout = []
        with open(self.stderr_path, "ab") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, env=self.environment
            )
        lines = queue.Queue()
        threading.Thread(target=self._follow, args=(self.process, lines), daemon=True).start()
        return lines

    def start(self):
        lines = self.spawn()
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                line = lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise StartFailed(f"not ready after {START_TIMEOUT} s\n{self.log()}") from None
            if line is None:
                self.process.wait()
                raise StartFailed(f"exit status {self.process.returncode}\n{self.log()}")
            if "levada is ready" in line:
                return self

    def _follow(self, process, lines):
        for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            self.stdout.append(line)
            lines.put(line)
        lines.put(None)

    def _address(self, *words):
        """The address on the first start-up line that holds one of the words."""
        for line in self.stdout:
            found = re.search(r"(127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1\]):(\d+)", line)
            if found and any(word in line.lower() for word in words):
                return found.group(1).strip("[]"), int(found.group(2))
        raise AssertionError(f"no address of {' or '.join(words)} in {self.stdout}")

    @property
    def aws(self):
        return self._address("aws", "kinesis")

    @property
    def console(self):
        return self._address("console", "metrics")

    @property
    def sql(self):
        return self._address("sql")

    @property
    def endpoint(self):
        return "http://%s:%d" % self.aws

    def log(self):
        errors = self.stderr_path.read_text(errors="replace") if self.stderr_path.exists() else ""
        return "\n".join(self.stdout + [errors])

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """kill -9: the process gets no chance to say goodbye."""
        if self.running:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, timeout=STOP_TIMEOUT):
        """SIGTERM; returns the exit status, or None when it had to be killed."""
        if not self.running:
            return self.process.returncode if self.process else None
        self.process.terminate()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def sweep(self):
        if self.owns_data_dir:
            shutil.rmtree(self.data_dir, ignore_errors=True)
        self.stderr_path.unlink(missing_ok=True)


class Peer:
    """Another server that is already running (kinesalite, kinesis-local): for trying the tests themselves."""

    def __init__(self, address):
        self.aws = address
        self.running = True

    @property
    def endpoint(self):
        return "http://%s:%d" % self.aws

    def log(self):
        return ""

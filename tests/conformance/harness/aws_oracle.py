"""Debian's AWS CLI, kept warm: imported once, its models parsed once, forked for each command line.

A process of its own costs 0.6 s a call, a fork a tenth of it, and a forked child ends with everything it changed. The
program reads one JSON line {arguments, environment, folder} and answers one {status, stdout, stderr}. `Oracle` is
the other end, for tests that run under any Python.
"""

import json
import os
import subprocess
import sys
import tempfile

# What is below it when a module is imported is below a child's own later.
HOME = "/home/of-the-warm-copy"
at_home = []  # module's dictionary and name
# What keep_warm parses.
SERVICES = ("kinesis", "timestream-write", "timestream-query")
MODELS = ("service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1", "completions-1")
DATA = ("endpoints", "partitions", "cli")


class Oracle:
    def __init__(self):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, arguments, environment, folder):
        ask = {"arguments": arguments, "environment": environment, "folder": str(folder)}
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["status"], answer["stdout"], answer["stderr"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def run_in_child(ask, stdout, stderr):
    os.dup2(stdout.fileno(), 1)
    os.dup2(stderr.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    data_path = os.environ["AWS_DATA_PATH"]  # awscli's own models; set when it is imported
    os.environ.clear()
    os.environ["AWS_DATA_PATH"] = data_path
    os.environ.update(ask["environment"])
    home = os.path.expanduser("~")
    for module, name in at_home:
        module[name] = home + module[name].removeprefix(HOME)
    os.chdir(ask["folder"])
    sys.argv = ["aws", *ask["arguments"]]
    import time

    time.tzset()
    from awscli.clidriver import main

    status = 255
    try:
        status = main()
    except SystemExit as exit_:
        status = exit_.code or 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def keep_warm():
    """What every command line begins with, done once: modules, the parsed models, the name of the distribution."""
    import gc

    os.environ["HOME"] = HOME
    import awscli.clidriver
    import awscli.customizations.waiters  # noqa: F401
    import botocore.endpoint_provider  # noqa: F401
    import botocore.httpsession  # noqa: F401
    import botocore.retries.standard  # noqa: F401
    from botocore.exceptions import DataNotFoundError
    from botocore.loaders import Loader

    kept = {}
    made = Loader.__init__

    def made_warm(self, *arguments, **options):
        made(self, *arguments, **options)
        self._cache = kept.setdefault(tuple(self.search_paths), {})

    Loader.__init__ = made_warm
    loader = awscli.clidriver.create_clidriver().session.get_component("data_loader")
    for data in DATA:
        loader.load_data(data)
    for kind in MODELS:
        loader.list_available_services(kind)
        loader.list_available_services(type_name=kind)  # kept apart by how it is asked
        for service in SERVICES:
            try:
                loader.load_service_model(service, kind)
            except DataNotFoundError:
                pass  # not every service has every kind
    for module in [vars(module) for name, module in sys.modules.items() if name.startswith("awscli.")]:
        at_home.extend((module, name) for name, value in module.items() if isinstance(value, str) and value.startswith(HOME))
    gc.freeze()  # a child's collector leaves it alone, so that its pages stay shared


def serve():
    import random
    import time

    keep_warm()
    # Retries are not waited for: what is compared is what is said.
    time.sleep = lambda seconds: None
    random.random = lambda: 0.0
    for line in sys.stdin:
        ask = json.loads(line)
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            child = os.fork()
            if child == 0:
                run_in_child(ask, stdout, stderr)
            _, status = os.waitpid(child, 0)
            texts = []
            for file in (stdout, stderr):
                file.seek(0)
                texts.append(file.read().decode(errors="replace"))
        answer = {"status": os.waitstatus_to_exitcode(status), "stdout": texts[0], "stderr": texts[1]}
        sys.__stdout__.write(json.dumps(answer) + "\n")
        sys.__stdout__.flush()


if __name__ == "__main__":
    serve()

"""Random command lines to `levada` and to Debian's AWS CLI: the same output, errors and exit status.

CLI_RANDOM_SEED and CLI_RANDOM_COUNT choose others than the fixed ones.
"""

import os
import random
import sys

sys.path.append("/usr/lib/python3/dist-packages/awscli")  # its botocore, for names of options

from harness import side_by_side
from harness.command_lines import CommandLines

SEED = int(os.environ.get("CLI_RANDOM_SEED", "1"))
COUNT = int(os.environ.get("CLI_RANDOM_COUNT", "150"))
SHOWN_MAX = 12


REFRESH = 25  # lines; some of them delete what others need


class RandomLines(side_by_side.SideBySide):
    def setUp(self):
        super().setUp()
        self.file("bytes.bin", b"\xff\xfe\x00")
        self.file("base64.txt", "aGVsbG8=")
        for letter in "ab":
            self.addCleanup(self.discard, f"twin-{letter}")

    def refresh(self):
        for letter in "ab":
            name = f"twin-{letter}"
            self.client.call("CreateStream", StreamName=name, ShardCount=2)
            self.client.call("RegisterStreamConsumer", StreamARN=self.arn(name), ConsumerName="one")
            for line in (f"create-database --database-name {name}", f"create-table --database-name {name} --table-name table"):
                self.levada(["--endpoint-url", self.server.endpoint, "timestream-write", *line.split()], self.environment)

    def test_random_command_lines(self):
        lines = CommandLines(random.Random(SEED))
        differences = []
        for number in range(COUNT):
            if number % REFRESH == 0:
                self.refresh()
            # In front, so that nothing in the line keeps it from being one.
            line = f"--endpoint-url {self.server.endpoint} {lines.line()}"
            try:
                self.compare(line, AWS_MAX_ATTEMPTS="1")
            except AssertionError as error:
                differences.append(str(error))
        self.assertFalse(
            differences, f"{len(differences)} of {COUNT} differ (seed {SEED})\n" + "\n\n".join(differences[:SHOWN_MAX])
        )

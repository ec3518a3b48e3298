"""Random command lines of the AWS CLI, from the operation tables of Debian's botocore: right ones, nearly right ones and nonsense.

Names of streams, databases and tables hold `{s}`, which becomes the name of one twin or the other.
"""

import json
import shlex
from pathlib import Path

MODELS = Path("/usr/lib/python3/dist-packages/awscli/botocore/data")
SERVICES = {"kinesis": "kinesis", "timestream-write": "timestream-write", "timestream-query": "timestream-query"}
FORMATS = ("json", "text", "table", "yaml", "yaml-stream")
ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/{s}"
# They wait, or say how far other work is.
SKIPPED = {"SubscribeToShard", "DescribeEndpoints"}
# What our answers have beyond a model of 2023 is not compared: these are asked for what the model knows.
NARROWED = {
    "DescribeLimits", "DescribeStreamSummary", "ListStreams", "ListShards", "DescribeStream", "DescribeStreamConsumer",
    "ListStreamConsumers", "RegisterStreamConsumer", "Query", "PrepareQuery", "DescribeTable", "ListTables", "DescribeDatabase",
    "ListDatabases", "UpdateTable", "CreateTable", "CreateDatabase", "UpdateDatabase", "WriteRecords", "GetRecords",
}
WORDS = ["a", "k", "x y", "río", "日本", "0", "7", "-1", "", "a,b", "a=b", "a:b", "'", '"', "\\", "[", "{", "`", "*", "file://absent", "é\n",
         "null", "true", "-", "--x", "http://x", "1.5", "aGVsbG8=", "[1]", "{}", "A" * 130]
KNOWN = {
    "StreamName": ["{s}"] * 12 + ["absent-{s}", "{s}-new", "bad name", ""],
    "StreamARN": [ARN] * 4 + ["arn", "", ARN + "x"],
    "ResourceARN": ["arn:aws:timestream:us-east-1:000000000000:database/{s}", "arn"],
    "ConsumerARN": [ARN + "/consumer/one:1", "arn"],
    "ConsumerName": ["one", "two", "bad name"],
    "ShardId": ["0", "1", "shardId-000000000000", "shardId-000000000001", "9", ""],
    "ShardToSplit": ["9", "shardId-000000000009", "0"], "ShardToMerge": ["9", "0"], "AdjacentShardToMerge": ["8", "0"],
    "ShardIterator": ["x", "", "AAAAAAAAAAE="],
    "PartitionKey": ["k", "key", "日本"],
    "Data": ["aGVsbG8=", "sampledatarecord", "YQ==", "@@", "aGV", "fileb://bytes.bin", "file://base64.txt"],
    "NextToken": ["x", ""], "ExclusiveStartShardId": ["shardId-000000000000", "x"],
    "DatabaseName": ["{s}"] * 8 + ["absent-{s}", "x"], "TableName": ["table"] * 6 + ["absent"],
    "QueryString": ["SELECT 1", "SELECT 'a' AS x, 2.5 AS y", "SELEC", "SELECT * FROM \"{s}\".\"absent\""],
    "KeyId": ["alias/aws/kinesis", "x"], "ExplicitHashKey": ["0", "x", "340282366920938463463374607431768211455"],
    "NewStartingHashKey": ["1", "x"], "StartingSequenceNumber": ["0", "x"], "SequenceNumberForOrdering": ["0", "x"],
    "ClientToken": ["c" * 40], "QueryId": ["x"], "ClientRequestToken": ["c" * 40],
}


def kebab(name):
    from botocore import xform_name

    return xform_name(name, "-")


class Table:
    """One service's operations and shapes."""

    def __init__(self, service):
        path = sorted((MODELS / service).iterdir())[-1]
        self.model = json.loads((path / "service-2.json").read_text())
        pages = path / "paginators-1.json"
        self.pages = json.loads(pages.read_text())["pagination"] if pages.exists() else {}

    def shape(self, name):
        return self.model["shapes"][name]

    def members(self, operation, direction="input"):
        shape = self.model["operations"][operation].get(direction)
        return {} if shape is None else self.shape(shape["shape"]).get("members", {})

    def required(self, operation):
        shape = self.model["operations"][operation].get("input")
        return set() if shape is None else set(self.shape(shape["shape"]).get("required", ()))

    def known_part(self, operation):
        """A query for everything that this model knows of an answer."""
        shape = self.model["operations"][operation].get("output")
        return "" if shape is None else self._query(shape["shape"], ())

    def _query(self, name, above):
        shape = self.shape(name)
        if shape["type"] == "structure" and name not in above and shape["members"]:
            parts = []
            for member, target in shape["members"].items():
                inner = self._query(target["shape"], (*above, name))
                if inner is not None:
                    parts.append(f"{member}: {member}{self._step(inner)}")
            return "{" + ", ".join(parts) + "}"
        if shape["type"] == "list":
            inner = self._query(shape["member"]["shape"], above)
            return "[*]" + (self._step(inner) if inner else "") if inner is not None else None
        return None if shape["type"] == "structure" else ""

    @staticmethod
    def _step(inner):
        return inner if inner.startswith("[") or not inner else "." + inner


class CommandLines:
    def __init__(self, dice):
        self.dice = dice
        self.tables = {command: Table(service) for command, service in SERVICES.items()}

    def chance(self, share):
        return self.dice.random() < share

    def line(self):
        command = self.dice.choices(list(self.tables), [6, 2, 2])[0]
        table = self.tables[command]
        operation = self.dice.choice([name for name in table.model["operations"] if name not in SKIPPED])
        words = [command, kebab(operation)]
        members, required = table.members(operation), table.required(operation)
        given = {}
        for member, target in members.items():
            if self.chance(0.93 if member in required else 0.8 if member == "StreamName" else 0.2):
                given[member] = target["shape"]
        if self.chance(0.12) and given:
            words += self.one_text(table, given)
        else:
            options = [self.option(table, member, shape) for member, shape in given.items()]
            self.dice.shuffle(options)
            words += [word for option in options for word in option]
        words += self.global_options(table, operation)
        if self.chance(0.12):
            words = self.spoil(words)
        return shlex.join(words)

    # ---- values ----

    def option(self, table, member, shape_name):
        shape, name = table.shape(shape_name), "--" + kebab(member)
        if shape["type"] == "boolean":
            return [name if self.chance(0.5) else "--no-" + name[2:]]
        if self.chance(0.03):
            name = name[: self.dice.randrange(4, len(name) + 1)]
        values = self.values(table, member, shape)
        if len(values) == 1 and self.chance(0.15):
            return [f"{name}={values[0]}"]
        return [name, *values]

    def values(self, table, member, shape):
        kind = shape["type"]
        if self.chance(0.04):
            return [self.dice.choice(WORDS)]
        if kind == "list":
            inner = table.shape(shape["member"]["shape"])
            count = self.dice.choice([1, 1, 2, 3, 0])
            if self.chance(0.4):
                return [json.dumps([self.value(table, member, inner) for _ in range(count)])]
            if inner["type"] in ("structure", "list", "map"):
                return [self.shorthand(table, member, inner) for _ in range(count)]
            return [str(self.value(table, member, inner)) for _ in range(count)]
        if kind in ("structure", "map"):
            if self.chance(0.5):
                return [json.dumps(self.value(table, member, shape), ensure_ascii=self.chance(0.5))]
            return [self.shorthand(table, member, shape)]
        return [str(self.value(table, member, shape))]

    def value(self, table, member, shape, depth=0):
        kind = shape["type"]
        if self.chance(0.02):
            return self.dice.choice(["x", 1, None, True, [], {}, 1.5, "río"])
        if kind == "structure":
            out = {}
            for name, target in shape["members"].items():
                if depth < 4 and self.chance(0.9 if name in shape.get("required", ()) else 0.3):
                    out[name] = self.value(table, name, table.shape(target["shape"]), depth + 1)
            if self.chance(0.04):
                out["Nope"] = 1
            return out
        if kind == "list":
            inner = table.shape(shape["member"]["shape"])
            return [self.value(table, member, inner, depth + 1) for _ in range(self.dice.choice([0, 1, 1, 2]))]
        if kind == "map":
            inner = table.shape(shape["value"]["shape"])
            keys = self.dice.sample(["a", "b", "x y", "río", "=", "a,b"], self.dice.choice([0, 1, 1, 2]))
            return {key: self.value(table, key, inner, depth + 1) for key in keys}
        if kind in ("integer", "long"):
            return self.dice.choice([1, 1, 2, 3, 24, 0, -1, 100000, 2**31, 2**63])
        if kind in ("double", "float"):
            return self.dice.choice([0.5, 1, -3.25])
        if kind == "boolean":
            return self.chance(0.5)
        if kind == "timestamp":
            return self.dice.choice(["2023-01-02T03:04:05Z", "2023-01-02", 1672628645, "1672628645.5", "now", "2023-01-02 03:04:05+02:00", 0])
        if member in KNOWN and self.chance(0.93):
            return self.dice.choice(KNOWN[member])
        if "enum" in shape and self.chance(0.85):
            return self.dice.choice(shape["enum"])
        if "enum" in shape:
            return self.dice.choice(["Nope", shape["enum"][0].lower(), shape["enum"][0][:-1]])
        return self.dice.choice(WORDS)

    def shorthand(self, table, member, shape):
        text = self._shorthand(self.value(table, member, shape), 0)
        if self.chance(0.06) and text:
            at = self.dice.randrange(len(text))
            text = text[:at] + self.dice.choice(",=[]{}'\" \\\n") + text[at + self.dice.choice([0, 1]) :]
        return text

    def _shorthand(self, value, depth):
        if isinstance(value, dict):
            body = ",".join(f"{key}={self._shorthand(inner, depth + 1)}" for key, inner in value.items())
            return body if depth == 0 else "{" + body + "}"
        if isinstance(value, list):
            body = ",".join(self._shorthand(inner, depth + 1) for inner in value)
            return "[" + body + "]" if self.chance(0.8) else body
        text = str(value)
        if any(sign in text for sign in ",= []{}'\"") and self.chance(0.6):
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if self.chance(0.5) else "'" + text.replace("'", "\\'") + "'"
        return text

    def one_text(self, table, given):
        """--cli-input-json or -yaml with all, and sometimes an option beside it."""
        document = {name: self.value(table, name, table.shape(shape)) for name, shape in given.items()}
        words = []
        if self.chance(0.3):
            name = self.dice.choice(list(document))
            words += self.option(table, name, given[name])
        text = json.dumps(document, ensure_ascii=self.chance(0.5))
        if self.chance(0.08):
            text = text[: self.dice.randrange(1, len(text))]
        return words + [self.dice.choice(["--cli-input-json", "--cli-input-json", "--cli-input-yaml"]), text]

    # ---- what every command has ----

    def global_options(self, table, operation):
        words = []
        if self.chance(0.5):
            words += ["--output", self.dice.choice(FORMATS)]
        if operation in table.pages and self.chance(0.4):
            for name, values in (("--max-items", "12350x"), ("--page-size", "1235"), ("--starting-token", ["x", "eyJ4IjogMX0="])):
                if self.chance(0.5):
                    words += [name, self.dice.choice(values)]
        if self.chance(0.08):
            words.append("--no-paginate")
        known = table.known_part(operation)
        if self.chance(0.1):
            words += ["--query", self.query(table, operation)]
        elif operation in NARROWED and known:
            words += ["--query", known]
        if self.chance(0.06):
            words += ["--cli-binary-format", self.dice.choice(["base64", "raw-in-base64-out", "raw"])]
        for flag in ("--no-sign-request", "--no-verify-ssl", "--no-cli-pager", "--no-cli-auto-prompt"):
            if self.chance(0.04):
                words.append(flag)
        if self.chance(0.05):
            words += ["--color", self.dice.choice(["on", "off", "auto", "x"])]
        if self.chance(0.04):
            words += ["--region", self.dice.choice(["eu-west-1", "us-east-1", "a b", "1"])]
        if self.chance(0.04):
            words += [self.dice.choice(["--cli-read-timeout", "--cli-connect-timeout"]), self.dice.choice(["5", "0", "x", "-1"])]
        return words

    def query(self, table, operation):
        names = list(table.members(operation, "output")) or ["x"]
        name = self.dice.choice(names)
        return self.dice.choice([
            "NextToken", "nope", name, f"[{name}]", f"length(keys({{a: {name}}}))", f"type({name})", f"{name}[0]", f"{name}[].nope", "a[",
            "`1`", "'x'", f"nope({name})", f"length({name})", f"{name} | [0]", f"{{n: {name}[0].nope}}", f"not_null({name}, 'none') == 'none'",
        ])

    def spoil(self, words):
        words = list(words)
        at = self.dice.randrange(2, len(words) + 1)
        kind = self.dice.randrange(5)
        if kind == 0 and len(words) > 2:
            del words[min(at, len(words) - 1)]
        elif kind == 1:
            words.insert(at, self.dice.choice(["stray", "--nonsense", "--nonsense=5", "-x", "--", "--query", "--output"]))
        elif kind == 2 and len(words) > 3:
            words.append(words[self.dice.randrange(2, len(words))])
        elif kind == 3:
            words.insert(0, self.dice.choice(["--debug=1", "--output=text", "--region=us-east-1", "--color=off", "--no-paginate"]))
        else:
            words[-1] = words[-1][: len(words[-1]) // 2]
        return words

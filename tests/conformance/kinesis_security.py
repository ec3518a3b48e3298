"""Who may do what: actions and streams of a key, resource policies across accounts, guessing, the audit log, tokens."""

import json
import os
import signal
import tempfile
import time
from pathlib import Path

from harness.case import Case, cases
from harness.client import CBOR, Client
from harness.sigv4 import Credentials

OWNER, PARTNER = "111111111111", "222222222222"
KEYS = {
    "admin": (OWNER, None, None),
    "writer": (OWNER, ["kinesis:Put*"], ["orders*"]),
    "reader": (OWNER, ["kinesis:Get*", "kinesis:List*", "kinesis:Describe*"], ["orders*"]),
    "nobody": (OWNER, ["kinesis:ListStreams"], None),
    "partner": (PARTNER, None, None),
    "limited": (PARTNER, ["kinesis:Describe*"], None),
    "guessed": (OWNER, None, None),
}
WHO = {name: Credentials(f"AKID{name.upper()}", f"secret-of-{name}-0123456789") for name in KEYS}
_folder = tempfile.TemporaryDirectory(prefix="levada-conformance-")
_credentials, _audit = Path(_folder.name) / "credentials.toml", Path(_folder.name) / "audit.jsonl"


def setUpModule():
    text = ""
    for name, (account, actions, resources) in KEYS.items():
        text += f'[[principal]]\naccess_key = "{WHO[name].access_key}"\nsecret_key = "{WHO[name].secret_key}"\n'
        text += f'name = "{name}"\naccount = "{account}"\n'
        text += f"actions = {json.dumps(actions)}\n" if actions else ""
        text += f"resources = {json.dumps(resources)}\n\n" if resources else "\n"
    _credentials.write_text(text)


def tearDownModule():
    _folder.cleanup()


class SecurityCase(Case):
    needs_levada = True
    flags = ("--shard-limits", "off", "--credentials", str(_credentials), "--audit-log", str(_audit))

    def setUp(self):
        self.by = {name: Client(self.server.aws, key) for name, key in WHO.items()}
        for client in self.by.values():
            self.addCleanup(client.close)
        self.client = self.by["admin"]
        self.name = f"orders-{self.stream_name()}"
        self.client.create(self.name)
        self.arn = f"arn:aws:kinesis:us-east-1:{OWNER}:stream/{self.name}"
        self.addCleanup(self.client.call, "DeleteStream", StreamName=self.name, EnforceConsumerDeletion=True)

    def denied(self, reply, who, action, why=None, resource=None, account=OWNER):
        why = why or f"because no identity-based policy allows the kinesis:{action} action"
        resource = f" on resource: {resource or self.arn}"
        text = f"User: arn:aws:iam::{account}:user/{who} is not authorized to perform: kinesis:{action}{resource} {why}"
        self.refused(reply, "AccessDeniedException", text)

    def iterator_of(self, who, **stream):
        return self.by[who].must(
            "GetShardIterator", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON", **stream
        )["ShardIterator"]

    def share(self, principal, action="kinesis:*", effect="Allow", **more):
        statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": self.arn, **more}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.void(self.client.call("PutResourcePolicy", ResourceARN=self.arn, Policy=policy))


class Identities(SecurityCase):
    def test_sighup_reads_the_keys_again_and_a_mistake_changes_nothing(self):
        newcomer = Client(self.server.aws, Credentials("AKIDNEWCOMER", "secret-of-newcomer"))
        self.addCleanup(newcomer.close)
        before = _credentials.read_text()

        def changes(text, news):
            _credentials.write_text(text)
            told = self.server.log().count(news)
            os.kill(self.server.process.pid, signal.SIGHUP)
            deadline = time.monotonic() + 10
            while self.server.log().count(news) == told:
                self.assertLess(time.monotonic(), deadline, news)
                time.sleep(0.02)
            return newcomer.call("ListStreams").status

        more = before + '\n[[principal]]\naccess_key = "AKIDNEWCOMER"\nsecret_key = "secret-of-newcomer"\n'

        try:
            self.assertEqual(newcomer.call("ListStreams").status, 400)
            self.assertEqual(changes(more, "credentials were read again"), 200)
            self.assertEqual(changes("[[principal]]\nno_such_member = 1\n", "credentials were not read again"), 200)
            self.assertEqual(changes(before, "credentials were read again"), 400)
            self.client.must("ListStreams")
        finally:
            _credentials.write_text(before)
            os.kill(self.server.process.pid, signal.SIGHUP)

    def test_actions_are_held_to_the_list(self):
        self.by["writer"].put(self.name, "x")
        reply = self.by["writer"].call("DescribeStreamSummary", StreamName=self.name)
        self.denied(reply, "writer", "DescribeStreamSummary")
        reply = self.by["reader"].call("PutRecord", StreamARN=self.arn, Data="", PartitionKey="k")
        self.denied(reply, "reader", "PutRecord")
        reply = self.by["reader"].call("PutRecords", StreamName=self.name, Records=[{"Data": "", "PartitionKey": "k"}])
        self.denied(reply, "reader", "PutRecords")
        reply = self.by["nobody"].call("DeleteStream", coding=CBOR, StreamName=self.name)
        self.assertEqual(reply.error[0], "AccessDeniedException")
        self.assertEqual(self.by["nobody"].call("ListStreams").status, 200)

    def test_streams_are_held_to_the_patterns(self):
        self.client.create("private")
        self.addCleanup(self.client.call, "DeleteStream", StreamName="private")
        private = f"arn:aws:kinesis:us-east-1:{OWNER}:stream/private"
        reply = self.by["writer"].call("PutRecord", StreamName="private", Data="", PartitionKey="k")
        self.denied(reply, "writer", "PutRecord", resource=private)

    def test_an_iterator_is_held_to_its_own_stream(self):
        self.client.create("private")
        self.addCleanup(self.client.call, "DeleteStream", StreamName="private")
        private = f"arn:aws:kinesis:us-east-1:{OWNER}:stream/private"
        stolen = self.iterator_of("admin", StreamName="private")
        for more in ({}, {"StreamARN": self.arn}):
            reply = self.by["reader"].call("GetRecords", ShardIterator=stolen, **more)
            self.denied(reply, "reader", "GetRecords", resource=private)
        self.by["reader"].read(self.iterator_of("reader", StreamName=self.name))

    def test_a_page_of_shards_is_held_to_its_own_stream(self):
        self.client.create("private", 3)
        self.addCleanup(self.client.call, "DeleteStream", StreamName="private")
        page = self.client.must("ListShards", StreamName="private", MaxResults=1)["NextToken"]
        reply = self.by["reader"].call("ListShards", NextToken=page)
        self.denied(reply, "reader", "ListShards", resource=f"arn:aws:kinesis:us-east-1:{OWNER}:stream/private")


class ResourcePolicies(SecurityCase):
    def partner_put(self, who="partner"):
        return self.by[who].call("PutRecord", StreamARN=self.arn, Data="eA==", PartitionKey="k")

    def test_another_account_needs_both_sides(self):
        why = "because no resource-based policy allows the kinesis:PutRecord action"
        self.denied(self.partner_put(), "partner", "PutRecord", why, account=PARTNER)
        self.share({"AWS": PARTNER})
        self.assertEqual(self.partner_put().status, 200)
        self.denied(self.partner_put("limited"), "limited", "PutRecord", account=PARTNER)
        iterator = self.iterator_of("partner", StreamARN=self.arn)
        self.assertEqual(len(self.by["partner"].read(iterator)["Records"]), 1)
        self.assertEqual(self.by["limited"].call("DescribeStreamSummary", StreamARN=self.arn).status, 200)
        # By name it is another stream, and what cannot be shared is not.
        missing = self.by["partner"].call("PutRecord", StreamName=self.name, Data="", PartitionKey="k")
        self.assertEqual(missing.error[0], "ResourceNotFoundException")
        gone = self.by["partner"].call("DeleteStream", StreamARN=self.arn)
        self.denied(gone, "partner", "DeleteStream", why.replace("PutRecord", "DeleteStream"), account=PARTNER)

    def test_an_explicit_deny_wins(self):
        self.share({"AWS": f"arn:aws:iam::{OWNER}:user/writer"}, "kinesis:PutRecord", "Deny")
        reply = self.by["writer"].call("PutRecord", StreamName=self.name, Data="", PartitionKey="k")
        self.denied(reply, "writer", "PutRecord", "with an explicit deny in a resource-based policy")
        self.by["admin"].put(self.name, "x")
        self.void(self.client.call("DeleteResourcePolicy", ResourceARN=self.arn))
        self.by["writer"].put(self.name, "x")

    def test_in_one_account_one_side_is_enough(self):
        self.share({"AWS": f"arn:aws:iam::{OWNER}:user/nobody"}, ["kinesis:PutRecord", "kinesis:PutRecords"])
        self.by["nobody"].put(self.name, "x")
        reply = self.by["nobody"].call("DescribeStreamSummary", StreamName=self.name)
        self.denied(reply, "nobody", "DescribeStreamSummary")

    def test_conditions(self):
        here = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
        self.share({"AWS": PARTNER}, Condition={**here, "StringEquals": {"aws:username": "partner"}})
        self.assertEqual(self.partner_put().status, 200)
        self.share({"AWS": PARTNER}, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
        self.assertEqual(self.partner_put().error[0], "AccessDeniedException")

    def test_a_consumer_has_its_own(self):
        consumer = self.client.must("RegisterStreamConsumer", StreamARN=self.arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
        reply = self.by["partner"].call("DescribeStreamConsumer", ConsumerARN=consumer)
        why = "because no resource-based policy allows the kinesis:DescribeStreamConsumer action"
        self.denied(reply, "partner", "DescribeStreamConsumer", why, resource=consumer, account=PARTNER)
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": PARTNER},
            "Action": ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
            "Resource": consumer,
        }
        self.void(self.client.call("PutResourcePolicy", ResourceARN=consumer, Policy=json.dumps({"Statement": statement})))
        described = self.by["partner"].must("DescribeStreamConsumer", ConsumerARN=consumer)
        self.assertEqual(described["ConsumerDescription"]["ConsumerARN"], consumer)

    @cases(
        {
            "no JSON": ("{", "The policy is not a valid JSON document."),
            "no statement": ("{}", "The policy is not valid: it has no Statement."),
            "an unknown member": ('{"Statement":[],"Rules":1}', "The policy is not valid: unknown member Rules."),
        }
    )
    def test_malformed(self, policy, text):
        reply = self.client.call("PutResourcePolicy", ResourceARN=self.arn, Policy=policy)
        self.refused(reply, "InvalidArgumentException", text)
        self.assertEqual(self.client.must("GetResourcePolicy", ResourceARN=self.arn), {"Policy": "{}"})


class Guessing(SecurityCase):
    def test_it_is_slowed_down_for_its_source_and_key_only(self):
        guesser = Client(self.server.aws, Credentials(WHO["guessed"].access_key, "wrong"))
        self.addCleanup(guesser.close)
        kinds = [guesser.call("ListStreams").error[0] for _ in range(300)]
        first = kinds.index("ThrottlingException")
        self.assertGreaterEqual(first, 100)
        self.assertEqual(set(kinds[:first]), {"InvalidSignatureException"})
        self.assertEqual(self.by["admin"].call("ListStreams").status, 200)
        time.sleep(2.5)
        self.assertEqual(self.by["guessed"].call("ListStreams").status, 200)


class Audit(SecurityCase):
    def lines(self, path=None):
        text = (path or _audit).read_text()
        return [json.loads(line) for line in text.splitlines()]

    def mine(self):
        return [(e["event"], e["action"], e["outcome"]) for e in self.lines() if self.name in e.get("resource", "")]

    def test_who_changed_what_and_who_was_refused(self):
        self.by["writer"].put(self.name, "not-in-the-audit-log")
        self.by["writer"].call("DeleteStream", StreamName=self.name)
        self.client.must("AddTagsToStream", StreamName=self.name, Tags={"tag-key": "tag-value"})
        self.client.call("IncreaseStreamRetentionPeriod", StreamName=self.name, RetentionPeriodHours=1)
        calls = [entry for entry in self.mine() if entry[1] != "kinesis:DescribeStream"]
        self.assertEqual(
            calls,
            [
                ("call", "kinesis:CreateStream", "ok"),
                ("denied", "kinesis:DeleteStream", "AccessDeniedException"),
                ("call", "kinesis:AddTagsToStream", "ok"),
                ("call", "kinesis:IncreaseStreamRetentionPeriod", "InvalidArgumentException"),
            ],
        )
        entry = next(e for e in self.lines() if e["action"] == "kinesis:AddTagsToStream" and self.name in e["resource"])
        self.assertEqual((entry["principal"], entry["source"]), (f"arn:aws:iam::{OWNER}:user/admin", "127.0.0.1"))
        text = _audit.read_text()
        for secret in ("secret-of-", "Signature", "tag-value", "not-in-the-audit-log"):
            self.assertNotIn(secret, text)

    def test_failed_authentications_are_told_with_the_key_they_claimed(self):
        stranger = Client(self.server.aws, Credentials("AKIDSTRANGER", "wrong"))
        self.addCleanup(stranger.close)
        stranger.call("ListStreams")
        entry = next(e for e in self.lines() if e.get("access_key") == "AKIDSTRANGER")
        self.assertEqual((entry["event"], entry["outcome"]), ("authentication-failed", "UnrecognizedClientException"))
        self.assertNotIn("principal", entry)

    def test_a_new_file_after_a_rename_and_sighup(self):
        old = _audit.rename(_audit.with_suffix(".1"))
        self.client.must("AddTagsToStream", StreamName=self.name, Tags={"a": "1"})
        os.kill(self.server.process.pid, signal.SIGHUP)
        deadline = time.monotonic() + 10
        while not _audit.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.client.must("RemoveTagsFromStream", StreamName=self.name, TagKeys=["a"])
        self.assertEqual(self.lines(old)[-1]["action"], "kinesis:AddTagsToStream")
        self.assertEqual([e["action"] for e in self.lines()], ["kinesis:RemoveTagsFromStream"])

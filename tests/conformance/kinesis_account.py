"""Tags, policies, monitoring, encryption, account settings (spec §14)."""

import json

from harness.case import ACCOUNT, Case, cases

METRICS = [
    "IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords",
    "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded",
]


class AccountCase(Case):
    def setUp(self):
        super().setUp()
        self.name = self.stream()

    def call(self, operation, **more):
        return self.client.call(operation, StreamName=self.name, **more)


class Tags(AccountCase):
    def tags(self):
        return [(t["Key"], t.get("Value")) for t in self.client.must("ListTagsForStream", StreamName=self.name)["Tags"]]

    def test_one_set_through_both_families(self):
        self.void(self.call("AddTagsToStream", Tags={"b": "2", "a": "1"}))
        self.assertEqual(self.tags(), [("a", "1"), ("b", "2")])
        resource = self.client.must("ListTagsForResource", ResourceARN=self.arn(self.name))["Tags"]
        self.assertEqual(resource, [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        self.void(self.client.call("TagResource", ResourceARN=self.arn(self.name), Tags={"a": "new", "é": ""}))
        self.assertEqual(self.tags(), [("a", "new"), ("b", "2"), ("é", "")])
        self.void(self.client.call("UntagResource", ResourceARN=self.arn(self.name), TagKeys=["b", "unknown"]))
        self.void(self.call("RemoveTagsFromStream", TagKeys=["é", "unknown"]))
        self.assertEqual(self.tags(), [("a", "new")])

    def test_pages(self):
        self.client.must("AddTagsToStream", StreamName=self.name, Tags={f"k{i:02d}": "" for i in range(50)})
        page = self.client.must("ListTagsForStream", StreamName=self.name, Limit=20)
        self.assertEqual((len(page["Tags"]), page["HasMoreTags"]), (20, True))
        rest = self.client.must("ListTagsForStream", StreamName=self.name, ExclusiveStartTagKey=page["Tags"][-1]["Key"])
        self.assertEqual((len(rest["Tags"]), rest["HasMoreTags"]), (30, False))

    def test_more_than_fifty(self):
        self.client.must("AddTagsToStream", StreamName=self.name, Tags={f"k{i}": "" for i in range(50)})
        text = (
            f"Failed to add tags to stream {self.name} under account {ACCOUNT} because a given stream cannot have more than "
            "50 tags associated with it."
        )
        self.refused(self.call("AddTagsToStream", Tags={"one": "more"}), "InvalidArgumentException", text)
        self.void(self.call("AddTagsToStream", Tags={"k1": "overwritten"}))

    @cases({"exclamation mark": "a!", "semicolon": "a;", "control": "a\x01"})
    def test_invalid_characters(self, key):
        text = "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @."
        self.refused(self.call("AddTagsToStream", Tags={key: "v"}), "InvalidArgumentException", text)

    def test_percent_is_a_case_of_its_own(self):
        text = (
            "Failed to {} stream {} under account {} because some tags contained illegal characters. The allowed characters "
            "are Unicode letters, white-spaces, '_',',','/','=','+','-','@'."
        )
        reply = self.call("AddTagsToStream", Tags={"a%": "v"})
        self.refused(reply, "InvalidArgumentException", text.format("add tags to", self.name, ACCOUNT))
        reply = self.call("RemoveTagsFromStream", TagKeys=["a%"])
        self.refused(reply, "InvalidArgumentException", text.format("remove tags from", self.name, ACCOUNT))

    def test_required_in_order(self):
        null = "Value null at '{}' failed to satisfy constraint: Member must not be null"
        self.invalid(self.client.call("AddTagsToStream"), null.format("tags"), null.format("streamName"))
        self.invalid(self.client.call("RemoveTagsFromStream"), null.format("tagKeys"), null.format("streamName"))


class Policy(AccountCase):
    def test_put_get_delete(self):
        arn = self.arn(self.name)
        self.assertEqual(self.client.must("GetResourcePolicy", ResourceARN=arn), {"Policy": "{}"})
        policy = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kinesis:Put*", "Resource": arn}
                ],
            }
        )
        self.void(self.client.call("PutResourcePolicy", ResourceARN=arn, Policy=policy))
        self.assertEqual(self.client.must("GetResourcePolicy", ResourceARN=arn), {"Policy": policy})
        self.void(self.client.call("DeleteResourcePolicy", ResourceARN=arn))
        reply = self.client.call("DeleteResourcePolicy", ResourceARN=arn)
        self.refused(reply, "ResourceNotFoundException", f"No resource policy found for resource ARN {arn}.")

    def test_of_a_stream_or_a_consumer_that_is_not_there(self):
        missing = {
            self.arn("gone"): f"Stream {self.arn('gone')} under account {ACCOUNT} not found.",
            self.arn(self.name) + "/consumer/c:1": f"Consumer c, account {ACCOUNT} not found.",
        }
        for arn, text in missing.items():
            statement = {"Effect": "Allow", "Principal": "*", "Action": "kinesis:GetRecords", "Resource": arn}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            for verb, more in {"Get": {}, "Put": {"Policy": policy}}.items():
                reply = self.client.call(f"{verb}ResourcePolicy", ResourceARN=arn, **more)
                self.refused(reply, "ResourceNotFoundException", text)


class Monitoring(AccountCase):
    def test_enable_all_and_disable_one(self):
        reply = self.granted(self.call("EnableEnhancedMonitoring", ShardLevelMetrics=["ALL"]))
        self.assertEqual((reply["CurrentShardLevelMetrics"], sorted(reply["DesiredShardLevelMetrics"])), ([], METRICS))
        self.assertEqual((reply["StreamName"], reply["StreamARN"]), (self.name, self.arn(self.name)))
        self.client.wait_active(self.name)
        reply = self.granted(self.call("DisableEnhancedMonitoring", ShardLevelMetrics=["OutgoingBytes"]))
        self.assertEqual(sorted(reply["CurrentShardLevelMetrics"]), METRICS)
        self.assertNotIn("OutgoingBytes", reply["DesiredShardLevelMetrics"])


class Encryption(AccountCase):
    def test_on_and_off(self):
        before = self.client.put(self.name, "plain")
        self.assertNotIn("EncryptionType", before)
        self.void(self.call("StartStreamEncryption", EncryptionType="KMS", KeyId="alias/aws/kinesis"))
        self.client.wait_active(self.name)
        self.assertEqual(self.client.put(self.name, "secret")["EncryptionType"], "KMS")
        description = self.client.must("DescribeStream", StreamName=self.name)["StreamDescription"]
        self.assertEqual((description["EncryptionType"], description["KeyId"]), ("KMS", "alias/aws/kinesis"))
        self.void(self.call("StopStreamEncryption", EncryptionType="KMS", KeyId="alias/aws/kinesis"))
        self.client.wait_active(self.name)
        self.assertNotIn("EncryptionType", self.client.put(self.name, "plain again"))
        records = self.client.drain(self.name)
        self.assertEqual([r["Data"] for r in records], [b"plain", b"secret", b"plain again"])
        self.assertEqual([r.get("EncryptionType") for r in records], [None, "KMS", None])

    @cases({"Start": "Start", "Stop": "Stop"})
    def test_none_is_no_type_to_ask_for(self, verb):
        reply = self.call(f"{verb}StreamEncryption", EncryptionType="NONE", KeyId="alias/aws/kinesis")
        self.refused(reply, "InvalidArgumentException", "Encryption type cannot be NONE.")


class AccountSettings(Case):
    def test_the_billing_commitment(self):
        setting = "MinimumThroughputBillingCommitment"
        before = self.client.must("DescribeAccountSettings")[setting]
        self.assertIn(before["Status"], ("ENABLED", "DISABLED", "ENABLED_UNTIL_EARLIEST_ALLOWED_END"))
        enabled = self.client.must("UpdateAccountSettings", **{setting: {"Status": "ENABLED"}})[setting]
        self.assertEqual(enabled["Status"], "ENABLED")
        self.assertLess(enabled["StartedAt"], enabled["EarliestAllowedEndAt"])
        disabled = self.client.must("UpdateAccountSettings", **{setting: {"Status": "DISABLED"}})[setting]
        self.assertEqual(disabled["Status"], "ENABLED_UNTIL_EARLIEST_ALLOWED_END")

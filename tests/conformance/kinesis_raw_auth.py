"""SigV4 against a credentials file (spec §5): who is let in, and what the others are told."""

import hashlib
import json
import os
import re
import tempfile
import time
from pathlib import Path

from harness import sigv4
from harness.case import Case, cases
from harness.client import CBOR, Client
from harness.http import request
from harness.http2 import Http2
from harness.server import Levada, StartFailed
from harness.sigv4 import Credentials

KEEPER = Credentials("AKIDKEEPER", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
VISITOR = Credentials("AKIDVISITOR", "visitor-secret", "token/of+the=visitor")
LATE = Credentials("AKIDLATE", "late-secret", "late-token")
TENANT = Credentials("AKIDTENANT", "tenant-secret")

CREDENTIALS = f"""
[[principal]]
access_key = "{KEEPER.access_key}"
secret_key = "{KEEPER.secret_key}"

[[principal]]
access_key = "{VISITOR.access_key}"
secret_key = "{VISITOR.secret_key}"
session_token = "{VISITOR.session_token}"
expires = 2099-01-01T00:00:00Z

[[principal]]
access_key = "{LATE.access_key}"
secret_key = "{LATE.secret_key}"
session_token = "{LATE.session_token}"
expires = 2020-01-01T00:00:00Z

[[principal]]
access_key = "{TENANT.access_key}"
secret_key = "{TENANT.secret_key}"
account = "111122223333"
"""

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
INVALID_TOKEN = "The security token included in the request is invalid."
EXPIRED_TOKEN = "The security token included in the request is expired"

_file = Path(tempfile.gettempdir()) / f"levada-conformance-credentials-{os.getpid()}.toml"


def setUpModule():
    _file.write_text(CREDENTIALS)
    _file.chmod(0o600)


def tearDownModule():
    _file.unlink(missing_ok=True)


class AuthCase(Case):
    needs_levada = True
    flags = ("--shard-limits", "off", "--credentials", str(_file))

    def setUp(self):
        self.client = Client(self.server.aws, KEEPER)
        self.addCleanup(self.client.close)

    def send(self, headers, body=b"{}", path="/"):
        return self.client.raw(request("POST", path, headers, body))

    def signed(self, credentials=KEEPER, body=b"{}", operation="ListStreams", **more):
        return sigv4.sign(credentials, "us-east-1", self.client.head(operation), body, **more)

    def discard(self, name):
        self.client.call("DeleteStream", StreamName=name)


class LetIn(AuthCase):
    def test_a_good_signature(self):
        self.granted(self.send(self.signed()))

    def test_a_body_of_any_bytes(self):
        name = self.stream()
        self.client.put(name, bytes(range(256)), "ключ")
        self.assertEqual(self.client.drain(name)[0]["Data"], bytes(range(256)))

    def test_cbor(self):
        self.granted(self.client.call("ListStreams", coding=CBOR))

    def test_over_http_2(self):
        with Http2(self.server.aws) as connection:
            head = {**self.client.head("ListStreams"), "Host": connection.authority}
            signed = sigv4.sign(KEEPER, "us-east-1", head, b"{}")
            status, _ = connection.answer(connection.start(signed, b"{}"))
        self.assertEqual(status, 200)

    def test_an_unsigned_payload(self):
        self.granted(self.send(self.signed(unsigned_payload=True)))

    def test_a_session_token(self):
        self.granted(self.send(self.signed(VISITOR)))

    def test_a_presigned_query(self):
        head = self.client.head("ListStreams")
        self.granted(self.send(head, path=sigv4.presign(KEEPER, "us-east-1", head, b"{}")))

    def test_a_presigned_query_with_a_session_token(self):
        head = self.client.head("ListStreams")
        self.granted(self.send(head, path=sigv4.presign(VISITOR, "us-east-1", head, b"{}")))

    def test_more_signed_headers_with_odd_spacing(self):
        head = {**self.client.head("ListStreams"), "X-Extra": "a   b  c ", "Amz-Sdk-Request": "attempt=1; max=3"}
        self.granted(self.send(sigv4.sign(KEEPER, "us-east-1", head, b"{}")))

    @cases({path: path for path in ("/", "/a/b", "/with%20blank", "/umlaut-%C3%A4")})
    def test_any_path(self, path):
        head = self.client.head("ListStreams")
        self.granted(self.send(sigv4.sign(KEEPER, "us-east-1", head, b"{}", path=path), path=path))

    def test_four_minutes_of_skew_either_way(self):
        for seconds in (-240, 240):
            self.granted(self.send(self.signed(date=sigv4.amz_date(time.time() + seconds))))

    def test_many_requests_with_one_key(self):
        for _ in range(200):
            self.granted(self.send(self.signed()))


class TurnedAway(AuthCase):
    def mismatch(self, reply):
        self.refused(reply, "InvalidSignatureException", re.compile("^" + re.escape(MISMATCH)))

    def test_a_wrong_secret(self):
        self.mismatch(self.send(self.signed(Credentials(KEEPER.access_key, "guess"))))

    def test_an_unknown_key(self):
        reply = self.send(self.signed(Credentials("AKIDNOBODY", "x")))
        self.refused(reply, "UnrecognizedClientException", INVALID_TOKEN)

    def test_one_flipped_digit_at_either_end(self):
        headers = self.signed()
        good = headers["authorization"]
        for position in (-1, good.index("Signature=") + len("Signature=")):
            digits = list(good)
            digits[position] = "0" if digits[position] != "0" else "1"
            self.mismatch(self.send({**headers, "authorization": "".join(digits)}))

    @cases({"empty": "", "short": "ab", "not hex": "z" * 64, "long": "a" * 200, "upper case": None})
    def test_a_signature_of_odd_shape(self, signature):
        headers = self.signed()
        start, _, good = headers["authorization"].rpartition("Signature=")
        if signature is None:
            signature = good.upper()
        reply = self.send({**headers, "authorization": f"{start}Signature={signature}"})
        self.assertEqual(reply.status, 400, reply)
        self.assertIn(reply.error[0], ("InvalidSignatureException", "IncompleteSignatureException"))

    def test_another_body(self):
        self.mismatch(self.send(self.signed(), body=b'{"Limit":1}'))

    def test_another_operation(self):
        self.mismatch(self.send({**self.signed(), "x-amz-target": "Kinesis_20131202.DescribeLimits"}))

    def test_another_path(self):
        self.mismatch(self.send(self.signed(), path="/elsewhere"))

    def test_another_query(self):
        self.mismatch(self.send(self.signed(), path="/?a=b"))

    def test_a_claimed_payload_hash_that_is_not_the_body_s(self):
        body, other = b"{}", b'{"Limit":1}'
        head = {**self.client.head("ListStreams"), "X-Amz-Content-Sha256": hashlib.sha256(body).hexdigest()}
        self.mismatch(self.send(sigv4.sign(KEEPER, "us-east-1", head, body), body=other))

    def test_host_must_be_signed(self):
        head = self.client.head("ListStreams")
        del head["Host"]
        signed = sigv4.sign(KEEPER, "us-east-1", head, b"{}")
        reply = self.send({"Host": self.client.host, **signed})
        self.assertEqual(reply.status, 400, reply)
        self.assertIn(reply.error[0], ("InvalidSignatureException", "IncompleteSignatureException"))

    def test_another_service_s_scope(self):
        reply = self.send(self.signed(service="dynamodb"))
        self.assertEqual((reply.status, reply.error[0]), (400, "InvalidSignatureException"), reply)

    def test_no_session_token_where_one_belongs(self):
        reply = self.send(self.signed(Credentials(VISITOR.access_key, VISITOR.secret_key)))
        self.assertEqual(reply.status, 400, reply)
        self.assertIn(reply.error, [("UnrecognizedClientException", INVALID_TOKEN)])

    def test_a_wrong_session_token(self):
        reply = self.send(self.signed(Credentials(VISITOR.access_key, VISITOR.secret_key, "another")))
        self.refused(reply, "UnrecognizedClientException", INVALID_TOKEN)

    def test_an_expired_session(self):
        self.refused(self.send(self.signed(LATE)), "ExpiredTokenException", EXPIRED_TOKEN)

    def test_too_old(self):
        date = sigv4.amz_date(time.time() - 400)
        stamp = r"\d{8}T\d{6}Z"
        text = rf"^Signature expired: {date} is now earlier than {stamp} \({stamp} - 5 min\.\)$"
        self.refused(self.send(self.signed(date=date)), "InvalidSignatureException", re.compile(text))

    def test_too_new(self):
        date = sigv4.amz_date(time.time() + 400)
        stamp = r"\d{8}T\d{6}Z"
        text = rf"^Signature not yet current: {date} is still later than {stamp} \({stamp} \+ 5 min\.\)$"
        self.refused(self.send(self.signed(date=date)), "InvalidSignatureException", re.compile(text))

    def test_a_presigned_query_that_has_run_out(self):
        head = self.client.head("ListStreams")
        path = sigv4.presign(KEEPER, "us-east-1", head, b"{}", expires=10, date=sigv4.amz_date(time.time() - 60))
        reply = self.send(head, path=path)
        self.assertEqual((reply.status, reply.error[0]), (400, "InvalidSignatureException"), reply)
        self.assertRegex(reply.error[1], "^Signature expired: ")

    def test_a_presigned_query_with_another_body(self):
        head = self.client.head("ListStreams")
        self.mismatch(self.send(head, body=b'{"Limit":1}', path=sigv4.presign(KEEPER, "us-east-1", head, b"{}")))

    def test_missing_and_double_signatures_are_told_as_without_credentials(self):
        reply = self.send(self.client.head("ListStreams"))
        self.refused(reply, "MissingAuthenticationTokenException", "Missing Authentication Token")
        reply = self.send({**self.client.head("ListStreams"), "Authorization": "AWS4-HMAC-SHA256 Credential=a"})
        self.assertEqual(reply.error[0], "IncompleteSignatureException")
        reply = self.send(self.signed(), path="/?X-Amz-Algorithm=AWS4-HMAC-SHA256")
        self.assertEqual(reply.error[0], "InvalidSignatureException")

    @cases({
        "too few parts": "AKIDKEEPER/20260101", "no slashes": "AKIDKEEPER", "odd date": "AKIDKEEPER/x/us-east-1/kinesis/aws4_request",
        "another end": "AKIDKEEPER/20260101/us-east-1/kinesis/aws5_request", "slashes": "/////",
    })
    def test_a_credential_of_odd_shape(self, credential):
        headers = self.signed()
        value = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
        reply = self.send({**headers, "authorization": value})
        self.assertEqual(reply.status, 400, reply)
        self.assertIn(
            reply.error[0],
            ("InvalidSignatureException", "IncompleteSignatureException", "UnrecognizedClientException"),
        )

    def test_nobody_unsigned_changes_anything(self):
        body = json.dumps({"StreamName": "never", "ShardCount": 1}).encode()
        headers = self.signed(Credentials(KEEPER.access_key, "guess"), body, "CreateStream")
        self.mismatch(self.send(headers, body))
        self.assertNotIn("never", self.client.must("ListStreams")["StreamNames"])


class Namespaces(AuthCase):
    def test_each_account_sees_its_own_streams(self):
        name, tenant = self.stream(), Client(self.server.aws, TENANT)
        self.addCleanup(tenant.close)
        self.assertNotIn(name, tenant.must("ListStreams")["StreamNames"])
        text = f"Stream {name} under account 111122223333 not found."
        self.refused(tenant.call("DescribeStream", StreamName=name), "ResourceNotFoundException", text)
        tenant.create(name, 2)
        self.addCleanup(tenant.call, "DeleteStream", StreamName=name)
        described = tenant.must("DescribeStream", StreamName=name)["StreamDescription"]
        self.assertEqual(described["StreamARN"], f"arn:aws:kinesis:us-east-1:111122223333:stream/{name}")
        self.assertEqual(len(described["Shards"]), 2)

    def test_each_region_sees_its_own_streams(self):
        name, far = self.stream(), Client(self.server.aws, KEEPER, region="eu-west-3")
        self.addCleanup(far.close)
        self.assertNotIn(name, far.must("ListStreams")["StreamNames"])
        far.create(name)
        described = far.must("DescribeStream", StreamName=name)["StreamDescription"]
        self.assertEqual(described["StreamARN"], f"arn:aws:kinesis:eu-west-3:000000000000:stream/{name}")
        far.must("DeleteStream", StreamName=name)


class WithoutCredentials(Case):
    """Any signature is taken, a key of twelve digits names the account, and only loopback may be bound."""

    needs_levada = True

    def test_twelve_digits_are_an_account(self):
        name = self.stream()
        other = Client(self.server.aws, Credentials("444455556666", "anything"))
        self.addCleanup(other.close)
        self.assertNotIn(name, other.must("ListStreams")["StreamNames"])
        other.create(name)
        arn = other.must("DescribeStream", StreamName=name)["StreamDescription"]["StreamARN"]
        self.assertEqual(arn, f"arn:aws:kinesis:us-east-1:444455556666:stream/{name}")
        other.must("DeleteStream", StreamName=name)

    def test_another_region_is_another_namespace(self):
        name, far = self.stream(), Client(self.server.aws, region="ap-south-1")
        self.addCleanup(far.close)
        self.assertNotIn(name, far.must("ListStreams")["StreamNames"])

    @cases({address: address for address in ("0.0.0.0:0", "[::]:0")})
    def test_anything_but_loopback_is_refused_with_an_explanation(self, address):
        server = Levada(listen=address)
        try:
            with self.assertRaises(StartFailed) as failed:
                server.start()
            self.assertNotIn("exit status 0\n", str(failed.exception))
            self.assertRegex(str(failed.exception).lower(), "loopback|credentials")
        finally:
            server.stop()
            server.sweep()

    def test_a_credentials_file_that_is_broken_is_refused_with_its_line(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write('[[principal]]\naccess_key = "a\n')
            file.flush()
            with self.assertRaises(StartFailed) as failed:
                with Levada("--credentials", file.name):
                    pass
        self.assertRegex(str(failed.exception), file.name)

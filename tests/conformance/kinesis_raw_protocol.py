"""The order of checks before an operation, byte by byte (spec §4.3–§4.5), over a bare socket."""

import base64
import json
import re

from harness import cbor
from harness.client import CBOR, JSON, TARGET
from harness.case import Case, cases
from harness.http import Connection, request

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ACCESS_DENIED_XML = (
    b"<AccessDeniedException>\n"
    b"  <Message>Unable to determine service/operation name to be authorized</Message>\n"
    b"</AccessDeniedException>\n"
)
UNKNOWN_XML = b"<UnknownOperationException/>\n"
LIST = f"{TARGET}.ListStreams"


class RawCase(Case):
    def send(self, method="POST", path="/", body=b"", **headers):
        """Headers by keyword (`content_type=` is Content-Type); a connection of its own."""
        named = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        with Connection(self.server.aws) as connection:
            connection.send(request(method, path, {"Host": self.client.host, **named}, body))
            return connection.answer()

    def answered(self, answer, status, body, content_type=None):
        self.assertEqual((answer.status, answer.body), (status, body))
        if content_type:
            self.assertEqual(answer.header("content-type"), content_type)
        self.assertEqual(answer.header("content-length"), str(len(body)))
        self.assertRegex(answer.header("x-amzn-requestid") or "", UUID)


class ResponseHeaders(RawCase):
    def test_success_carries_request_id_id2_and_length(self):
        reply = self.client.call("ListStreams")
        self.granted(reply)
        self.assertRegex(reply.header("x-amzn-requestid"), UUID)
        self.assertEqual(len(base64.b64decode(reply.header("x-amz-id-2"), validate=True)), 72)
        self.assertEqual(reply.header("content-type"), JSON)
        self.assertEqual(reply.header("content-length"), str(len(reply.body)))
        self.assertIsNone(reply.header("x-amz-crc32"))

    def test_every_answer_has_its_own_request_id(self):
        ids = {self.client.call("ListStreams").header("x-amzn-requestid") for _ in range(5)}
        self.assertEqual(len(ids), 5)

    def test_header_names_are_spelled_as_aws_spells_them(self):
        with Connection(self.server.aws) as connection:
            connection.send(self.client.bytes_of("ListStreams", b"{}"))
            head = connection._until(b"\r\n\r\n").decode()
        self.assertIn("x-amzn-RequestId: ", head)
        self.assertIn("Content-Type: ", head)
        self.assertIn("Content-Length: ", head)

    def test_content_type_is_echoed_without_parameters(self):
        body = b"{}"
        reply = self.client.raw(self.client.bytes_of("ListStreams", body, JSON + "; charset=utf-8"))
        self.granted(reply)
        self.assertEqual(reply.header("content-type"), JSON)

    def test_errors_name_their_type_in_a_header_when_they_name_it_at_all(self):
        reply = self.client.call("DescribeStream", StreamName="nobody")
        self.assertIn(reply.header("x-amzn-errortype"), (None, "ResourceNotFoundException"))

    def test_void_operations_answer_an_empty_body(self):
        name = self.stream_name()
        reply = self.client.call("CreateStream", StreamName=name, ShardCount=1)
        self.addCleanup(self.discard, name)
        self.void(reply)
        self.assertEqual(reply.header("content-length"), "0")

    def test_error_body_has_type_before_message_and_no_namespace(self):
        reply = self.client.call("DescribeStream", StreamName="nobody")
        text = "Stream nobody under account 000000000000 not found."
        self.assertEqual(reply.status, 400)
        self.assertEqual(list(json.loads(reply.body)), ["__type", "message"])
        self.refused(reply, "ResourceNotFoundException", text)


class Cors(RawCase):
    def test_preflight_echoes_what_was_asked(self):
        answer = self.send(
            "OPTIONS", Origin="https://a.example", Access_Control_Request_Headers="x-amz-date, x-amz-target",
            Access_Control_Request_Method="POST",
        )
        self.answered(answer, 200, b"")
        self.assertEqual(answer.header("access-control-allow-origin"), "*")
        self.assertEqual(answer.header("access-control-allow-headers"), "x-amz-date, x-amz-target")
        self.assertEqual(answer.header("access-control-allow-methods"), "POST")
        self.assertEqual(answer.header("access-control-max-age"), "172800")
        self.assertIsNone(answer.header("x-amz-id-2"))

    def test_preflight_without_requests_allows_only_the_origin(self):
        answer = self.send("OPTIONS", Origin="https://a.example")
        self.answered(answer, 200, b"")
        self.assertIsNone(answer.header("access-control-allow-headers"))
        self.assertIsNone(answer.header("access-control-allow-methods"))

    def test_other_methods_expose_the_headers(self):
        answer = self.send("GET", Origin="https://a.example")
        self.answered(answer, 403, ACCESS_DENIED_XML)
        self.assertEqual(answer.header("access-control-allow-origin"), "*")
        self.assertEqual(
            answer.header("access-control-expose-headers"),
            "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date",
        )

    def test_a_good_post_with_origin_is_exposed_too(self):
        body = b"{}"
        head = {**self.client.head("ListStreams"), "Origin": "https://a.example"}
        from harness import sigv4

        signed = sigv4.sign(self.client.credentials, "us-east-1", head, body)
        reply = self.client.raw(request("POST", "/", signed, body))
        self.granted(reply)
        self.assertEqual(reply.header("access-control-allow-origin"), "*")

    def test_without_origin_nothing_is_said_about_it(self):
        self.assertIsNone(self.client.call("ListStreams").header("access-control-allow-origin"))


class OrderOfChecks(RawCase):
    @cases({method: method for method in ("GET", "PUT", "DELETE", "OPTIONS")})
    def test_only_post_gets_further(self, method):
        answer = self.send(method, X_Amz_Target=LIST, Content_Type=JSON)
        self.answered(answer, 403, ACCESS_DENIED_XML)
        self.assertIsNotNone(answer.header("x-amz-id-2"))

    @cases({
        "known, JSON": (JSON, LIST, "SerializationException", JSON),
        "known, CBOR": (CBOR, LIST, "SerializationException", CBOR),
        "known, odd type": ("text/plain", LIST, "SerializationException", CBOR),
        "known, plain JSON": ("application/json", LIST, "SerializationException", CBOR),
        "known, no type": (None, LIST, "SerializationException", CBOR),
        "no target, JSON": (JSON, None, "UnknownOperationException", JSON),
        "no target, no type": (None, None, "UnknownOperationException", CBOR),
        "unknown operation": (JSON, f"{TARGET}.ListDreams", "UnknownOperationException", JSON),
        "unknown service": (JSON, "Kinesis_20111111.ListStreams", "UnknownOperationException", JSON),
        "operation in the wrong case": (JSON, f"{TARGET}.listStreams", "UnknownOperationException", JSON),
    })
    def test_empty_body(self, content_type, target, error, coding):
        answer = self.send(Content_Type=content_type, X_Amz_Target=target)
        expected = json.dumps({"__type": error}, separators=(",", ":")).encode()
        self.answered(answer, 400, cbor.encode({"__type": error}) if coding == CBOR else expected, coding)

    @cases({
        "no target": (None, 403, ACCESS_DENIED_XML),
        "service only": (TARGET, 403, ACCESS_DENIED_XML),
        "operation only": (".ListStreams", 403, ACCESS_DENIED_XML),
        "known target": (LIST, 404, UNKNOWN_XML),
        "unknown target": ("A.B", 404, UNKNOWN_XML),
    })
    def test_wrong_content_type(self, target, status, body):
        types = [None, "text/plain", "application/x-www-form-urlencoded"]
        if target == LIST:
            types.append("application/x-amz-json-1.0")  # Timestream's, not Kinesis's
        for content_type in types:
            answer = self.send(body=b"{}", X_Amz_Target=target, Content_Type=content_type)
            self.answered(answer, status, body)

    @cases({
        "garbage": b"{", "number": b"23", "string": b'"abc"', "null": b"null", "trailing": b'{"Limit":1}}',
        "bad escape": b'{"a":"\\q"}', "bare word": b"{a:1}", "not UTF-8": b'{"a":"\xff\xfe"}',
        "one brace in spaces": b"   {   ", "NUL": b"\x00", "comma": b'{"a":1,}',
    })
    def test_unparsable_json_has_no_message(self, body):
        answer = self.send(body=body, Content_Type=JSON, X_Amz_Target=LIST)
        if body == b'{"a":"\xff\xfe"}' and answer.body == b'{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}':
            return  # decoded with replacement characters, as the service's own parser may
        self.answered(answer, 400, b'{"__type":"SerializationException"}', JSON)

    def test_deep_nesting_is_refused_and_harmless(self):
        for opening in (b"[", b'{"a":'):
            answer = self.send(body=opening * 100_000, Content_Type=JSON, X_Amz_Target=LIST)
            self.answered(answer, 400, b'{"__type":"SerializationException"}', JSON)
        self.alive()

    def test_application_json_goes_no_further_when_it_parses(self):
        answer = self.send(body=b"{}", Content_Type="application/json", X_Amz_Target=LIST)
        body = b'{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}'
        self.answered(answer, 404, body, "application/json")

    def test_application_json_that_does_not_parse(self):
        answer = self.send(body=b"{", Content_Type="application/json", X_Amz_Target=LIST)
        body = b'{"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"}'
        self.answered(answer, 400, body, "application/json")

    @cases({
        "no target": None, "service only": TARGET, "unknown operation": f"{TARGET}.Nope",
        "unknown service": "DynamoDB_20120810.ListTables", "empty operation": f"{TARGET}.",
    })
    def test_unknown_operation_after_a_good_body(self, target):
        answer = self.send(body=b"{}", Content_Type=JSON, X_Amz_Target=target)
        self.answered(answer, 400, b'{"__type":"UnknownOperationException"}', JSON)

    def test_parse_comes_before_operation_and_operation_before_authentication(self):
        answer = self.send(body=b"{", Content_Type=JSON, X_Amz_Target=f"{TARGET}.Nope")
        self.answered(answer, 400, b'{"__type":"SerializationException"}')
        answer = self.send(body=b"{}", Content_Type=JSON, X_Amz_Target=f"{TARGET}.Nope")
        self.answered(answer, 400, b'{"__type":"UnknownOperationException"}')

    def test_authentication_comes_before_types_and_types_before_constraints(self):
        answer = self.send(body=b'{"Limit":"a"}', Content_Type=JSON, X_Amz_Target=LIST)
        self.answered(
            answer, 400, b'{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}'
        )
        reply = self.client.body_call("DescribeStream", b'{"StreamName":"","Limit":"a"}')
        self.refused(reply, "SerializationException", "class java.lang.String can not be converted to an Integer")
        self.assertIn(b'"Message"', reply.body)

    def test_constraints_come_before_the_stream_is_looked_up(self):
        reply = self.client.call("DescribeStream", StreamName="nobody", Limit=0)
        self.invalid(reply, "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")

    @cases({path: path for path in ("/", "/any", "/kinesis/v1/x", "/%20", "//")})
    def test_the_path_does_not_matter(self, path):
        from harness import sigv4

        signed = sigv4.sign(self.client.credentials, "us-east-1", self.client.head("ListStreams"), b"{}", path=path)
        self.granted(self.client.raw(request("POST", path, signed, b"{}")))

    def test_content_type_is_trimmed_and_cut_at_the_semicolon(self):
        answer = self.send(body=b"{", Content_Type=f"  {JSON}  ; charset=utf-8", X_Amz_Target=LIST)
        self.answered(answer, 400, b'{"__type":"SerializationException"}', JSON)

    def test_header_names_are_taken_in_any_case(self):
        data = self.client.bytes_of("ListStreams", b"{}").decode()
        head, body = data.split("\r\n\r\n")
        lines = head.split("\r\n")
        shouted = [lines[0]] + [":".join([n.upper(), v]) for n, _, v in (l.partition(":") for l in lines[1:])]
        self.granted(self.client.raw(("\r\n".join(shouted) + "\r\n\r\n" + body).encode()))


class AuthenticationPresence(RawCase):
    """Without --credentials only the presence of a signature is asked for (spec §5)."""

    def asked(self, path="/", **headers):
        return self.send(body=b"{}", path=path, Content_Type=JSON, X_Amz_Target=LIST, **headers)

    def failed(self, answer, error, message):
        body = json.dumps({"__type": error, "message": message}, separators=(",", ":")).encode()
        self.answered(answer, 400, body, JSON)

    def test_neither_header_nor_query(self):
        self.failed(self.asked(), "MissingAuthenticationTokenException", "Missing Authentication Token")
        self.failed(self.asked(path="/?a=b"), "MissingAuthenticationTokenException", "Missing Authentication Token")

    def test_both_header_and_query(self):
        self.failed(
            self.asked(path="/?X-Amz-Algorithm=a", Authorization="AWS4 Credential=a"),
            "InvalidSignatureException",
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        )

    PARTS = {
        "Credential": "Authorization header requires 'Credential' parameter. ",
        "Signature": "Authorization header requires 'Signature' parameter. ",
        "SignedHeaders": "Authorization header requires 'SignedHeaders' parameter. ",
    }
    DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "

    @cases({
        "nothing but a word": "X", "algorithm": "AWS4-HMAC-SHA256", "credential": "AWS4-HMAC-SHA256 Credential=a",
        "signature": "AWS4-HMAC-SHA256 Signature=b", "no headers": "AWS4-HMAC-SHA256 Credential=a, Signature=b",
        "no spaces": "AWS4-HMAC-SHA256 Credential=a,SignedHeaders=c", "empty value": "A Credential=,Signature=b",
        "all": "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c",
    })
    def test_header_lacks_parts(self, value):
        present = {word.partition("=")[0] for word in re.split("[, ]", value)[1:] if word.partition("=")[2]}
        text = "".join(message for part, message in self.PARTS.items() if part not in present) + self.DATE
        self.failed(self.asked(Authorization=value), "IncompleteSignatureException", f"{text}Authorization={value}")

    def test_either_date_header_will_do(self):
        value = "AWS4-HMAC-SHA256 Credential=a, Signature=b"
        text = f"{self.PARTS['SignedHeaders']}Authorization={value}"
        self.failed(self.asked(Authorization=value, X_Amz_Date="a"), "IncompleteSignatureException", text)
        self.failed(self.asked(Authorization=value, Date="a"), "IncompleteSignatureException", text)

    QUERY = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"]

    @cases({
        "algorithm alone": ["X-Amz-Algorithm"], "credential too": ["X-Amz-Algorithm", "X-Amz-Credential"],
        "no date": QUERY[:4], "no signature": [q for q in QUERY if q != "X-Amz-Signature"],
    })
    def test_query_lacks_parts(self, given):
        text = "".join(
            f"AWS query-string parameters must include '{name}'. " for name in self.QUERY if name not in given
        )
        answer = self.asked(path="/?" + "&".join(f"{name}=a" for name in given))
        self.failed(answer, "IncompleteSignatureException", text + "Re-examine the query-string parameters.")

    def test_an_empty_algorithm_counts_as_given_but_missing(self):
        text = "".join(f"AWS query-string parameters must include '{name}'. " for name in self.QUERY)
        answer = self.asked(path="/?X-Amz-Algorithm")
        self.failed(answer, "IncompleteSignatureException", text + "Re-examine the query-string parameters.")

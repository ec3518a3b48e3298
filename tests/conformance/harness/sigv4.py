"""AWS Signature Version 4, written from the published algorithm and apart from Levada's own."""

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from urllib.parse import quote

UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class Credentials:
    access_key: str = "LEVADACONFORMANCE"
    secret_key: str = "conformance-secret"
    session_token: str = None


def amz_date(at=None):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() if at is None else at))


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _canonical_query(query):
    pairs = [(quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in query.items()]
    return "&".join(f"{k}={v}" for k, v in sorted(pairs))


def _signature(credentials, region, service, date, method, path, query, headers, names, payload_hash):
    collapse = lambda value: re.sub(" +", " ", value.strip())
    canonical = "\n".join(
        [
            method,
            quote(path, safe="/-_.~"),
            _canonical_query(query),
            "".join(f"{name}:{collapse(headers[name])}\n" for name in names),
            ";".join(names),
            payload_hash,
        ]
    )
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join(["AWS4-HMAC-SHA256", date, scope, digest])
    key = ("AWS4" + credentials.secret_key).encode()
    for part in (date[:8], region, service, "aws4_request"):
        key = _hmac(key, part)
    return _hmac(key, to_sign).hex()


def sign(credentials, region, headers, body, method="POST", path="/", date=None, service="kinesis",
         unsigned_payload=False):
    """The request's headers with X-Amz-Date and Authorization (and the token) added."""
    date = date or amz_date()
    signed = {name.lower(): value for name, value in headers.items()}
    signed["x-amz-date"] = date
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    payload_hash = hashlib.sha256(body).hexdigest()
    if unsigned_payload:
        signed["x-amz-content-sha256"] = payload_hash = UNSIGNED
    names = sorted(name for name in signed if name not in ("connection", "expect", "content-length"))
    signature = _signature(credentials, region, service, date, method, path, {}, signed, names, payload_hash)
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{date[:8]}/{region}/{service}/aws4_request, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return signed


def presign(credentials, region, headers, body, expires=60, date=None, method="POST", path="/", service="kinesis"):
    """The path with a signed query; `headers` are signed too and must be sent as they are."""
    date = date or amz_date()
    lowered = {name.lower(): value for name, value in headers.items()}
    names = sorted(lowered)
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{credentials.access_key}/{date[:8]}/{region}/{service}/aws4_request",
        "X-Amz-Date": date,
        "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": ";".join(names),
    }
    if credentials.session_token:
        query["X-Amz-Security-Token"] = credentials.session_token
    payload_hash = hashlib.sha256(body).hexdigest()
    query["X-Amz-Signature"] = _signature(
        credentials, region, service, date, method, path, query, lowered, names, payload_hash
    )
    return path + "?" + _canonical_query(query)

#!/usr/bin/python3
"""Writes sigv4_vectors.txt: requests signed by botocore, for sigv4_test.cc. Run it only to change the set."""
import datetime
import random
from urllib.parse import quote, urlsplit

import botocore
from botocore import auth, awsrequest, credentials

random.seed(20150830)


class Clock(datetime.datetime):
    now_ = datetime.datetime(2015, 8, 30, 12, 36, 0)

    @classmethod
    def utcnow(cls):
        return cls.now_


class Module:
    datetime = Clock


auth.datetime = Module


def word(length, alphabet="abcdefghijklmnopqrstuvwxyzABCXYZ0189-_.~ +/=&%é"):
    return "".join(random.choice(alphabet) for _ in range(length))


def make_case(number):
    presigned = number % 3 == 2
    Clock.now_ = datetime.datetime(2015, 1, 1) + datetime.timedelta(seconds=random.randrange(10**9))
    segments = [quote(word(random.randrange(1, 6)), safe="") for _ in range(random.randrange(4))]
    path = "/" + "/".join(segments) + random.choice(["", "/"] if segments else [""])
    if number % 7 == 3:
        path = "/a/./b/../c//d"
    if number < 12:
        path = "/"
    query = "&".join(
        f"{quote(word(random.randrange(1, 5)), safe='')}={quote(word(random.randrange(6)), safe='')}"
        for _ in range(random.randrange(4))
    ) if number >= 6 else ""
    host = random.choice(["127.0.0.1:4567", "kinesis.us-east-1.amazonaws.com", "localhost"])
    url = f"http://{host}{path}" + (f"?{query}" if query else "")
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "Kinesis_20131202.PutRecord",
        "User-Agent": "Botocore",
    }
    for _ in range(random.randrange(4)):
        headers["X-" + word(5, "abcXYZ-")] = random.choice(
            ["plain", "  two  words ", "a   b\tc", "", '"quoted  text"', "trailing  "])
    method = "GET" if presigned else random.choice(["POST", "POST", "PUT"])
    body = b"" if presigned else random.randbytes(random.choice([0, 1, 55, 64, 200]))
    if presigned:
        headers = {}
    token = word(40, "abcdefXYZ0123/+=") if number % 4 == 1 else None
    identity = credentials.Credentials("AKID" + word(12, "ABCDEFGH234567"), word(40, "abcXYZ0189/+"), token)
    region = random.choice(["us-east-1", "eu-central-1", "ap-northeast-3"])
    service = random.choice(["kinesis", "timestream"])
    request = awsrequest.AWSRequest(method=method, url=url, data=body, headers=headers)
    if presigned:
        auth.SigV4QueryAuth(identity, service, region, expires=random.choice([60, 300, 3600])).add_auth(request)
    else:
        auth.SigV4Auth(identity, service, region).add_auth(request)
    sent = urlsplit(request.url)
    lines = [f"case {number}", f"method {request.method}", f"path {sent.path}", f"query {sent.query}",
             f"now {int(Clock.now_.replace(tzinfo=datetime.timezone.utc).timestamp())}",
             f"body {body.hex()}", f"access_key {identity.access_key}", f"secret_key {identity.secret_key}",
             f"token {token or ''}", f"region {region}", f"service {service}", f"header Host|{host}"]
    lines += [f"header {name}|{value}" for name, value in request.headers.items()]
    return "\n".join(lines) + "\nend\n"


with open("sigv4_vectors.txt", "w", encoding="utf-8") as out:
    out.write(f"# made by sigv4_vectors.py with botocore {botocore.__version__}\n")
    for n in range(36):
        out.write(make_case(n))

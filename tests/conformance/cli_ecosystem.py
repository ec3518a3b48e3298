"""What surrounds a command, with `levada` and, where Debian's AWS CLI knows the setting, with both side by side: proxies, keys lent by
STS, containers and instances, `configure`, endpoints by environment and profile, completion in real shells."""

import json
import os
import re
import shlex
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from harness import side_by_side
from harness.server import Levada, default_binary
from harness.stub_aws import StubAws

KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
LIST = "kinesis list-streams"


class Ecosystem(side_by_side.SideBySide):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stub = StubAws()
        cls.addClassCleanup(cls.stub.close)

    def setUp(self):
        super().setUp()
        self.stub.take()

    def ask(self, line=LIST, drop=(), status=0, endpoint=True, **variables):
        """`levada` alone, with the stub for a service; what it asked."""
        environment = {**self.environment, **variables}
        for name in drop:
            environment.pop(name)
        words = shlex.split(line) + (["--endpoint-url", self.stub.url] if endpoint else [])
        self.outcome = self.levada(words, environment)
        self.assertEqual(self.outcome[0], status, self.outcome)
        return self.stub.take()

    def key_of(self, request):
        key = re.search(r"Credential=([^/]+)/", request["headers"]["Authorization"])[1]
        return key, request["headers"].get("X-Amz-Security-Token")


class Keys(Ecosystem):
    """Keys that are lent."""

    def config(self, text, name="config-roles"):
        return {"AWS_CONFIG_FILE": str(self.file(name, text)), "AWS_ENDPOINT_URL_STS": self.stub.url, "HOME": self.home()}

    def home(self):
        """One without a cache."""
        home = Path(self.folder.name, self.id().rsplit(".", 1)[-1])
        home.mkdir(exist_ok=True)
        return str(home)

    ROLE = """
[profile base]
aws_access_key_id = AKBASE
aws_secret_access_key = SKBASE
[profile role]
role_arn = arn:aws:iam::1:role/worker
source_profile = base
role_session_name = me
external_id = x/y
duration_seconds = 1800
[profile chain]
role_arn = arn:aws:iam::1:role/second
source_profile = role
[profile refused]
role_arn = arn:aws:iam::1:role/refused
source_profile = base
[profile env]
role_arn = arn:aws:iam::1:role/worker
credential_source = Environment
[profile agent]
role_arn = arn:aws:iam::1:role/worker
credential_source = EcsContainer
[profile instance]
role_arn = arn:aws:iam::1:role/worker
credential_source = Ec2InstanceMetadata
[profile odd]
role_arn = arn:aws:iam::1:role/worker
credential_source = Moon
[profile mfa]
role_arn = arn:aws:iam::1:role/guarded
source_profile = base
mfa_serial = arn:aws:iam::1:mfa/me
[profile web]
role_arn = arn:aws:iam::1:role/web
web_identity_token_file = token
role_session_name = web-session
"""

    def test_a_role_of_a_profile(self):
        settings = self.config(self.ROLE)
        sts, kinesis = self.ask(f"{LIST} --profile role", **settings)
        self.assertEqual(self.key_of(sts), ("AKBASE", None))
        self.assertIn("/sts/aws4_request", sts["headers"]["Authorization"])
        self.assertEqual(
            sts["body"],
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fworker&RoleSessionName=me"
            "&ExternalId=x%2Fy&DurationSeconds=1800",
        )
        self.assertEqual(self.key_of(kinesis), ("AKWORKER", "TWORKER"))
        # The second command finds the keys in the AWS CLI's cache.
        self.assertEqual([self.key_of(one)[0] for one in self.ask(f"{LIST} --profile role", **settings)], ["AKWORKER"])

    def test_the_cache_is_the_aws_clis_own(self):
        settings = self.config(self.ROLE)
        self.ask(f"{LIST} --profile role", **settings)
        (file,) = Path(settings["HOME"], ".aws/cli/cache").iterdir()
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        # Debian's takes the keys from that file: it has no way to this STS.
        environment = {**self.environment, **settings}
        theirs = self.oracle.run(
            ["kinesis", "list-streams", "--profile", "role", "--endpoint-url", self.stub.url], environment, self.folder.name)
        self.assertEqual(theirs[0], 0, theirs)
        self.assertEqual(self.key_of(self.stub.take()[-1])[0], "AKWORKER")

    def test_a_chain_of_roles(self):
        first, second, kinesis = self.ask(f"{LIST} --profile chain", **self.config(self.ROLE))
        self.assertEqual([self.key_of(one)[0] for one in (first, second, kinesis)], ["AKBASE", "AKWORKER", "AKSECOND"])

    def test_a_refusal_of_sts(self):
        self.ask(f"{LIST} --profile refused", status=254, **self.config(self.ROLE))
        self.assertEqual(
            self.outcome[2], "\nAn error occurred (AccessDenied) when calling the AssumeRole operation: no <way>\n")

    def test_sources_of_a_role(self):
        settings = self.config(self.ROLE)
        sts, kinesis = self.ask(f"{LIST} --profile env", **settings)
        self.assertEqual((self.key_of(sts)[0], self.key_of(kinesis)[0]), ("AKID", "AKWORKER"))
        settings["HOME"] = self.home() + "-agent"
        agent, sts, kinesis = self.ask(
            f"{LIST} --profile agent", AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{self.stub.url}/agent", **settings)
        self.assertEqual(self.key_of(sts), ("AKAGENT", "TAGENT"))
        settings["HOME"] = self.home() + "-instance"
        asked = self.ask(
            f"{LIST} --profile instance", drop=["AWS_EC2_METADATA_DISABLED"], AWS_EC2_METADATA_SERVICE_ENDPOINT=self.stub.url,
            **settings)
        self.assertEqual(self.key_of(asked[-2]), ("AKIMDS", "TIMDS"))
        self.compare(f"{LIST} --profile odd", status=255, AWS_CONFIG_FILE=settings["AWS_CONFIG_FILE"])

    def test_a_second_factor(self):
        settings = {**self.environment, **self.config(self.ROLE)}
        words = ["kinesis", "list-streams", "--profile", "mfa", "--endpoint-url", self.stub.url]
        done = subprocess.run(
            [default_binary().resolve(), *words], env=settings, input="123456\n", capture_output=True, text=True, timeout=30,
            start_new_session=True)  # no terminal to ask at
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Enter MFA code for arn:aws:iam::1:mfa/me: ", done.stderr)
        sts, kinesis = self.stub.take()
        self.assertIn("SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=123456", sts["body"])
        self.assertEqual(self.key_of(kinesis)[0], "AKGUARDED")

    def test_web_identity(self):
        self.file("token", "the web token\n")
        sts, kinesis = self.ask(f"{LIST} --profile web", **self.config(self.ROLE))
        self.assertNotIn("Authorization", sts["headers"])
        self.assertIn("Action=AssumeRoleWithWebIdentity", sts["body"])
        self.assertIn("WebIdentityToken=the%20web%20token", sts["body"])
        self.assertIn("RoleSessionName=web-session", sts["body"])
        self.assertEqual(self.key_of(kinesis), ("AKWEB", "TWEB"))
        sts, kinesis = self.ask(
            drop=KEYS, AWS_WEB_IDENTITY_TOKEN_FILE="token", AWS_ROLE_ARN="arn:aws:iam::1:role/pod", AWS_ENDPOINT_URL_STS=self.stub.url,
            HOME=self.home() + "-2")
        self.assertEqual(self.key_of(kinesis)[0], "AKPOD")
        self.compare(LIST, drop=KEYS, status=255, AWS_WEB_IDENTITY_TOKEN_FILE="token")
        self.compare(LIST, drop=KEYS, status=255, AWS_WEB_IDENTITY_TOKEN_FILE="none", AWS_ROLE_ARN="arn:aws:iam::1:role/pod")

    def test_a_containers_agent(self):
        settings = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.stub.url}/agent", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer x"}
        agent, kinesis = self.ask(drop=KEYS, **settings)
        self.assertEqual((agent["path"], agent["headers"]["Authorization"]), ("/agent", "Bearer x"))
        self.assertEqual(self.key_of(kinesis), ("AKAGENT", "TAGENT"))
        self.compare("configure list", drop=KEYS, endpoint=False, **settings)
        self.compare(LIST, drop=KEYS, status=255, AWS_CONTAINER_CREDENTIALS_FULL_URI="http://192.0.2.1/agent")
        self.compare(LIST, drop=KEYS, status=255, AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{self.stub.url}/none")

    def test_instance_metadata(self):
        settings = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.stub.url + "/"}
        drop = [*KEYS, "AWS_EC2_METADATA_DISABLED"]
        token, role, lent, kinesis = self.ask(drop=drop, **settings)
        self.assertEqual((token["method"], token["headers"]["x-aws-ec2-metadata-token-ttl-seconds"]), ("PUT", "21600"))
        self.assertEqual(role["headers"]["x-aws-ec2-metadata-token"], "the-token")
        self.assertEqual(self.key_of(kinesis), ("AKIMDS", "TIMDS"))
        self.compare("configure list", drop=drop, endpoint=False, **settings)
        self.compare(LIST, drop=KEYS, status=253, **settings)  # AWS_EC2_METADATA_DISABLED
        self.compare(LIST, drop=drop, status=253, AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:1/")

    def test_expired_keys_are_not_taken_from_the_cache(self):
        settings = self.config(self.ROLE)
        self.ask(f"{LIST} --profile role", **settings)
        (file,) = Path(settings["HOME"], ".aws/cli/cache").iterdir()
        kept = json.loads(file.read_text())
        kept["Credentials"]["Expiration"] = "2020-01-01T00:00:00UTC"
        file.write_text(json.dumps(kept))
        self.assertEqual(len(self.ask(f"{LIST} --profile role", **settings)), 2)

    def test_single_sign_on_names_the_way_out(self):
        settings = self.config("[profile sso]\nsso_start_url = https://x\nsso_region = us-east-1\n")
        self.ask(f"{LIST} --profile sso", drop=KEYS, status=253, **settings)
        self.assertIn("credential_process = aws configure export-credentials --profile sso", self.outcome[2])


class Proxies(Ecosystem):
    def through(self, line, drop=(), **variables):
        """Both, each through the proxy; the requests that it saw of ours."""
        self.compare(line, drop=drop, **variables)
        asked = self.stub.take()
        return asked[len(asked) // 2 :]

    def test_a_plain_request_goes_as_a_whole_url(self):
        (request,) = self.ask(endpoint=False, line=f"{LIST} --endpoint-url http://kinesis.example.com:81/", HTTP_PROXY=self.stub.address)
        self.assertEqual(request["path"], "http://kinesis.example.com:81/")
        self.assertEqual(request["headers"]["Host"], "kinesis.example.com:81")
        (request,) = self.through(f"{LIST} --endpoint-url http://kinesis.example.com/", http_proxy=f"http://me:p%40ss@{self.stub.address}")
        self.assertEqual(request["headers"]["Proxy-Authorization"], "Basic bWU6cEBzcw==")

    def test_exceptions(self):
        for exempt in ("127.0.0.1", "*", "x, 127.0.0.1", ".0.0.1", self.server.endpoint.removeprefix("http://")):
            self.assertEqual(self.through(LIST, HTTP_PROXY=self.stub.url, NO_PROXY=exempt), [], exempt)
        (request,) = self.ask(f"{LIST} --endpoint-url http://other.example.com", endpoint=False, HTTP_PROXY=self.stub.url, NO_PROXY="x.com")
        self.assertEqual(request["path"], "http://other.example.com/")

    def test_a_proxy_that_is_not_there(self):
        line = f"{LIST} --endpoint-url http://kinesis.example.com"
        self.compare(line, status=255, HTTP_PROXY="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")
        self.compare(line, status=255, HTTP_PROXY="http://user:word@127.0.0.1:1", AWS_MAX_ATTEMPTS="1")
        self.compare(line.replace("http:", "https:"), status=255, HTTPS_PROXY="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")


class Tls(Ecosystem):
    """A server with a certificate of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(cls.folder.name)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem", "-out",
             folder / "cert.pem"], check=True, capture_output=True)
        cls.secure = Levada("--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem")).start()
        cls.addClassCleanup(cls.secure.sweep)
        cls.addClassCleanup(cls.secure.stop)
        cls.url = "https://localhost:%d" % cls.secure.aws[1]

    def line(self, more=""):
        return f"{LIST} --endpoint-url {self.url} {more}"

    def test_trust(self):
        self.compare(self.line(f"--ca-bundle {self.folder.name}/cert.pem"), status=0)
        self.compare(self.line(), status=0, AWS_CA_BUNDLE=f"{self.folder.name}/cert.pem")
        self.compare(self.line("--no-verify-ssl --output text"), status=0)
        config = self.file("config-ca", f"[default]\nca_bundle = {self.folder.name}/cert.pem\n")
        self.compare(self.line(), status=0, AWS_CONFIG_FILE=str(config))

    def test_mistrust(self):
        self.compare(self.line(), status=255, AWS_MAX_ATTEMPTS="1")
        self.compare(self.line("--ca-bundle /nonexistent"), status=255, AWS_MAX_ATTEMPTS="1")
        self.compare(self.line("--ca-bundle /etc/passwd"), status=255, AWS_MAX_ATTEMPTS="1")

    def test_a_tunnel(self):
        more = f"--ca-bundle {self.folder.name}/cert.pem"
        self.compare(self.line(more), status=0, HTTPS_PROXY=self.stub.url)
        tunnels = [one["path"] for one in self.stub.take()]
        self.assertEqual(tunnels, [self.url.removeprefix("https://")] * 2)
        self.stub.server.refuses_tunnels = True
        self.addCleanup(setattr, self.stub.server, "refuses_tunnels", False)
        self.compare(self.line(more), status=255, HTTPS_PROXY=self.stub.url, AWS_MAX_ATTEMPTS="1")


class Endpoints(Ecosystem):
    """Settings that the AWS CLI has since 2.13; Debian's has not."""

    def test_the_environment(self):
        for settings in ({"AWS_ENDPOINT_URL": self.stub.url}, {"AWS_ENDPOINT_URL_KINESIS": self.stub.url, "AWS_ENDPOINT_URL": "http://x.invalid"}):
            self.assertEqual(len(self.ask(endpoint=False, **settings)), 1)

    def test_the_profile(self):
        path = self.file("config-endpoints", f"""
[default]
endpoint_url = {self.stub.url}
[profile one]
services = local
endpoint_url = http://x.invalid
[services local]
kinesis =
  endpoint_url = {self.stub.url}
""")
        for profile in ("default", "one"):
            self.assertEqual(len(self.ask(endpoint=False, AWS_CONFIG_FILE=str(path), AWS_PROFILE=profile)), 1, profile)

    def test_they_can_be_ignored(self):
        config = self.file("config-proxied", "[default]\n")
        settings = {"AWS_ENDPOINT_URL": "http://x.invalid", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
                    "HTTPS_PROXY": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": str(config)}
        self.ask(endpoint=False, status=255, **settings)
        self.assertIn("proxy", self.outcome[2])  # on the way to AWS itself


class Configure(Ecosystem):
    """The same lines in the same files."""

    def both(self, *lines, config=None, credentials=None, given=None, **variables):
        """Each program in a home of its own; what they said and wrote must be equal."""
        results = []
        for which in ("theirs", "ours"):
            home = Path(self.folder.name, f"home-{which}")
            shutil.rmtree(home, ignore_errors=True)
            (home / ".aws").mkdir(parents=True)
            for name, text in (("config", config), ("credentials", credentials)):
                if text is not None:
                    (home / ".aws" / name).write_text(text)
            environment = {**self.environment, **variables, "HOME": str(home)}
            for name in KEYS + ["AWS_DEFAULT_REGION"]:
                environment.pop(name)
            said = []
            for line in lines:
                words = shlex.split(line)
                if given is not None:
                    program = "/usr/bin/aws" if which == "theirs" else str(default_binary().resolve())
                    done = subprocess.run([program, *words], env=environment, input=given, capture_output=True, text=True, timeout=60)
                    said.append((done.returncode, done.stdout, done.stderr))
                elif which == "theirs":
                    said.append(self.oracle.run(words, environment, self.folder.name))
                else:
                    said.append(self.levada(words, environment))
            written = {path.name: path.read_text() for path in (home / ".aws").iterdir() if path.is_file()}
            results.append((said, written))
        self.assertEqual(results[1], results[0], lines)

    CONFIG = "# mine\n[default]\nregion = eu-west-1\noutput=text\n\n[profile p q]\nx = 1\n[profile other]\nregion = us-east-1\ns3 =\n  a = 1\n  b = 2\n"

    def test_get(self):
        names = ("region", "default.region", "profile.other.region", "other.region", "nope", "profile.other.s3.a", "other.s3", "s3.a")
        self.both(*(f"configure get {name}" for name in names), config=self.CONFIG)
        self.both("configure get region --profile other", "configure get region --profile none", "configure get", "configure get a b",
                  config=self.CONFIG)

    def test_set(self):
        for line in ("region us-west-2", "output json", "new value", "aws_access_key_id AKIA", "default.region x", "profile.other.region y",
                     "profile.new.region z", "region q --profile other", "region q --profile 'p q'", "aws_secret_access_key s --profile other",
                     "profile.other.s3.a 9", "default.s3.c 7", "region ''"):
            self.both(f"configure set {line}", config=self.CONFIG, credentials="[default]\naws_access_key_id=old\n")
            self.both(f"configure set {line}")
        self.both("configure set", "configure set region", "configure set a b c")

    def test_list(self):
        credentials = "[cred]\naws_access_key_id = AKIDSHARED1\naws_secret_access_key = zz\n"
        lines = ("configure list", "configure list --profile cred", "configure list --profile none", "configure list x", "configure list-profiles")
        self.both(*lines, config=self.CONFIG, credentials=credentials)
        self.both("configure list", config=self.CONFIG, AWS_PROFILE="other", AWS_REGION="r")
        self.both("configure list", "configure list-profiles")

    def test_questions(self):
        self.both("configure", given="AKIA\nSECRET\nus-east-2\n\n")
        self.both("configure --profile new", given="AKIA\nSECRET\n\ntext\n", config=self.CONFIG)
        self.both("configure", given="AKIA\n")
        self.both("configure --bogus")


class Completion(Ecosystem):
    """In the shells themselves."""

    def complete(self, shell, line):
        if shutil.which(shell) is None:
            raise unittest.SkipTest(f"{shell} is not installed")
        Path(self.folder.name, "bin").mkdir(exist_ok=True)
        link = Path(self.folder.name, "bin", "levada")
        link.unlink(missing_ok=True)
        link.symlink_to(default_binary().resolve())
        environment = {**self.environment, "PATH": f"{link.parent}:/usr/bin:/bin", "TERM": "xterm"}
        done = subprocess.run(self.SCRIPTS[shell](line), env=environment, capture_output=True, text=True, timeout=60, cwd=self.folder.name)
        return set(done.stdout.split()), done.stderr

    SCRIPTS = {
        "bash": lambda line: ["bash", "--norc", "-c", f"""source <(levada completion bash)
            COMP_LINE={shlex.quote(line)}; COMP_POINT=${{#COMP_LINE}}; read -ra COMP_WORDS <<<"$COMP_LINE"
            [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=(''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _levada; printf '%s\\n' "${{COMPREPLY[@]}}" """],
        "fish": lambda line: ["fish", "--no-config", "-c", f"levada completion fish | source; complete -C {shlex.quote(line)}"],
    }

    def check(self, shell):
        services = {"kinesis", "timestream-write", "timestream-query"}
        self.assertLessEqual(services, self.complete(shell, "levada ")[0])
        self.assertLessEqual({"put-record", "put-records"}, self.complete(shell, "levada kinesis put-")[0])
        self.assertLessEqual({"--stream-name", "--partition-key", "--output"}, self.complete(shell, "levada kinesis put-record --")[0])
        self.assertLessEqual({"stream-exists"}, self.complete(shell, "levada kinesis wait ")[0])
        self.assertLessEqual({"json", "yaml-stream"}, self.complete(shell, "levada kinesis list-streams --output ")[0])
        self.assertLessEqual({"AT_TIMESTAMP"}, self.complete(shell, "levada kinesis get-shard-iterator --shard-iterator-type ")[0])
        self.assertNotIn("--stream-name", self.complete(shell, "levada kinesis describe-limits --")[0])

    def test_bash(self):
        self.check("bash")

    def test_fish(self):
        self.check("fish")

    def test_zsh(self):
        """Keys pressed on a terminal of its own: zsh completes nowhere else."""
        if shutil.which("zsh") is None or shutil.which("tmux") is None:
            raise unittest.SkipTest("zsh and tmux are not installed")
        self.complete("bash", "levada ")  # the link
        socket = f"{self.folder.name}/tmux"
        environment = {**os.environ, "PATH": f"{self.folder.name}/bin:/usr/bin:/bin", "HOME": self.folder.name, "LC_ALL": "C.UTF-8"}
        tmux = lambda *words: subprocess.run(["tmux", "-S", socket, *words], env=environment, capture_output=True, text=True, timeout=30)
        tmux("new-session", "-d", "-x", "150", "-y", "50", "zsh", "-f")
        self.addCleanup(tmux, "kill-server")

        def screen_after(keys, expected):
            tmux("send-keys", keys)
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                text = tmux("capture-pane", "-p").stdout
                if expected in text:
                    return
                time.sleep(0.2)
            self.fail(f"no {expected!r} on\n{text}")

        tmux("send-keys", "PS1='> '; source <(levada completion zsh); echo rea''dy", "Enter")
        screen_after("", "ready")
        tmux("send-keys", "clear", "Enter")
        tmux("send-keys", "levada kinesis put-record --par")
        screen_after("Tab", "--partition-key")
        tmux("send-keys", "C-u")
        tmux("send-keys", "levada kinesis describe-stream-c")
        screen_after("Tab", "describe-stream-consumer")


class ALinkNamedAws(Ecosystem):
    """`aws` in front of the AWS CLI on the path: every command line is one of the AWS CLI's."""

    def test_as_aws(self):
        link = Path(self.folder.name, "aws")
        link.symlink_to(default_binary().resolve())
        for line in ("", "kinesis put-record", "help-me", "--version x", "s3 ls", "serve", "bench"):
            words = shlex.split(line)
            ours = subprocess.run([link, *words], env=self.environment, capture_output=True, text=True, timeout=30)
            theirs = self.oracle.run(words, self.environment, self.folder.name)
            if line.startswith("--version"):
                self.assertEqual((ours.returncode, ours.stdout.split("/")[0]), (theirs[0], theirs[1].split("/")[0]))
            elif line in ("help-me", "s3 ls", "serve", "bench"):  # the list of services is ours
                self.assertEqual(ours.returncode, 252)
                self.assertIn("Invalid choice", ours.stderr)
            else:
                self.assertEqual((ours.returncode, ours.stdout, ours.stderr), theirs)

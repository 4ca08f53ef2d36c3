"""A node of one organisation for programs that attack its pages: started, filled with words that mean harm, signed in to.

Everything goes over plain sockets, so that what no client would send can be sent too. Not to be run by itself.
"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.parse

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = os.environ.get("TALKOOT_PROGRAM", str(TARGET / "debug" / "talkoot"))
ROLES = ("reporter", "coordinator", "decision_maker", "intake")
ENVIRONMENT = os.environ | {"TALKOOT_PASSPHRASE": "a passphrase of nobody", "TALKOOT_INSECURE_FAST_KEYS": "1", "TALKOOT_LOG": "trace"}


class Answer:
    """An answer; status 0 if the connection ended without one."""

    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        self.status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        self.head = [line.partition(": ")[::2] for line in lines[1:]]
        self.text = self.body.decode("utf-8", "replace")

    def field(self, name):
        return next((value for field, value in self.head if field.lower() == name), "")

    def json(self):
        return json.loads(self.body)


class Harm:
    """Texts that act if they are shown unescaped, each with a number of its own, so that it can be seen what was shown."""

    def __init__(self):
        self.named = {}

    def text(self, name):
        number = len(self.named) + 1001
        self.named[number] = name
        return f"\"'><script>alert({number})</script><img src=x onerror=alert({number})>"


class House:
    """A running node, and its addresses."""

    def __init__(self, root, harm):
        self.dir, self.log = root / "node", root / "log"
        name, contact = harm.text("organisation"), harm.text("organisation's contact")
        self.call("init", "--name", name, "--kind", "county", "--county", "18", "--contact", contact, "--listen", "127.0.0.1:0")
        self.call("worker", "add", "pen", *(word for role in ROLES for word in ("--role", role)))
        command = [PROGRAM, "run", "--json", "--stop-with-parent", "--http", "127.0.0.1:0", "--dir", self.dir]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log.open("wb"), text=True, env=ENVIRONMENT
        )
        self.address = json.loads(self.process.stdout.readline())["http"][0]
        self.origin = f"http://{self.address}"
        self.token = self.told("token", "add", "check", "--access", "read", "--access", "submit")["token"]

    def call(self, *words):
        command = [PROGRAM, *map(str, words), "--dir", self.dir]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def told(self, *words):
        return json.loads(self.call(*words, "--json").splitlines()[0])

    def stop(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=30) == 0, "the node did not end well"

    def connect(self):
        host, port = self.address.rsplit(":", 1)
        return socket.create_connection((host, int(port)), timeout=40)

    def raw(self, data):
        """Sends bytes as they are. A node that refuses early may close before it has read everything."""
        with self.connect() as stream:
            try:
                stream.sendall(data)
            except OSError:
                pass
            parts = []
            try:
                while part := stream.recv(65536):
                    parts.append(part)
            except OSError:
                pass
        return Answer(b"".join(parts))

    def send(self, method, path, fields=(), body=b""):
        """Sends a request; asks again where the node says that it was asked too often."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.address}", "Connection: close"]
        head += [f"{name}: {value}" for name, value in fields]
        if body and not any(name == "Content-Length" for name, _ in fields):
            head.append(f"Content-Length: {len(body)}")
        data = "\r\n".join([*head, "", ""]).encode("utf-8") + body
        for _ in range(40):
            answer = self.raw(data)
            if answer.status != 429:
                return answer
            time.sleep(0.5)
        return answer

    def files(self):
        return [path for path in self.dir.rglob("*") if path.is_file()] + [self.log]

    def holds(self, words):
        """Returns the files that hold some bytes, or whose names do."""
        return [str(path) for path in self.files() if words in path.read_bytes() or words in str(path).encode()]

    def state(self):
        """Returns what must stay as it is where everything is refused."""
        told = self.send("GET", "/v1/status", [("Authorization", f"Bearer {self.token}")]).json()
        kept = {str(path): path.stat().st_size for path in self.files() if path.parent.name in ("intake", "prefills", "campaigns")}
        return told["changes"], kept, self.call("worker", "list", "--json")


class Browser:
    """A worker's browser: a key that it made by itself, certified by a code, and a session."""

    def __init__(self, house, name):
        self.house, self.key = house, Ed25519PrivateKey.generate()
        code = house.told("worker", "invite", name, *(word for role in ROLES for word in ("--role", role)))["code"]
        code = code.replace("-", "").replace(" ", "").encode()
        public = self.key.public_key().public_bytes_raw()
        self.id = hashlib.sha256(b"talkoot enrolment/1" + code).hexdigest()
        self.proof = hmac.new(code, b"talkoot enrolment/1" + public, hashlib.sha256).hexdigest()
        brought = self.post_json("/enrolment", {"id": self.id, "key": public.hex(), "proof": self.proof})
        assert brought.status == 200, brought.text
        self.certificate = house.told("worker", "certify", name)["certificate"]
        self.begun = self.begin(self.challenge())
        assert self.begun.status == 200, self.begun.text
        self.cookie, self.csrf = self.begun.field("set-cookie").split(";")[0], self.begun.json()["csrf"]

    def own(self):
        """Returns what a browser says of a request from a page of the node."""
        own = [("Origin", self.house.origin), ("Sec-Fetch-Site", "same-origin")]
        return own + ([("Cookie", self.cookie), ("X-Talkoot-Csrf", self.csrf)] if hasattr(self, "cookie") else [])

    def post_json(self, path, body, fields=None):
        fields = self.own() if fields is None else fields
        return self.house.send("POST", path, [*fields, ("Content-Type", "application/json")], json.dumps(body).encode())

    def post_form(self, path, pairs, fields=None):
        fields = [*(self.own() if fields is None else fields), ("Content-Type", "application/x-www-form-urlencoded")]
        return self.house.send("POST", path, [*fields, ("Accept", "text/html")], urllib.parse.urlencode(pairs).encode())

    def get(self, path, language="en"):
        return self.house.send("GET", path, [("Cookie", self.cookie), ("Accept", "text/html"), ("Accept-Language", language)])

    def challenge(self):
        return self.post_json("/session/challenge", {}).json()

    def begin(self, asked, key=None, fields=None):
        """Shows the key, or another one."""
        message = b"talkoot/1 sign-in\0" + bytes.fromhex(asked["network"]) + bytes.fromhex(asked["challenge"])
        shown = {"challenge": asked["challenge"], "certificate": self.certificate, "signature": (key or self.key).sign(message).hex()}
        return self.post_json("/session", shown, fields)

    def secrets(self):
        """Returns the private key in the ways in which it could be written down."""
        seed = self.key.private_bytes_raw()
        return [seed, seed.hex().encode(), base64.b64encode(seed).rstrip(b"="), base64.urlsafe_b64encode(seed).rstrip(b"=")]

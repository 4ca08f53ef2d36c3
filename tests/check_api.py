#!/usr/bin/env python3
"""Tries the API of a running node by its own description, with requests that fit it and requests that do not.

Runs the demonstration (four organisations, invented), starts one of its nodes with HTTP, and lets schemathesis send what follows
from /v1/openapi.json: every answer has to be one that the description names, with a body of the shape it names; nothing may be a
fault of the program; what does not fit has to be refused, what fits taken; and nobody is answered without a token. Before that,
every report of the sample world has to fit /v1/report-schema, and some of them, handed in as submissions, have to be taken.
/v1/events is left out, since it never ends. Ends with 1 at any failure. Nothing but the nodes of the demonstration is touched.

Usage: cargo build; pip install schemathesis; python3 tests/check_api.py [PROGRAM]
Environment: API_SECONDS bounds the run of schemathesis (40 unless told), API_SEED repeats one.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import jsonschema_rs

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else TARGET / "debug" / "talkoot"
SCHEMATHESIS = pathlib.Path(sys.executable).parent / "schemathesis"
SECONDS = int(os.environ.get("API_SECONDS", "40"))
# Below what one bearer is answered in a second, so that nothing is refused for its number.
RATE = "40/s"
# What fits the description may still be refused: a table that cannot be made (422), a name that looks like a person's (422), bytes
# that are no signed change (400) or no request for a bundle (400), an address nobody has (422), an id that is not here (404).
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 304, 401, 403, 404, 409, 422]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 428]
[[operations]]
include-path = "/v1/changes"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 422]
[[operations]]
include-path = "/v1/bundle-export"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 403]
"""

# Signed changes, bundles and requests for them are bytes of media types that schemathesis does not know.
HOOKS = """
import schemathesis
from schemathesis.transport.serialization import serialize_binary

@schemathesis.serializer("application/vnd.talkoot.changes")
def changes(context, value):
    return serialize_binary(value)

@schemathesis.serializer("application/vnd.talkoot.bundle")
def bundle(context, value):
    return serialize_binary(value)

@schemathesis.serializer("application/vnd.talkoot.bundle-request")
def request(context, value):
    return serialize_binary(value)
"""


class Node:
    """A node of the demonstration, answering over HTTP."""

    def __init__(self, directory):
        self.directory = directory
        access = [word for kind in ("read", "submit", "manage", "metrics", "carry", "invite") for word in ("--access", kind)]
        self.token = json.loads(self.call("token", "add", "check", *access, "--json"))["token"]
        command = [PROGRAM, "run", "--json", "--stop-with-parent", "--http", "127.0.0.1:0", "--dir", directory]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.address = json.loads(self.process.stdout.readline())["http"][0]

    def call(self, *words):
        done = subprocess.run([PROGRAM, *words, "--dir", self.directory], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, path, body=None):
        """Returns status and JSON of an answer."""
        data = None if body is None else json.dumps(body).encode()
        fields = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{self.address}{path}", data=data, headers=fields)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def stop(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=30) == 0, "the node did not end well"


def all_reports(node):
    skip, reports = 0, []
    while skip is not None:
        status, page = node.ask(f"/v1/reports?skip={skip}&limit=100")
        assert status == 200, page
        reports += page["entries"]
        skip = page.get("next")
    return reports


def check_schema(node):
    """Every report of the sample world fits the schema of reports, and can be handed in."""
    reports = all_reports(node)
    validator = jsonschema_rs.Draft202012Validator(node.ask("/v1/report-schema")[1])
    for report in reports:
        faults = [f"{'/'.join(map(str, fault.instance_path))}: {fault.message}" for fault in validator.iter_errors(report["fields"])]
        assert not faults, f"{report['document']}: {faults[:3]}"
    for report in reports[:10]:
        fields = {name: value for name, value in report["fields"].items() if name != "attachment"}
        status, answer = node.ask("/v1/submissions", fields)
        assert status == 201, f"{report['document']}: {answer}"
    return len(reports)


def wait_for_words(node):
    for _ in range(100):
        if node.ask("/v1/search?words=asunto")[0] == 200 and node.ask("/v1/status")[1]["words"]["behind"] == 0:
            return
        time.sleep(0.2)
    raise AssertionError("the words of the sample world were not known in time")


def run_schemathesis(node, place):
    config, hooks = place / "schemathesis.toml", place / "hooks.py"
    config.write_text(CONFIG, encoding="utf-8")
    hooks.write_text(HOOKS, encoding="utf-8")
    command = [
        SCHEMATHESIS, "--config-file", config, "--no-color", "run", f"http://{node.address}/v1/openapi.json",
        "--header", f"Authorization: Bearer {node.token}", "--checks", "all", "--exclude-path", "/v1/events",
        "--phases", "examples,coverage,fuzzing", "--max-time", SECONDS, "--rate-limit", RATE, "--request-timeout", "20",
        "--continue-on-failure", "--no-shrink", "--generation-database", "none", "--suppress-health-check", "all",
        "--warnings", "off",
    ]
    if "API_SEED" in os.environ:
        command += ["--seed", os.environ["API_SEED"]]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(place)}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=place, env=environment)
    return done.returncode, done.stdout + done.stderr


def main():
    with tempfile.TemporaryDirectory() as root:
        at = pathlib.Path(root) / "demo"
        subprocess.run([PROGRAM, "demo", "--keep", at, "--reports", "40", "--json"], check=True, capture_output=True)
        node = Node(at / "county")
        try:
            wait_for_words(node)
            reports = check_schema(node)
            code, said = run_schemathesis(node, pathlib.Path(root))
            alive, status = node.ask("/v1/status")
            assert alive == 200 and status["reports"] == reports, "the node is not as it was"
        finally:
            node.stop()
    tail = said.strip().splitlines()
    print("\n".join(tail if code else tail[-25:]))
    assert code == 0, "the API is not what its description says"
    print(f"api: {reports} reports fit the schema; every answer was one that the description names")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"check_api: {error}")

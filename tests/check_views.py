#!/usr/bin/env python3
"""Works out from exported reports alone what views may publish, and compares with what the nodes say, number by number.

Runs the demonstration (four organisations, each with a node), and asks all four for every table of one and of two facets and for
tables of three. All four have to give the same bytes. Each number has to be what this script makes of the reports in the JSON
Lines export: counted, hidden where too few reports, organisations or authors stand behind it, else rounded by the hash of the set
of reports (docs/decisions/0025). It shares no code with the program. Every table is also written as CSV: the file may tell nothing
that the table does not. Ends with 1 at the first disagreement.

Usage: cargo build; python3 tests/check_views.py [PROGRAM]
"""

import csv
import io
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else TARGET / "debug" / "talkoot"
FACETS = [
    "theme", "county", "municipality", "half_year", "organisation_kind", "organisation", "valence", "kind", "group", "client", "met",
]
REPORTS_MIN, ORGANISATIONS_MIN, AUTHORS_MIN, BASE = 3, 2, 3, 5
APART = {"organisation", "organisation_kind"}
MASK = (1 << 64) - 1


def siphash(key0, key1, data):
    """SipHash-2-4 (Aumasson and Bernstein, 2012)."""
    turn = lambda x, by: ((x << by) | (x >> (64 - by))) & MASK
    v = [key0 ^ 0x736F6D6570736575, key1 ^ 0x646F72616E646F6D, key0 ^ 0x6C7967656E657261, key1 ^ 0x7465646279746573]

    def mix():
        v[0] = (v[0] + v[1]) & MASK
        v[2] = (v[2] + v[3]) & MASK
        v[1], v[3] = turn(v[1], 13) ^ v[0], turn(v[3], 16) ^ v[2]
        v[0] = turn(v[0], 32)
        v[2] = (v[2] + v[1]) & MASK
        v[0] = (v[0] + v[3]) & MASK
        v[1], v[3] = turn(v[1], 17) ^ v[2], turn(v[3], 21) ^ v[0]
        v[2] = turn(v[2], 32)

    whole = len(data) // 8 * 8
    words = [int.from_bytes(data[at:at + 8], "little") for at in range(0, whole, 8)]
    words.append(int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56)
    for word in words:
        v[3] ^= word
        mix()
        mix()
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        mix()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def record_key(document):
    return siphash(0x74616C6B6F6F7431, 0x7265636F72646B79, bytes.fromhex(document)) & 0xFFFFFFFF


def rounded(count, keys):
    """What is published of a count: the nearest multiples of five, chosen by the coin of the set of reports."""
    packed = (sum(keys) & 0xFFFFFFFF) << 32 | count
    coin = siphash(0x74616C6B6F6F7432, 0x63656C6C636F696E, packed.to_bytes(8, "little"))
    near = count // BASE * BASE + (BASE if ((coin & 0xFFFFFF) * BASE >> 24) < count % BASE else 0)
    steps = len(list(itertools.takewhile(lambda step: (coin >> (25 + 4 * step)) % 16 == 0, range(9))))
    shown = near + steps * BASE if coin >> 24 & 1 else max(near - steps * BASE, 0)
    return max(shown, BASE)


def published(reports, tells_apart):
    organisations = {report["organisation"] for report in reports}
    authors = {(report["organisation"], report["author"]) for report in reports}
    if len(reports) < REPORTS_MIN or len(authors) < AUTHORS_MIN or (len(organisations) < ORGANISATIONS_MIN and not tells_apart):
        return "few"
    return rounded(len(reports), [report["key"] for report in reports])


def counties():
    with open(ROOT / "protocol/data/fi_municipalities_2026.csv", encoding="utf-8") as file:
        return {row["municipality_code"]: row["wellbeing_county_code"] for row in csv.DictReader(file)}


def half_year(period):
    if period is None or "-H" in period:
        return period or "none"
    year, month = period.split("-")
    return f"{year}-H{1 if int(month) <= 6 else 2}"


def values_of(line, kind, county_of):
    """The values of a report on each facet, worked out from an export alone."""
    fields = line["fields"]
    places = [(area["scheme"], area["code"]) for area in fields.get("area", [])]
    country = {"fi" for scheme, _ in places if scheme == "country"}
    in_counties = {code if scheme == "county" else county_of[code] for scheme, code in places if scheme != "country"}
    towns = {code if scheme == "municipality" else "none" for scheme, code in places if scheme != "country"}
    return {
        "theme": {str(code) for code in fields.get("support_need", [])} or {"none"},
        "county": in_counties | country or {"none"},
        "municipality": towns | country or {"none"},
        "half_year": {half_year(fields.get("observed_period"))},
        "organisation_kind": {kind},
        "organisation": {line["organisation"]},
        "valence": {fields.get("valence", "none")},
        "kind": {fields.get("kind", "none")},
        "group": {target["group"] for target in fields.get("target_group", [])} or {"none"},
        "client": {fields.get("client_involved", "none")},
        "met": {fields.get("need_met", "none")},
    }


class Node:
    """The node of one organisation of the demonstration."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)

    def call(self, *words):
        done = subprocess.run(
            [str(PROGRAM), *map(str, words), "--dir", str(self.directory)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


def load(node):
    path = node.directory / "all.jsonl"
    node.call("export", path)
    kinds = {}
    for line in node.call("org", "list", "--json").splitlines():
        organisation = json.loads(line)
        kinds[organisation["id"]] = organisation["kind"]
    reports, county_of = [], counties()
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        values = values_of(line, kinds[line["organisation"]], county_of)
        one = {"organisation": line["organisation"], "author": line["author"], "key": record_key(line["document"]), "values": values}
        reports.append(one)
    return reports


def cells_of(reports, facets):
    """The reports of each combination of values, and of each with one facet left open."""
    cells = {}
    for report in reports:
        choices = [[*report["values"][facet], None] for facet in facets]
        for key in itertools.product(*choices):
            cells.setdefault(key, []).append(report)
    return cells


def check_table(nodes, reports, rows, columns=None, held=None):
    """Compares one table, and returns how many numbers and how many hidden counts it has."""
    facets = [facet for facet in (rows, columns) if facet]
    query = ["--rows", rows, *(["--columns", columns] if columns else []), *(["--where", "=".join(held)] if held else [])]
    name = " ".join(query)
    texts = [node.call("view", *query, "--json") for node in nodes]
    assert len(set(texts)) == 1, f"{name}: nodes with the same reports give other bytes"
    view = json.loads(texts[0])
    (part,) = view["slices"]
    fixed = bool(held) and held[0] in APART
    of = [report for report in reports if not held or held[1] in report["values"][held[0]]]
    expected = {}
    for key, found in cells_of(of, facets).items():
        apart = fixed or any(facet in APART and value is not None for facet, value in zip(facets, key))
        expected[key] = published(found, apart)
    shown = {}
    for at, row in enumerate(view["rows"]):
        if columns:
            shown |= {(row, column): part["cells"][at][across] for across, column in enumerate(view["columns"])}
            shown[row, None] = part["row_totals"][at]
        else:
            shown[(row,)] = part["row_totals"][at]
    if columns:
        shown |= {(None, column): part["column_totals"][across] for across, column in enumerate(view["columns"])}
    shown[tuple(None for _ in facets)] = part["total"]
    for key in expected.keys() | shown.keys():
        ours, theirs = expected.get(key, "few"), shown.get(key, "few")
        assert ours == theirs, f"{name}: {key} is {theirs}, and {ours} by the exported reports"
    check_file(nodes[0], query, name, shown)
    numbers = sum(1 for number in expected.values() if number != "few")
    return numbers, len(expected) - numbers


def check_file(node, query, name, shown):
    """The same table as a file has the numbers of the table, and no others."""
    path = node.directory / "table.csv"
    node.call("view", *query, "--output", path, "--force")
    lines = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    numbers = sorted(int(line["reports"]) for line in lines if line["reports"])
    assert numbers == sorted(number for number in shown.values() if number != "few"), f"{name}: the file has other numbers"
    assert all((line["status"] == "few") == (line["reports"] == "") for line in lines), f"{name}: few, and a number"


def main():
    with tempfile.TemporaryDirectory() as root:
        at = pathlib.Path(root) / "demo"
        subprocess.run([str(PROGRAM), "demo", "--once", "--at", at, "--json"], check=True, capture_output=True)
        nodes = [Node(at / short) for short in ("county", "municipality", "ngo", "university")]
        reports = load(nodes[0])
        tables = [(facet,) for facet in FACETS] + list(itertools.combinations(FACETS, 2))
        tables += [("theme", "half_year", ("valence", "negative")), ("group", "county", ("organisation_kind", "ngo"))]
        counts = [check_table(nodes, reports, *table) for table in tables]
    numbers, hidden = map(sum, zip(*counts))
    assert numbers > 200 and hidden > 100, f"too little was compared: {numbers} numbers, {hidden} hidden"
    print(f"views: {len(reports)} reports, {len(tables)} tables alike on {len(nodes)} nodes; {numbers} numbers and {hidden} hidden counts as worked out anew")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"check_views: {error}")

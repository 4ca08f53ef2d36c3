#!/usr/bin/env python3
"""Works out from exported reports alone what views may publish, and compares with what the nodes say, number by number.

Runs the demonstration (four organisations, each with a node), and asks all four for every table of one and of two facets and for
tables of three. All four have to give the same bytes. Each number has to be what this script makes of the reports in the JSON
Lines export: counted, hidden where too few reports, organisations or authors stand behind it, else rounded by the hash of the set
of reports (docs/decisions/0025). It shares no code with the program. Every table is also written as CSV: the file may tell nothing
that the table does not.

Before anything is hidden: what each node counts exactly of its own organisation's reports has to be what this script counts, and so has
the sum of all four, report for report. Then two organisations save a view each, one merges them, and every number that the merged
view answers on every node is worked out anew like the others. Ends with 1 at the first disagreement.

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
    "phenomenon",
]
OWN_WITH = {"theme", "half_year"}
ENVIRONMENT = os.environ | {"TALKOOT_PASSPHRASE": "talkoot-demo"}
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
        command = [str(PROGRAM), *map(str, words), "--dir", str(self.directory)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def told(self, *words):
        return [json.loads(line) for line in self.call(*words, "--json").splitlines()]


def phenomena_of(node):
    """The phenomena that each report is linked to, by their cards."""
    linked = {}
    for phenomenon in node.told("phenomenon", "list", "--limit", 1000):
        (shown,) = node.told("phenomenon", "show", phenomenon["id"])
        for link in shown["card"]["links"]:
            if link["standing"] == "linked":
                linked.setdefault(link["report"], set()).add(phenomenon["id"])
    return linked


def load(node):
    path = node.directory / "all.jsonl"
    node.call("export", path, "--force")
    kinds = {organisation["id"]: organisation["kind"] for organisation in node.told("org", "list")}
    reports, county_of, linked = [], counties(), phenomena_of(node)
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        values = values_of(line, kinds[line["organisation"]], county_of)
        values["phenomenon"] = linked.get(line["document"], {"none"})
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


def shown_in(view, part):
    """Each count of one table of a view, by the values of its rows and columns; none where the table leaves out a total."""
    two_way, shown = "columns" in view["query"], {}
    for at, row in enumerate(view["rows"]):
        if two_way:
            shown |= {(row, column): part["cells"][at][across] for across, column in enumerate(view["columns"])}
        shown[(row, None) if two_way else (row,)] = part["row_totals"][at] if part["row_totals"] else None
    if two_way and part["column_totals"]:
        shown |= {(None, column): part["column_totals"][across] for across, column in enumerate(view["columns"])}
    shown[(None, None) if two_way else (None,)] = part.get("total")
    return shown


def expected_of(reports, facets, held):
    """What may be published of each cell of a table."""
    fixed, of = any(facet in APART for facet in held), reports
    for facet, value in held.items():
        of = [report for report in of if value in report["values"][facet]]
    expected = {}
    for key, found in cells_of(of, facets).items():
        apart = fixed or any(facet in APART and value is not None for facet, value in zip(facets, key))
        expected[key] = published(found, apart)
    return expected


def compare(reports, view, name):
    """Compares every number of a view, and returns how many numbers and how many hidden counts it has, and its counts."""
    query = view["query"]
    facets = [facet for facet in (query["rows"], query.get("columns")) if facet]
    numbers = hidden = 0
    every = []
    for part in view["slices"]:
        expected, shown = expected_of(reports, facets, part["of"]), shown_in(view, part)
        listed = {facet: set(values) for facet, values in query["filters"].items() if facet in facets}
        inside = lambda key: all(value is None or value in listed.get(facet, {value}) for facet, value in zip(facets, key))
        expected = {key: count for key, count in expected.items() if inside(key)}
        for key in expected.keys() | shown.keys():
            ours, theirs = expected.get(key, "few"), shown.get(key, "few")
            partial = any(value is None and facet in listed for facet, value in zip(facets, key))
            ours = None if partial else ours
            assert partial and theirs in (None, "few") or ours == theirs, f"{name}: {key} is {theirs}, and {ours} by the exported reports"
        counted = [count for key, count in expected.items() if not any(v is None and f in listed for f, v in zip(facets, key))]
        numbers += sum(1 for number in counted if number != "few")
        hidden += sum(1 for number in counted if number == "few")
        every.extend(shown.values())
    return numbers, hidden, every


def check_table(nodes, reports, rows, columns=None, held=None):
    """Compares one table on all nodes, and as a file; returns how many numbers and how many hidden counts it has."""
    query = ["--rows", rows, *(["--columns", columns] if columns else []), *(["--where", "=".join(held)] if held else [])]
    name = " ".join(query)
    texts = [node.call("view", *query, "--json") for node in nodes]
    assert len(set(texts)) == 1, f"{name}: nodes with the same reports give other bytes"
    numbers, hidden, counts = compare(reports, json.loads(texts[0]), name)
    check_file(nodes[0], query, name, counts)
    return numbers, hidden


def check_own(nodes, reports, rows, columns=None):
    """Compares the exact counts of each node's own reports, and their sum; returns how many counts were compared."""
    facets = [facet for facet in (rows, columns) if facet]
    query = ["--rows", rows, *(["--columns", columns] if columns else [])]
    summed, compared = {}, 0
    for node in nodes:
        (view,) = node.told("view", *query, "--own")
        (part,) = view["slices"]
        own = [report for report in reports if report["organisation"] == view["basis"]["own"]]
        shown = {key: count for key, count in shown_in(view, part).items() if count}
        ours = {key: len(found) for key, found in cells_of(own, facets).items()}
        assert shown == ours, f"{' '.join(query)}: the exact counts of {view['basis']['own']} are others by the exported reports"
        for key, count in shown.items():
            summed[key] = summed.get(key, 0) + count
        compared += len(shown)
    whole = {key: len(found) for key, found in cells_of(reports, facets).items()}
    assert summed == whole, f"{' '.join(query)}: the exact counts of all nodes do not add up to the exported reports"
    return compared


def carry(nodes):
    """Takes what each node has to every other, in files."""
    for node in nodes:
        path = node.directory.with_suffix(".bundle")
        node.call("bundle", "export", path, "--force")
        for other in nodes:
            if other is not node:
                other.call("bundle", "import", path)


def check_saved(nodes, reports):
    """Two organisations keep questions, one merges them: all nodes answer alike, and each number as worked out anew."""
    def save(node, title, *query):
        return node.told("view", "save", "--title", title, "--worker", "coordinator", *query)[0]["document"]

    ours = save(nodes[0], "Asuminen etelässä", "--rows", "municipality", "--where", "theme=2,3")
    theirs = save(nodes[2], "Asuminen idässä", "--rows", "theme", "--columns", "organisation_kind", "--where", "half_year=2026-H1")
    nodes[2].call("view", "amend", theirs, "--preset", "met", "--where", "valence=negative,mixed", "--worker", "coordinator")
    nodes[2].call("view", "amend", theirs, "--rows", "municipality", "--where", "theme=2,3", "--worker", "coordinator")
    carry(nodes)
    nodes[0].call("view", "merge", ours, theirs, "--reason", "Samat kysymykset.", "--worker", "coordinator")
    carry(nodes)
    texts = {node.call("view", "show", document, "--json") for node in nodes for document in (ours, theirs)}
    assert len(texts) == 1, "a merged saved view is another on another node, or by its other id"
    (shown,) = map(json.loads, texts)
    answers = [answer["view"] for answer in shown["answers"]]
    assert len(answers) == 3, f"three different questions were saved, {len(answers)} are answered"
    return len(answers), sum(compare(reports, view, json.dumps(view["query"]))[0] for view in answers)


def check_file(node, query, name, counts):
    """The same table as a file has the numbers of the table, and no others."""
    path = node.directory / "table.csv"
    node.call("view", *query, "--output", path, "--force")
    lines = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    numbers = sorted(int(line["reports"]) for line in lines if line["reports"])
    assert numbers == sorted(number for number in counts if number not in ("few", None)), f"{name}: the file has other numbers"
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
        exact = [table for table in tables if len(table) < 3 and (len(table) == 1 or OWN_WITH & set(table))]
        compared = sum(check_own(nodes, reports, *table) for table in exact)
        kept, answered = check_saved(nodes, reports)
    numbers, hidden = map(sum, zip(*counts))
    assert numbers > 200 and hidden > 100, f"too little was compared: {numbers} numbers, {hidden} hidden"
    print(f"views: {len(reports)} reports, {len(tables)} tables alike on {len(nodes)} nodes; {numbers} numbers and {hidden} hidden counts as worked out anew")
    print(f"before suppression: {len(exact)} tables, {compared} exact counts of each node's own reports and their sums as counted anew")
    print(f"merged saved view: {kept} questions of two organisations answered alike on {len(nodes)} nodes; {answered} numbers as worked out anew")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"check_views: {error}")

#!/usr/bin/env python3
"""Checks exported tables with stock programs: DuckDB for Parquet, openpyxl for XLSX, pyexcel and csv for CSV, json for JSON.

Makes a node with reports whose texts are traps for spreadsheets, exports them and some views in every format, and compares rows,
columns and cells. A count that is hidden must be nowhere: null in every format, beside the word "few". Counts the exported reports
anew and compares with the exact counts of one's own. Ends with 1 at the first disagreement.

Usage: cargo build; pip install duckdb openpyxl pyexcel; python3 tests/check_tables.py [PROGRAM]
"""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import openpyxl
import pyexcel

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else TARGET / "debug" / "talkoot"
LISTS = ["support_need", "service_task", "service", "target_group", "area", "sector"]
FLAGS = ["want_feedback", "funding_dependency"]
COUNTS = ["reports"]
REPORTS = 60


class Site:
    """A node in a directory of its own."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.env = dict(os.environ, TALKOOT_PASSPHRASE="vain kokeeksi", TALKOOT_INSECURE_FAST_KEYS="1")
        self.env.pop("TALKOOT_DIR", None)

    def call(self, *words):
        done = subprocess.run(
            [str(PROGRAM), *map(str, words), "--dir", str(self.root / "node")],
            env=self.env, cwd=self.root, capture_output=True, text=True, check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


def write_reports(path, author):
    """Reports with everything that tables get wrong: formulas, dates, numbers, delimiters, line breaks, other scripts."""
    titles = ["=1+1", "@home; +358", "-5", "2026-05", "007", "Jono \"kasvaa\",\nyhä", "Árran – säämi", "'quoted'", "TRUE", "1e5"]
    themes = [["2"], ["2", "3"], ["5"], []]
    areas = [["491"], ["491", "740"], ["091", "491"], ["FI"]]
    with open(path, "w", encoding="utf-8") as out:
        for number in range(REPORTS):
            kind = lambda code: "country" if code == "FI" else "municipality"
            report = {
                "title": f"{titles[number % len(titles)]}", "valence": ["negative", "positive"][number % 2],
                "description": f"Havainto {author} {number}: \"jono\"; kasvaa,\nyhä.",
                "support_need": ["9"] if (author, number) == ("anna", 7) else themes[number % 4], "author_role": "resident", "language": "fi",
                "variant": "resident",
                "area": [{"scheme": kind(code), "year": 2026, "code": code} for code in areas[number // 4 % 4]],
                "want_feedback": number % 3 == 0, "local_question": f"={number}",
            }
            if number % 3:
                report["need_met"] = ["met", "partly", "not_met", "nothing_offered"][number % 4]
            if number % 5:
                report["observed_period"] = ["2026-05", "2026-H2"][number % 2]
            out.write(json.dumps(report, ensure_ascii=False) + "\n")


def unguarded(cell):
    """Takes off the apostrophe before what a spreadsheet would run or rewrite (docs: the flat form)."""
    rest = cell.removeprefix("'")
    bare = rest.lstrip("'")
    number_like = bare[:1].isdigit() and all(letter in "0123456789-/.,:+eE " for letter in bare)
    plain = bare.isascii() and bare.isdigit() and len(bare) <= 15 and (bare == "0" or not bare.startswith("0"))
    unsafe = bare.startswith(("=", "+", "-", "@", "\t", "\r")) or (number_like and not plain)
    return rest if cell.startswith("'") and unsafe else cell


def as_text(name, value):
    """A cell of Parquet as CSV has it."""
    if value is None:
        return ""
    if name in LISTS:
        return "; ".join(value)
    if name in FLAGS:
        return "yes" if value else "no"
    return str(value)


def read_csv(path):
    text = path.read_bytes().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    # A spreadsheet library, told to take texts as texts, has to see the same.
    options = {"auto_detect_int": False, "auto_detect_float": False, "auto_detect_datetime": False}
    sheet = pyexcel.get_array(file_content=text, file_type="csv", **options)
    stripped = [[cell.replace("\r\n", "\n") for cell in row] for row in [header, *rows]]
    seen = [[str(cell).replace("\r\n", "\n") for cell in row] + [""] * (len(header) - len(row)) for row in sheet]
    assert seen == stripped, f"{path}: pyexcel reads other cells"
    return header, rows


def read_xlsx(path):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header, *rows = [list(row) for row in sheet.iter_rows()]
    assert sheet.freeze_panes == "A2" and all(cell.font.bold for cell in header), f"{path}: the header"
    assert all(cell.data_type != "f" for row in rows for cell in row), f"{path}: a formula"
    return [cell.value for cell in header], [[cell.value for cell in row] for row in rows], book


def read_parquet(path, *options):
    found = duckdb.sql(f"select * from read_parquet('{path}'{''.join(options)})")
    return found.columns, found.fetchall(), dict(zip(found.columns, map(str, found.types)))


def check_reports(site):
    root = site.root
    for name in ["all.csv", "all.xlsx", "all.jsonl", "all.parquet"]:
        site.call("export", name)
    site.call("export", "lake", "--partitioned")
    header, rows = read_csv(root / "all.csv")
    expected = {row[0]: [unguarded(cell) for cell in row] for row in rows}
    lines = [json.loads(line) for line in (root / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["document"] for line in lines} == set(expected) and len(rows) == 3 * REPORTS
    title = header.index("title")
    assert all(expected[line["document"]][title] == line["fields"]["title"] for line in lines), "JSONL: titles"

    columns, cells, _ = read_xlsx(root / "all.xlsx")
    assert columns == header, "XLSX: columns"
    texts = {row[0]: ["" if cell is None else str(cell) for cell in row] for row in cells}
    assert texts == expected, "XLSX: cells"

    columns, cells, types = read_parquet(root / "all.parquet")
    assert columns == header, "Parquet: columns"
    assert {types[name] for name in LISTS} == {"VARCHAR[]"} and {types[name] for name in FLAGS} == {"BOOLEAN"}
    assert types["changes"] == "BIGINT"
    as_csv = lambda row: [as_text(name, cell) for name, cell in zip(header, row)]
    assert {row[0]: as_csv(row) for row in cells} == expected, "Parquet: cells"

    columns, cells, _ = read_parquet(
        root / "lake/*/*/*.parquet", ", hive_partitioning=true, hive_types={'half_year': VARCHAR, 'county': VARCHAR}"
    )
    assert columns[:-2] == header and set(columns[-2:]) == {"half_year", "county"}, f"parts: columns {columns[-2:]}"
    assert {row[0]: as_csv(row) for row in cells} == expected and len(cells) == len(expected), "parts: cells"
    period, area, parts = header.index("observed_period"), header.index("area"), {}
    for row in cells:
        named = dict(zip(columns, row))
        parts[named["half_year"], named["county"]] = parts.get((named["half_year"], named["county"]), 0) + 1
        half = {"2026-05": "2026-H1", "2026-H2": "2026-H2", "": "none"}[expected[row[0]][period]]
        places = expected[row[0]][area]
        county = "fi" if "FI" in places else "several" if "091" in places else "12"
        assert (named["half_year"], named["county"]) == (half, county), f"parts: {named}"
    print(f"reports: {len(rows)} rows, {len(header)} columns alike in CSV, XLSX, JSONL, Parquet and {len(parts)} parts")


def check_view(site, name, *query):
    root, paths = site.root, {}
    for ending in ["csv", "xlsx", "json", "parquet"]:
        paths[ending] = root / f"{name}.{ending}"
        site.call("view", *query, "--output", paths[ending])
    header, rows = read_csv(paths["csv"])
    counted = {*COUNTS, "reports_min", "organisations_min", "authors_min", "share_percent", "share_margin"} & set(header)
    value = lambda column, cell: None if cell == "" else int(cell) if column in counted else cell
    expected = [[value(column, cell) for column, cell in zip(header, row)] for row in rows]

    columns, cells, book = read_xlsx(paths["xlsx"])
    assert columns == header and cells == expected, f"{name}: XLSX"
    rules = {row[0].value: row[1].value for row in book["rules"].iter_rows(min_row=2)}
    assert json.loads(rules["basis"])["published"]["reports_min"] >= 3, f"{name}: rules"

    columns, cells, types = read_parquet(paths["parquet"])
    assert columns == header and [list(row) for row in cells] == expected, f"{name}: Parquet"
    assert all(types[column] == "BIGINT" for column in counted), f"{name}: types"
    notes = duckdb.sql(f"select decode(key), decode(value) from parquet_kv_metadata('{paths['parquet']}')").fetchall()
    assert dict(notes)["talkoot.basis"] == rules["basis"], f"{name}: notes"

    whole = json.loads(paths["json"].read_text(encoding="utf-8"))
    assert [[row[column] for column in header] for row in whole["rows"]] == expected, f"{name}: JSON"
    assert whole["notes"]["fingerprint"] == rules["fingerprint"]

    status, hidden = header.index("status"), 0
    for row in expected:
        numbers = [row[header.index(column)] for column in COUNTS]
        assert row[status] in ("shown", "few"), f"{name}: {row}"
        assert (None in numbers) == (row[status] == "few"), f"{name}: a hidden count has a number, or a shown one none: {row}"
        hidden += row[status] == "few"
    slices = json.loads(site.call("view", *query, "--json"))["slices"]
    shown = [None if part["total"] == "few" else part["total"] for part in slices if "total" in part]
    total = [row[header.index("reports")] for row in expected if row[0] == "total"]
    assert total == shown, f"{name}: totals"
    print(f"view {name}: {len(expected)} rows alike in CSV, XLSX, JSON and Parquet, {hidden} of them few")
    return hidden


def check_view_parts(site):
    """A view in parts by half-year and county: DuckDB reads what the node publishes of each part alone, and nothing else."""
    lake = site.root / "counts"
    site.call("view", "--rows", "organisation", "--output", lake, "--partitioned")
    columns, cells, types = read_parquet(
        lake / "*/*/*.parquet", ", hive_partitioning=true, hive_types={'half_year': VARCHAR, 'county': VARCHAR}"
    )
    assert types["reports"] == "BIGINT" and "few" not in {cell for row in cells for cell in row[:1]}, "parts: types"
    read = {}
    for row in (dict(zip(columns, cells)) for cells in cells):
        assert (row["reports"] is None) == (row["status"] == "few"), f"parts: {row}"
        read.setdefault((row["half_year"], row["county"]), {})[row["level"], row["organisation"]] = row["reports"]
    ask = lambda *query: json.loads(site.call("view", "--rows", "organisation", *query, "--json"))
    half_years, counties = (ask("--columns", facet)["columns"] for facet in ("half_year", "county"))
    expected, hidden = {}, 0
    for half_year in half_years:
        for county in counties:
            view = ask("--where", f"half_year={half_year}", "--where", f"county={county}")
            (part,) = view["slices"]
            counts = {("cell", row): count for row, count in zip(view["rows"], part["row_totals"])} | {("total", None): part["total"]}
            hidden += sum(count == "few" for count in counts.values())
            if any(count != "few" for count in counts.values()):
                expected[half_year, county] = {key: None if count == "few" else count for key, count in counts.items()}
    assert read == expected and len(read) > 3 and hidden, f"parts: {read} {expected}"
    files = [path.relative_to(lake) for path in lake.rglob("*.parquet")]
    assert all(len(path.parts) == 3 and str(path).startswith("half_year=") for path in files), f"parts: {files}"
    print(f"view in parts: {len(files)} parts by half-year and county, {len(cells)} rows read by DuckDB as published, {hidden} counts hidden")


COUNTIES = {"491": "12", "740": "12", "091": "90"}


def values_of(fields, facet):
    """What a report counts under, worked out from an export alone."""
    codes = [area["code"] for area in fields["area"]]
    if facet == "theme":
        return {str(code) for code in fields.get("support_need", [])} or {"none"}
    if facet in ("county", "municipality"):
        places = {code if facet == "municipality" else COUNTIES[code] for code in codes if code != "FI"}
        return places | ({"fi"} if "FI" in codes else set())
    if facet == "half_year":
        return {{"2026-05": "2026-H1", "2026-H2": "2026-H2", None: "none"}[fields.get("observed_period")]}
    return {fields.get({"met": "need_met"}.get(facet, facet), "none")}


def check_counts(site):
    """Counts the exported reports anew, and compares with what the node counts of its own organisation's reports, exactly."""
    lines = (site.root / "all.jsonl").read_text(encoding="utf-8").splitlines()
    reports = [json.loads(line)["fields"] for line in lines]
    facets, compared = ["theme", "county", "municipality", "half_year", "valence", "kind", "met"], 0
    for rows in facets:
        for columns in facets:
            if rows == columns:
                continue
            view = json.loads(site.call("view", "--own", "--rows", rows, "--columns", columns, "--json"))
            counted = {}
            for fields in reports:
                for row in values_of(fields, rows):
                    for column in values_of(fields, columns):
                        counted[row, column] = counted.get((row, column), 0) + 1
            (part,) = view["slices"]
            shown = {(row, column): count for row, line in zip(view["rows"], part["cells"]) for column, count in zip(view["columns"], line)}
            assert {key: count for key, count in shown.items() if count} == counted, f"{rows} by {columns}: {shown} {counted}"
            assert part["total"] == len(reports), f"{rows} by {columns}: total"
            compared += len(shown)
    print(f"counts: {compared} cells of {len(facets) * (len(facets) - 1)} tables are those of the exported reports")


def main():
    with tempfile.TemporaryDirectory() as root:
        site = Site(root)
        site.call("init", "--name", "Taulukot ry", "--kind", "ngo", "--county", "12")
        for author in ["anna", "bertta", "cecilia"]:
            site.call("worker", "add", author)
            path = site.root / f"{author}.jsonl"
            write_reports(path, author)
            site.call("import", path, "--worker", author, "--confirm")
        check_reports(site)
        check_counts(site)
        check_view_parts(site)
        hidden = check_view(site, "by-theme", "--rows", "organisation", "--columns", "theme")
        hidden += check_view(site, "by-half-year", "--rows", "organisation", "--columns", "half_year")
        hidden += check_view(site, "themes", "--rows", "theme")
        hidden += check_view(site, "balance", "--rows", "organisation", "--preset", "balance")
        assert hidden > 0, "no count was hidden: nothing was tried"


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"check_tables: {error}")

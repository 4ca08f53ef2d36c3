#!/usr/bin/env python3
"""Attacks the pages of a running node, and says of each attack what was tried and how often it was refused.

Sessions, requests of other sites, paths that lead elsewhere, header injection, open redirects, what is too long or too slow or too
much at once, words that act as script, pictures that are something else, identifiers that are refused, and private keys. Each is tried on every address of the pages
that it fits; the addresses that take something are read from the node's source, so that none is forgotten. Ends with 1 at any
failure. Only a node of its own is touched.

Usage: cargo build; pip install cryptography; python3 tests/check_pages.py
Environment: TALKOOT_PROGRAM names another program than that of the target directory.
"""

import html.parser
import json
import pathlib
import re
import socket
import sys
import tempfile
import time
import urllib.parse

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
import attached
from house import ROOT, Browser, Harm, House

# A personal identity code of nobody: the control character is right, the number is one for tests.
CODE = "131052-308T"
# What reads no body cannot be given too long a one.
READS_NOTHING = ("/sign-out", "/session/challenge")
# A key is shown where there is no session, or an old one: these ask for a page of this site, not for the session's token.
SHOWS_KEY = ("/session", "/session/challenge")
PAGES_MAX = 400
CONNECTIONS = 300


class Tally:
    """What was tried, by kind of attack."""

    def __init__(self):
        self.tried, self.failed = {}, []

    def saw(self, kind, holds, what):
        self.tried[kind] = self.tried.get(kind, 0) + 1
        if not holds:
            self.failed.append(f"{kind}: {what}")

    def finish(self, notes):
        for kind, number in self.tried.items():
            failed = sum(line.startswith(f"{kind}: ") for line in self.failed)
            print(f"{kind}: {number} tried, {number - failed} as expected{notes.get(kind, '')}")
        print("\n".join(self.failed[:40]))
        assert not self.failed, f"{len(self.failed)} of what was tried went through"


def taking():
    """Returns every address of the pages to which something can be sent, as the source has them."""
    sources = [ROOT / "node/src/web.rs", *sorted((ROOT / "node/src/web").rglob("*.rs"))]
    found = re.findall(r'\.route\("([^"]+)", (?:get\([^)]*\)\.)?post\(', "".join(path.read_text(encoding="utf-8") for path in sources))
    # Browsers report what a page tried without a session; nothing is kept of it.
    return sorted(set(found) - {"/policy-report"})


def sessions(tally, house, browser):
    kind = "sessions"
    parts = {part.strip() for part in browser.begun.field("set-cookie").split(";")[1:]}
    tally.saw(kind, parts == {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"}, f"flags {parts}")
    tally.saw(kind, browser.cookie.startswith("__Host-talkoot="), "name")
    signed_in = lambda cookie: house.send("GET", "/mine", [("Cookie", cookie)]).status == 200
    tally.saw(kind, signed_in(browser.cookie), "the session is none")
    chosen = "__Host-talkoot=" + "ab" * 32
    begun = browser.begin(browser.challenge(), fields=[("Origin", house.origin), ("Cookie", chosen)])
    tally.saw(kind, begun.status == 200 and not begun.field("set-cookie").startswith(chosen) and not signed_in(chosen), "fixation")
    for cookie in (chosen, "__Host-talkoot=", "__Host-talkoot=../../x", browser.cookie[:-1], browser.cookie.replace("__Host-", "")):
        tally.saw(kind, not signed_in(cookie), f"taken: {cookie}")
    asked = browser.challenge()
    tally.saw(kind, browser.begin(asked).status == 200, "a challenge cannot be answered")
    tally.saw(kind, browser.begin(asked).status == 403, "a challenge answered twice")
    other = Ed25519PrivateKey.generate()
    tally.saw(kind, browser.begin(browser.challenge(), key=other).status == 403, "the signature of another key")
    made_up = browser.challenge() | {"challenge": "00" * 32}
    tally.saw(kind, browser.begin(made_up).status == 403, "a challenge of one's own")
    begun = browser.begin(browser.challenge())
    cookie, csrf = begun.field("set-cookie").split(";")[0], begun.json()["csrf"]
    tally.saw(kind, signed_in(cookie), "a second session")
    fields = [("Origin", house.origin), ("Cookie", cookie), ("X-Talkoot-Csrf", csrf)]
    ended = house.send("POST", "/sign-out", fields)
    tally.saw(kind, ended.status == 303 and "Max-Age=0" in ended.field("set-cookie") and not signed_in(cookie), "it did not end")
    tally.saw(kind, signed_in(browser.cookie), "another session ended too")


def other_sites(tally, house, browser, other, addresses):
    """Sends what another site could make a browser send; nothing may change."""
    kind, before = "requests of other sites", house.state()
    cookie, token = ("Cookie", browser.cookie), ("X-Talkoot-Csrf", browser.csrf)
    sites = [[("Sec-Fetch-Site", site), ("Origin", house.origin)] for site in ("cross-site", "same-site", "none", "same-origin, cross-site")]
    sites += [[("Origin", origin)] for origin in ("https://evil.example", "null", f"http://{house.address}.evil.example", "")] + [[]]
    from_elsewhere = [[cookie, token, *site] for site in sites] + [site for site in sites]
    tokens = [[], [("X-Talkoot-Csrf", "")], [("X-Talkoot-Csrf", "00" * 32)], [("X-Talkoot-Csrf", other.csrf)]]
    without_token = [[cookie, ("Origin", house.origin), *fields] for fields in tokens]
    for address in addresses:
        tries = from_elsewhere + ([] if address in SHOWS_KEY else without_token)
        for fields in tries:
            for body in (browser.post_json, browser.post_form):
                given = {"csrf": other.csrf, "language": "sv", "to": "/", "text": "Bussi.", "slip": "x"}
                answer = body(address, given, fields)
                tally.saw(kind, answer.status == 403 and not answer.field("set-cookie"), f"{answer.status} {address} {fields}")
    tally.saw(kind, house.state() == before, "something changed")
    tally.saw(kind, browser.get("/mine").status == 200, "the session ended")
    answer = house.send("GET", "/v1/reports", [("Origin", "https://evil.example"), ("Authorization", f"Bearer {house.token}")])
    tally.saw(kind, not answer.field("access-control-allow-origin"), "CORS is open")
    answer = house.send("GET", "/v1/reports", [cookie])
    tally.saw(kind, answer.status == 401, "the API takes a page's cookie")


def paths(tally, house, browser):
    kind, token = "paths that lead elsewhere", ("Authorization", f"Bearer {house.token}")
    bases = ["/static/", "/static/x/", "/reports/", "/help/", "/c/", "/campaigns/", "/intake/", "/enrolment/", "/phenomena/", "/views/saved/"]
    bases += ["/v1/documents/", "/v1/reports/", "/v1/forms/", "/v1/submissions/", "/"]
    ups = ["../", "%2e%2e/", "..%2f", "%2e%2e%2f", "%252e%252e%252f", "..\\", "..%5c", "....//", "%c0%ae%c0%ae/", "x%00/../", "/"]
    secrets = [path.read_bytes() for path in house.dir.rglob("*") if path.name in ("node.key", "tokens.json", "talkoot.toml")]
    assert secrets, "nothing to look for"
    for base in bases:
        for up in ups:
            for to in ("etc/passwd", "node.key", "tokens.json", "talkoot.toml"):
                answer = house.send("GET", base + up * 6 + to, [("Cookie", browser.cookie), token])
                leaked = b"root:" in answer.body or any(secret[:40] in answer.body for secret in secrets)
                tally.saw(kind, answer.status in (303, 400, 404) and not leaked, f"{answer.status} {base}{up}{to}")
    for path in ("/reports/\0", "/help/a\0b", "/static/x/\x7f", "/reports/%00", "/help/%ff", "/c/%", "/c/%zz"):
        answer = house.send("GET", path, [("Cookie", browser.cookie)])
        tally.saw(kind, answer.status in (400, 404), f"{answer.status} {path!r}")


def headers(tally, house, browser):
    """Nothing that is sent becomes a line of an answer's head, and nobody is led to another site."""
    kind, cookie = "header injection", ("Cookie", browser.cookie)
    lines = ("%0d%0aX-Injected:%20y", "%0aX-Injected:%20y", "%0dSet-Cookie:%20x=y", "%E5%98%8D%E5%98%8AX-Injected:y", "\u560d\u560aX-Injected:y")
    places = ("/sign-in?to=/", "/sign-in?to=/a", "/reports/a", "/c/a", "/campaigns/a", "/intake?heap=", "/search?", "/help/", "/static/a/")
    clean = lambda answer: all("x-injected" not in name.lower() and "x=y" not in value for name, value in answer.head)
    for place in places:
        for line in lines:
            for fields in ([cookie], []):
                answer = house.send("GET", place + line, [*fields, ("Accept", "text/html")])
                tally.saw(kind, 0 < answer.status < 500 and clean(answer), f"{answer.status} {place}{line}")
    for name in ("Accept-Language", "Cookie", "Origin", "Idempotency-Key", "Host", "If-None-Match"):
        for value in ("a\rX-Injected: y", "a\0b", "talkoot-language=fi%0d%0aX-Injected:y", "a\u010d\u010aX-Injected: y"):
            fields = [(name, value), ("Authorization", f"Bearer {house.token}"), ("Content-Type", "application/json")]
            for answer in (house.send("GET", "/help", fields), house.send("POST", "/v1/submissions", fields, b'{"title": "x"}')):
                tally.saw(kind, answer.status < 500 and clean(answer), f"{answer.status} {name}: {value!r}")
    kind = "open redirects"
    for to in ("//evil.example", "///evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
               "/\n/evil.example", " //evil.example", "javascript:alert(1)", "/\r\nLocation: https://evil.example", "http:evil.example",
               "/\u00e4", "/\0", "@evil.example", ".evil.example", ""):  # fmt: skip
        asked = house.send("GET", "/sign-in?" + urllib.parse.urlencode({"to": to}), [cookie])
        chosen = browser.post_form("/language", {"language": "fi", "to": to})
        for answer in (asked, chosen):
            place = answer.field("location")
            inside = place.startswith("/") and not place.startswith(("//", "/\\", "/\t")) and answer.status == 303
            tally.saw(kind, inside and clean(answer), f"{answer.status} {to!r} leads to {place!r}")


def too_much(tally, house, browser, addresses):
    kind = "too long"
    heads = [[("X-Long", "a" * 100_000)], [(f"X-{number}", "a") for number in range(200)], [("Cookie", "a=b; " * 20_000)]]
    for fields in heads:
        tally.saw(kind, house.send("GET", "/help", fields).status in (0, 400, 431), f"a head of {len(fields)} fields")
    exact = len(f"GET /help HTTP/1.1\r\nHost: {house.address}\r\nConnection: close\r\nX-Long: \r\n\r\n")
    for most, taken in ((32 * 1024, True), (32 * 1024 + 1, False), (40_000, False)):
        status = house.send("GET", "/help", [("X-Long", "a" * (most - exact))]).status
        tally.saw(kind, status == 200 if taken else status in (0, 431), f"{status} for a head of {most} bytes")
    tally.saw(kind, house.send("GET", "/" + "a" * 100_000).status in (0, 400, 414, 431), "an address")
    for address in addresses:
        for media_type in ("application/json", "application/x-www-form-urlencoded"):
            fields = [*browser.own(), ("Content-Type", media_type)]
            whole = house.send("POST", address, fields, b'{"a": "' + b"a" * (17 << 20))
            chunked = house.send("POST", address, [*fields, ("Transfer-Encoding", "chunked"), ("Content-Length", "3")], b"zz\r\n")
            expected = (200, 303) if address in READS_NOTHING else (0, 413, 415)
            tally.saw(kind, whole.status in expected, f"{whole.status} {address} {media_type}, 17 MiB")
            tally.saw(kind, chunked.status in (*expected, 400), f"{chunked.status} {address} {media_type}, chunked and not")
            if address == "/sign-out":
                begun = browser.begin(browser.challenge())
                browser.cookie, browser.csrf = begun.field("set-cookie").split(";")[0], begun.json()["csrf"]


def too_slow(tally, house):
    """Opens connections that say nothing, that say little, and more of them than the node serves at one time."""
    kind = "too slow, and too many"
    head = f"POST /resident HTTP/1.1\r\nHost: {house.address}\r\nOrigin: {house.origin}\r\nContent-Length: 1000\r\n\r\ntext="
    slow = [house.connect() for _ in range(50)]
    for stream in slow:
        stream.sendall(head.encode())
    started = time.monotonic()
    tally.saw(kind, house.send("GET", "/help").status == 200 and time.monotonic() - started < 5, "50 slow bodies hold up a page")
    for stream in slow:
        stream.close()
    idle = [house.connect() for _ in range(CONNECTIONS)]
    idle[0].sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
    started = time.monotonic()
    answered = house.send("GET", "/help").status == 200
    waited = time.monotonic() - started
    tally.saw(kind, answered and waited < 1, f"{CONNECTIONS} idle connections hold a visitor up for {waited:.1f} s")
    ends = 0
    for stream in idle[:20]:
        stream.settimeout(20)
        try:
            while stream.recv(1024):
                pass
        except TimeoutError:
            continue
        except OSError:
            pass
        ends += 1
    tally.saw(kind, ends == 20, f"{20 - ends} of 20 slow heads are not cut off")
    for stream in idle:
        stream.close()
    never_read(tally, house, kind)
    return f"; beside {CONNECTIONS} idle connections a page took {waited:.1f} s"


def never_read(tally, house, kind):
    """Asks for far more than any connection holds, on more connections than the node serves, and reads none of it."""
    style = re.search(r'/static/[^"]*talkoot.css', house.send("GET", "/help").text)[0]
    asked, held = f"GET {style} HTTP/1.1\r\nHost: {house.address}\r\n\r\n".encode() * 3000, []
    for _ in range(CONNECTIONS):
        stream = house.connect()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stream.setblocking(False)
        try:
            stream.send(asked)
        except OSError:
            pass
        held.append(stream)
    for _ in range(3):
        started = time.monotonic()
        answered = house.send("GET", "/help").status == 200
        waited = time.monotonic() - started
        tally.saw(kind, answered and waited < 1, f"{CONNECTIONS} that never read hold a visitor up for {waited:.1f} s")
    for stream in held:
        stream.close()


def fill(house, browser, harm):
    """Writes texts that mean harm wherever a text can be written. Returns the pages on which they belong."""
    text, pen = harm.text, ("--worker", "pen")
    report = {
        "kind": "experiment", "valence": "negative", "variant": "ngo", "language": "fi", "observed_period": "2026-H1",
        "title": text("report title"), "description": text("report description"), "support_need": [2], "author_role": "ngo_worker",
        "target_group": [{"group": "young", "age": "18-24"}], "extent": {"spread": "many", "trend": "growing"}, "level": "municipality",
        "area": [{"scheme": "municipality", "year": 2026, "code": "205"}], "sector": ["housing"], "client_involved": "heard",
        "cause": {"code": "law", "text": text("report cause")}, "done_so_far": text("report done_so_far"),
        "would_have_helped": text("report would_have_helped"),
        "proposal": [{"text": text("report proposal"), "addressee": text("report addressee"), "level": "municipality"}],
        "evidence": [{"code": "statistic", "text": text("report evidence")}], "aim": text("report aim"),
        "unforeseen_effects": text("report unforeseen_effects"), "other": text("report other"),
    }  # fmt: skip
    file = house.dir.parent / "report.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    of = house.told("report", "new", "--file", file, "--confirm", *pen)["document"]
    picture = ROOT / "tests/data/photograph.png"
    house.call("report", "attach", of, picture, "--caption", text("attachment caption"), "--confirm", *pen)
    aspect = text("facet aspect")[:60]
    begun = ("phenomenon", "begin", "--title", text("phenomenon title"), "--language", "sv", "--summary", text("phenomenon summary"))
    phenomenon = house.told(*begun, "--report", of, *pen)["document"]
    for value in ("one", "two"):
        said = ("--value", text(f"facet value {value}"), "--text", text(f"facet text {value}"))
        house.call("phenomenon", "facet", phenomenon, "--aspect", "väri", *said, *pen)
    house.call("phenomenon", "facet", phenomenon, "--aspect", aspect, "--value", "x", *pen)
    house.call("phenomenon", "settle", phenomenon, "--aspect", "väri", "--value", text("settled value"), "--reason", text("settled reason"), *pen)
    house.call("phenomenon", "status", phenomenon, "observed", "--reason", text("status reason"), *pen)
    house.call("phenomenon", "period", phenomenon, "2026-H1", "--trend", "growing", "--note", text("period note"), *pen)
    organisation = house.told("status")["organisation"]
    asked = ("--title", text("proposal title"), "--text", text("proposal text"), "--to", organisation, "--body", text("proposal body"))
    proposal = house.told("proposal", "new", *asked, "--deadline", "2026-01-31", "--phenomenon", phenomenon, "--report", of, *pen)["document"]
    said = ("--reason", text("answer reason"), "--decision", text("answer decision"), "--code", "partly")
    house.call("proposal", "support", proposal, "--note", text("support note"), *pen)
    house.call("proposal", "escalate", proposal, "--body", text("escalated to"), "--reason", text("escalation reason"), "--deadline", "2026-02-01", *pen)
    house.call("proposal", "answer", proposal, *said, *pen)
    house.call("proposal", "outcome", proposal, "--effect", "partly", "--text", text("outcome text"), *pen)
    house.call("view", "save", "--title", text("view title"), "--note", text("view note"), "--remark", text("view remark"), *pen)
    campaign = {f"{part}_{language}": text(f"campaign {part} {language}") for part in ("name", "question") for language in ("fi", "sv", "en")}
    made = browser.post_form("/campaigns", campaign | {"place": "205", "from": "2020-01-01", "to": "2199-12-31"})
    assert made.status == 303, f"campaign: {made.status} {made.text[-1500:]}"
    code = made.field("location").rsplit("/", 1)[1]
    slip = {"text": text("slip text"), "proposal": text("slip proposal"), "follow": "yes"}
    followed = []
    for place in ("/resident", f"/c/{code}", "/resident"):
        sent = browser.post_form(place, slip, [("Origin", house.origin)])
        found = re.search(r'<p class="code"[^>]*>([^<]+)<', sent.text)
        assert found, f"{place}: {sent.status} {sent.text[-1500:]}"
        followed.append(found[1])
    names = re.findall(r'name="slip\[\]" value="([^"]+)"', browser.get("/intake").text)
    assert len(names) == 3, names
    sorted_ = browser.post_form("/intake", {"do": "sort", "slip[]": names[0], "heap": text("heap")})
    aside = browser.post_form("/intake", {"do": "aside", "slip[]": names[1], "reason": "other", "words": text("reason to set aside")})
    assert (sorted_.status, aside.status) == (303, 303), (sorted_.text, aside.text)
    prefill = {"title": text("prefill title"), "description": text("prefill description"), "language": "fi"}
    link = browser.post_json("/v1/submissions", prefill, [("Authorization", f"Bearer {house.token}")]).json()["link"]
    pages = [f"/write?note={names[0]}", f"/write?report={of}", link, f"/reports/{of}", f"/phenomena/{phenomenon}", f"/proposals/{proposal}"]
    pages += [f"/phenomena/{phenomenon}/settle?aspect=v%C3%A4ri", f"/c/{code}", f"/campaigns/{code}", f"/campaigns/{code}/poster"]
    return pages, followed


class Acts(html.parser.HTMLParser):
    """Finds what would act in a page: what is not served as a file of this node."""

    def __init__(self):
        super().__init__()
        self.found, self.links = [], []

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        source = given.get("src", "")
        if tag in ("script", "img", "iframe", "object", "embed", "style", "base") and not source.startswith("/"):
            self.found.append(f"<{tag} {given}>")
        if any(name.startswith("on") or name == "style" for name in given):
            self.found.append(f"<{tag} {given}>")
        for name in ("href", "action", "formaction"):
            if re.match(r"\s*(javascript|data|vbscript):", given.get(name, ""), re.IGNORECASE):
                self.found.append(f"<{tag} {given}>")
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"].split("#")[0])


def look(tally, page, answer, shown):
    """Looks at one page: what it shows of harmful words, and whether it may do anything."""
    kind, acts = "words that act", Acts()
    acts.feed(answer.text)
    raw = "<script>alert(" in answer.text or "<img src=x" in answer.text
    tally.saw(kind, not acts.found and not raw, f"{page}: {acts.found[:2]}")
    shown |= {int(number) for number in re.findall(r"&lt;script&gt;alert\((\d+)\)", answer.text)}
    rules = answer.field("content-security-policy")
    strict = "default-src 'none'" in rules and "script-src 'self';" in rules and "unsafe" not in rules
    others = answer.field("x-content-type-options") == "nosniff" and answer.field("referrer-policy") == "no-referrer"
    tally.saw("rules for browsers", strict and others and "no-store" in answer.field("cache-control"), f"{page}: {answer.head}")
    return acts.links


def words(tally, house, browser, harm):
    pages, followed = fill(house, browser, harm)
    shown, seen = set(), set()
    starts = ["/", "/write", "/mine", "/search", "/phenomena", "/proposals", "/inbox", "/repair", "/views", "/map", "/intake", "/network", "/help"]
    starts += ["/intake?aside=true", "/campaigns", "/views/saved", "/views/together", "/views/reports", "/views/paths", "/resident", "/follow"]
    starts += ["/enrol", "/sign-in", "/accessibility", "/privacy", "/proposals/new", "/phenomena/new"]
    echo = urllib.parse.quote(harm.text("address"))
    starts += [f"{page}?{name}={echo}" for page in ("/views", "/intake", "/search", "/write", "/proposals", "/sign-in") for name in ("to", "rows", "heap", "note", "form")]
    starts += [f"{page}/{echo}" for page in ("/reports", "/help", "/c", "/campaigns", "/phenomena", "/views/saved")]
    queue = [*pages, *starts]
    while queue and len(seen) < PAGES_MAX:
        page = queue.pop(0)
        if page in seen or page.startswith("/views.") or page.startswith("/v1/"):
            continue
        seen.add(page)
        for language in ("fi", "sv", "en") if page in pages else ("fi",):
            answer = browser.get(page, language)
            if "text/html" in answer.field("content-type"):
                queue += look(tally, page, answer, shown)
            tally.saw("words that act", 0 < answer.status < 500, f"{answer.status} {page}")
    for code in followed:
        look(tally, "/follow", browser.post_form("/follow", {"code": code}), shown)
    for address, name in (("/search", "words"), ("/resident", "text"), ("/follow", "code"), ("/intake", "words"), ("/campaigns", "name_fi")):
        look(tally, f"{address} sent", browser.post_form(address, {name: harm.text(f"sent to {address}"), "do": "aside"}), shown)
    address = next(page for page in pages if page.endswith("poster"))
    poster = house.send("GET", address, [("Cookie", browser.cookie), ("Host", '"><script>alert(1)</script>')])
    tally.saw("words that act", "<script>alert(" not in poster.text, "the poster shows a made-up Host")
    missing = sorted(name for number, name in harm.named.items() if number not in shown)
    tally.saw("words that act", len(shown) >= 40, f"only {len(shown)} texts were shown, not: {missing}")
    return f"; {len(seen)} pages, {len(shown)} of {len(harm.named)} texts seen escaped, nowhere: {', '.join(missing) or 'none'}"


def traces(tally, house, browsers):
    kind, token = "traces of what is refused, and of keys", ("Authorization", f"Bearer {house.token}")
    bad = {"title": "Otsikko", "description": f"Asiakas {CODE} odottaa.", "language": "fi"}
    first = browsers[0]
    for answer in (
        first.post_json("/v1/submissions", bad, [token]),
        first.post_json("/v1/submissions", {CODE: 1}, [token]),
        first.post_form("/resident", {"text": f"Tunnus {CODE}."}, [("Origin", house.origin)]),
        first.post_json("/session/prepare", {"writing": {"does": "begin", "kind": "report", "scope": "network", "fields": bad}, "claimed": 1, "salt": "00" * 16}),
    ):
        tally.saw(kind, answer.status == 422, f"{answer.status} {answer.text[:200]}")
    for path in (f"/reports/{CODE}", f"/v1/{CODE}", f"/write?prefill={CODE}", f"/{CODE}"):
        first.get(path)
    first.post_form("/search", {"words": CODE})
    first.post_json("/policy-report", {"csp-report": {"effective-directive": CODE, "document-uri": CODE, "blocked-uri": CODE}}, [])
    found = house.holds(CODE.encode())
    tally.saw(kind, not found, f"an identifier lies in {found}")
    tally.saw(kind, house.log.stat().st_size > 1000, "nothing is logged, so nothing is shown")
    for browser in browsers:
        for secret in browser.secrets():
            found = house.holds(secret)
            tally.saw(kind, not found, f"a private key lies in {found}")
        for secret in (browser.cookie.split("=")[1], browser.csrf):
            tally.saw(kind, not house.holds(secret.encode()), "a cookie or token lies in the directory or log")


def main():
    tally, harm, notes, started = Tally(), Harm(), {}, time.monotonic()
    addresses = taking()
    assert len(addresses) >= 12, addresses
    with tempfile.TemporaryDirectory() as root:
        house = House(pathlib.Path(root), harm)
        try:
            one, two = Browser(house, "anna"), Browser(house, "kerttu")
            sessions(tally, house, one)
            notes["words that act"] = words(tally, house, one, harm)
            report = house.told("report", "list")["document"]
            attached.attack(tally, house, one, two, report, CODE)
            traces(tally, house, [one, two])
            placed = [re.sub(r"\{[a-z]+\}", "AAAAAAAA", address) for address in addresses]
            other_sites(tally, house, one, two, placed)
            paths(tally, house, one)
            headers(tally, house, one)
            too_much(tally, house, one, [address for address in placed if not address.startswith("/c/")])
            notes["too slow, and too many"] = too_slow(tally, house)
            tally.saw("at the end", one.get("/mine").status == 200, "the node does not answer as before")
        finally:
            house.stop()
    tally.finish(notes)
    print(f"pages: {len(addresses)} addresses that take something, {sum(tally.tried.values())} attacks, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"check_pages: {error}")

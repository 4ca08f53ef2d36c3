"""Attacks on what the pages take and give as pictures and documents: for check_pages.py, not to be run by itself.

Files that are not what they say, that hold more than a picture, that are too long or too large, that come from elsewhere or name
somebody; bytes of another worker or another report; and signatures under bytes that nobody brought.
"""

import struct
import zlib

from house import ROOT

PHOTOGRAPH = (ROOT / "tests/data/photograph.png").read_bytes()
PLACE = b"GPSLatitude"
SCRIPT = b"<script>alert(1)</script>"
BRING = "/session/attachments"
KIND = "attachments"


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pdf(*objects):
    """Returns a document with these objects after its catalog and one empty page."""
    pages = [b"<< /Type /Catalog /Pages 2 0 R %s >>" % objects[0], b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    pages += [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>", *objects[1:]]
    text, places = b"%PDF-1.7\n", []
    for number, body in enumerate(pages, 1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(pages) + 1
    return text + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, table, size, len(text))


def refused():
    """Returns files that are refused, each with what it is."""
    yield "a drawing with a script", b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
    yield "a page", b"<!DOCTYPE html>" + SCRIPT
    yield "a page behind a picture's first bytes", b"\x89PNG\r\n\x1a\n" + SCRIPT
    yield "a page behind a photograph's first bytes", b"\xff\xd8\xff" + SCRIPT
    yield "nothing", b""
    yield "an archive", b"PK\x03\x04" + bytes(100)
    yield "a moving picture", b"GIF89a" + bytes(100)
    yield "a program", b"\x7fELF" + bytes(100)
    yield "a picture that is cut off", PHOTOGRAPH[:60]
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    yield "a picture of 3,600 million pixels", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b"")
    yield "a document that acts", pdf(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")
    yield "a document that starts a program", pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>")
    yield "a document that nests", pdf(b"/X " + b"[" * 200_000 + b"]" * 200_000)
    yield "a document with a file in it", pdf(b"/Names << /EmbeddedFiles << /Names [(x) 4 0 R] >> >>", b"<< /Type /Filespec /F (x) >>")


def document():
    """Returns a document that tells its author."""
    return pdf(b"").replace(b"/Root 1 0 R", b"/Root 1 0 R /Info << /Author (Maija) /Title (Muistio) >>")


def polyglots():
    """Returns pictures that are something else besides, each with what must be gone."""
    end = chunk(b"IEND", b"")
    yield PHOTOGRAPH, PLACE
    yield PHOTOGRAPH + SCRIPT, SCRIPT
    yield PHOTOGRAPH + b"PK\x03\x04" + bytes(30) + b"PK\x05\x06" + bytes(18), b"PK"
    yield PHOTOGRAPH.replace(end, chunk(b"tEXt", b"Comment\0" + SCRIPT) + end), SCRIPT


def bring(house, browser, data, fields=None, media_type="application/octet-stream"):
    fields = browser.own() if fields is None else fields
    return house.send("POST", BRING, [*fields, ("Content-Type", media_type)], data)


def prepare(browser, attachment):
    fields = {"title": "Otsikko", "language": "fi", "attachment": [attachment]}
    writing = {"does": "begin", "kind": "report", "scope": "network", "fields": fields}
    return browser.post_json("/session/prepare", {"writing": writing, "claimed": 1, "salt": "00" * 16, "confirmed": True})


def kept(house):
    return sorted((path.name, path.stat().st_size) for path in (house.dir / "attachments").glob("*"))


def attack(tally, house, one, other, report, code):
    """Tries all of it. `report` names one attachment; `code` is an identifier."""
    before = kept(house)
    for what, data in refused():
        answer = bring(house, one, data)
        tally.saw(KIND, answer.status == 422 and SCRIPT not in answer.body, f"{answer.status} {what}")
    for data, gone in polyglots():
        answer = bring(house, one, data)
        tally.saw(KIND, answer.status == 200, f"{answer.status} a picture with more in it: {answer.text[:200]}")
        given = one.house.send("GET", f"{BRING}/{answer.json()['attachment']['hash']}", [("Cookie", one.cookie)])
        clean = given.status == 200 and gone not in given.body and given.body.startswith(b"\x89PNG")
        tally.saw(KIND, clean and harmless(given), f"{given.status} {gone} is left, or it may act: {given.head}")
    answer = bring(house, one, document())
    tally.saw(KIND, answer.status == 200, f"{answer.status} a document: {answer.text[:200]}")
    given = house.send("GET", f"{BRING}/{answer.json()['attachment']['hash']}", [("Cookie", one.cookie)])
    clean = given.body.startswith(b"%PDF-") and b"Maija" not in given.body and given.field("content-type") == "application/pdf"
    tally.saw(KIND, clean and harmless(given), f"{given.status} a document with its author: {given.head}")
    elsewhere(tally, house, one, other)
    own = bring(house, one, PHOTOGRAPH).json()["attachment"]
    others = house.send("GET", f"{BRING}/{own['hash']}", [("Cookie", other.cookie)])
    tally.saw(KIND, others.status == 409 and b"PNG" not in others.body, f"{others.status} what waits for another worker")
    tally.saw(KIND, prepare(other, own | {"hash": "ab" * 32}).status == 409, "to sign what nobody brought")
    for path in ("", "zz", "../" * 5 + "node.key", "%2e%2e%2fnode.key", own["hash"][:8], own["hash"] + "00"):
        answer = house.send("GET", f"{BRING}/{path}", [("Cookie", one.cookie)])
        tally.saw(KIND, answer.status in (400, 404, 405, 409) and b"PNG" not in answer.body, f"{answer.status} {path}")
    named = bring(house, one, PHOTOGRAPH, [*one.own(), ("X-Talkoot-File-Name", f"{code}.png")])
    tally.saw(KIND, named.status == 422 and code not in named.text, f"{named.status} a name with an identifier")
    tally.saw(KIND, not house.holds(code.encode()), "the name of a file lies in the directory or log")
    tally.saw(KIND, kept(house) == before, "something that was never signed lies on disk")
    reports(tally, house, one, report)


def elsewhere(tally, house, one, other):
    """What another site could make a browser send, what another session holds, and what is too long."""
    cookie, origin = ("Cookie", one.cookie), ("Origin", house.origin)
    for fields in (
        [cookie, origin],
        [cookie, origin, ("X-Talkoot-Csrf", other.csrf)],
        [cookie, ("Sec-Fetch-Site", "cross-site"), ("X-Talkoot-Csrf", one.csrf)],
    ):
        tally.saw(KIND, bring(house, one, PHOTOGRAPH, fields).status == 403, f"taken with {fields[1:]}")
    tally.saw(KIND, bring(house, one, PHOTOGRAPH, [origin]).status == 401, "taken without a session")
    for media_type in ("text/plain", "multipart/form-data; boundary=x", "image/png"):
        tally.saw(KIND, bring(house, one, PHOTOGRAPH, media_type=media_type).status == 415, f"taken as {media_type}")
    tally.saw(KIND, bring(house, one, b"\xff\xd8\xff" + bytes(21 << 20)).status in (0, 413), "21 MiB")


def reports(tally, house, one, report):
    """The attachment of a report is given by that report only, and to sessions only."""
    token = [("Authorization", f"Bearer {house.token}")]
    listed = house.send("GET", f"/v1/reports/{report}/attachments", token).json()["entries"]
    hash_ = listed[0]["hash"]
    given = one.get(f"/reports/{report}/attachments/{hash_}")
    tally.saw(KIND, given.status == 200 and harmless(given), f"{given.status} {given.head}")
    all_ = house.send("GET", "/v1/reports", token).json()["entries"]
    others = [entry["document"] for entry in all_ if entry["document"] != report] + ["ab" * 32]
    for document in others:
        answer = one.get(f"/reports/{document}/attachments/{hash_}")
        tally.saw(KIND, answer.status == 404 and b"PNG" not in answer.body, f"{answer.status} by another report")
    for path in (f"/reports/{report}/attachments/{'cd' * 32}", f"/reports/{report}/attachments/%2e%2e%2fnode.key", f"/reports/{report}/attachments/2"):
        tally.saw(KIND, one.get(path).status == 404, path)
    nobody = house.send("GET", f"/reports/{report}/attachments/{hash_}")
    tally.saw(KIND, nobody.status == 401 and b"PNG" not in nobody.body, f"{nobody.status} without a session")


def harmless(answer):
    rules, saved = answer.field("content-security-policy"), answer.field("content-disposition")
    quiet = answer.field("x-content-type-options") == "nosniff" and answer.field("cache-control") == "no-store"
    return quiet and rules.startswith("default-src 'none'") and rules.endswith("sandbox") and saved.startswith('attachment; filename="talkoot-')

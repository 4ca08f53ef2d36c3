#!/usr/bin/env python3
"""Checks docs/vectors/*.json with stock libraries (cbor2, cryptography): a second reader of docs/protocol.md.

For every vector of the envelope layer it comes to the verdict by itself; for vectors of the content layer it confirms that the
envelope is sound, so that only what is in the body can be wrong; for accepted automerge changes it also recomputes the
content-derived actor and the chunk's checksum. What nodes say about their addresses it judges whole, body and admission
included; of documents that several organisations write in, who may write, and under which keys. Ends with 1 at the first
disagreement.

Usage: pip install cbor2 cryptography; python3 tests/check_vectors.py
"""

import hashlib
import ipaddress
import json
import pathlib
import re
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PROTECTED = bytes.fromhex("a10127")
CONTEXT = b"talkoot/1"
FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
ACTS = range(1, 12)
RESERVED_ACTS = range(5, 11)
CRITICAL_BELOW = 128
RECORD, CERTIFICATE, ENDORSEMENT, ADDRESS = 2, 3, 4, 11
WITHDRAWAL, REVOCATION, RECEIPT = 5, 7, 8
REPORT_KIND, PHENOMENON_KIND, PROPOSAL_KIND, VIEW_KIND, FORM_KIND, NODE_KIND, PATH_KIND = 1, 2, 3, 4, 6, 7, 8
JOINT_KINDS = (PHENOMENON_KIND, PROPOSAL_KIND, VIEW_KIND)
MAKE_MAP, MAKE_LIST, MAKE_TEXT = 0, 2, 4
REPORTER, COORDINATOR, DECISION_MAKER, INTAKE = 1, 2, 4, 8
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


class Refused(Exception):
    """A verdict, by its stable name."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def require(holds, name):
    if not holds:
        raise Refused(name)


def decode_exactly(data, name):
    """Decodes CBOR and requires that it is deterministic: encoding it again gives the same bytes."""
    try:
        value = cbor2.loads(data)
    except Exception as error:
        raise Refused(name) from error
    require(cbor2.dumps(value, canonical=True) == data, name)
    return value


def is_small_order(encoded):
    """Whether eight times the point is the neutral element (such keys sign anything), or the bytes are no point at all."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    d = -121665 * pow(121666, FIELD - 2, FIELD) % FIELD
    x_squared = (y * y - 1) * pow(d * y * y + 1, FIELD - 2, FIELD) % FIELD
    x = pow(x_squared, (FIELD + 3) // 8, FIELD)
    if (x * x - x_squared) % FIELD:
        x = x * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    if (x * x - x_squared) % FIELD:
        return True
    for _ in range(3):
        k = d * x * x * y * y % FIELD
        x, y = (
            2 * x * y * pow(1 + k, FIELD - 2, FIELD) % FIELD,
            (y * y + x * x) * pow(1 - k, FIELD - 2, FIELD) % FIELD,
        )
    return (x, y) == (0, 1)


def verify_strictly(key, message, signature):
    """RFC 8032 with the strict reading: no key or commitment of small order, a scalar below the group order."""
    require(not is_small_order(key), "weak_key")
    require(int.from_bytes(signature[32:], "little") < ORDER, "bad_signature")
    require(not is_small_order(signature[:32]), "bad_signature")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature as error:
        raise Refused("bad_signature") from error


def check_header(data):
    header = decode_exactly(data, "header_malformed")
    require(isinstance(header, dict) and list(header)[:1] == [0], "header_malformed")
    require(header[0] == 1, "wire_version")
    require(header[2] in ACTS or header[2] >= CRITICAL_BELOW, "unknown_act")
    return header


def envelope(data):
    """Returns id, header and body of a change whose signature and body hash hold."""
    outer = decode_exactly(data, "malformed")
    require(isinstance(outer, list) and len(outer) == 2, "malformed")
    sign1, body = outer
    require(isinstance(sign1, cbor2.CBORTag) and sign1.tag == 18, "malformed")
    protected, unprotected, payload, signature = sign1.value
    require(protected == PROTECTED and unprotected == {}, "malformed")
    header = check_header(payload)
    message = cbor2.dumps(["Signature1", PROTECTED, CONTEXT, payload], canonical=True)
    if body is not None:
        require(len(body) == header[13] and sha256(body) == header[12], "body_mismatch")
    verify_strictly(header[6], message, signature)
    return sha256(message), header, body


def judge(data, network):
    change_id, header, body = envelope(data)
    require(header[1] == network, "wrong_network")
    require(body is not None, "body_missing")
    require(header[2] not in RESERVED_ACTS, "reserved_act")
    if header[2] == 1 and 4 in header:
        require(header[4] not in (0, NODE_KIND), "act_out_of_place")
        require(header[4] in (REPORT_KIND, FORM_KIND, PATH_KIND, *JOINT_KINDS), "reserved_kind")
    if header[2] == ADDRESS and 4 in header:
        require((header[4], header[5]) == (NODE_KIND, [2]), "act_out_of_place")
    return change_id, header, body


def is_peer(name):
    """Whether it is the base58 of an Ed25519 key in its protobuf, as an identity multihash."""
    if not re.fullmatch(f"[{BASE58}]{{52}}", name) or name[0] != "1":
        return False
    number = 0
    for digit in name[1:]:
        number = number * 58 + BASE58.index(digit)
    return number.bit_length() <= 37 * 8 and number.to_bytes(37, "big").startswith(bytes.fromhex("2408011220"))


def is_host(protocol, value):
    if protocol in ("dns", "dns4", "dns6"):
        return re.fullmatch(rf"{LABEL}(\.{LABEL})*", value) is not None and not value.split(".")[-1].isdigit()
    try:
        address = {"ip4": ipaddress.IPv4Address, "ip6": ipaddress.IPv6Address}[protocol](value)
    except (KeyError, ValueError):
        return False
    dressed = getattr(address, "ipv4_mapped", None) is not None or value == "255.255.255.255"
    return str(address) == value and not (address.is_unspecified or address.is_multicast or dressed)


def is_address(text):
    if len(text.encode()) > 200:
        return False
    shape = r"/([^/]+)/([^/]+)/(tcp/([^/]+)|udp/([^/]+)/quic-v1)(/p2p/([^/]+)/p2p-circuit)?"
    found = re.fullmatch(shape, text)
    if not found or not is_host(found[1], found[2]):
        return False
    port = found[4] or found[5]
    sound = re.fullmatch("[1-9][0-9]{0,4}", port) is not None and int(port) <= 65535
    return sound and (found[7] is None or is_peer(found[7]))


def check_addresses(content):
    """Requires that a content is what a node may say about where it is reached."""
    name = "statement_malformed"
    record = decode_exactly(content, name)
    require(isinstance(record, list) and len(record) == 3 and record[0] == 1 and isinstance(record[2], bool), name)
    addresses = record[1]
    require(isinstance(addresses, list) and len(addresses) <= 8 and (addresses or not record[2]), name)
    require(all(isinstance(text, str) and is_address(text) for text in addresses), name)
    require(all(one < two for one, two in zip(addresses, addresses[1:])), name)


class Past:
    """What was admitted before, and the rules of admission for what nodes say about their addresses."""

    def __init__(self, file):
        self.network = bytes.fromhex(file["network"])
        _, _, founders, self.threshold, _ = cbor2.loads(bytes.fromhex(file["charter"]))
        self.members = {bytes.fromhex(file["own"]), *founders}
        self.headers, self.documents, self.certificates, self.endorsed = {}, {}, {}, {}
        self.scopes = {}
        for change in file["past"]:
            self.admit(*judge(bytes.fromhex(change), self.network))

    def admit(self, change_id, header, body):
        self.headers[change_id] = header
        content = cbor2.loads(body[16:]) if header[2] in (RECORD, CERTIFICATE, ENDORSEMENT) else None
        if header[2] == RECORD:
            organisation = sha256(b"talkoot/organisation/1", content[1], content[2])
        elif 4 in header:
            organisation = self.certificates[header[7]][1]
        if 4 in header:
            self.documents[change_id] = (header[4], header[6], organisation)
            self.scopes[change_id] = header[5]
        if header[2] == CERTIFICATE:
            self.certificates[change_id] = content
        if header[2] == ENDORSEMENT:
            self.endorsed.setdefault(content[1], set()).add(self.documents[header[3]][2])
            for candidate, by in self.endorsed.items():
                if len(by & self.members) >= self.threshold:
                    self.members.add(candidate)

    def certificate(self, header):
        """Returns for whom the certificate speaks, and for whom in it."""
        require(7 in header, "certificate_presence")
        require(header[7] in self.headers, "waits")
        require(header[7] in self.certificates, "not_a_certificate")
        _, organisation, subject, bearer, *_ = self.certificates[header[7]]
        require(subject == header[6], "certificate_of_other_key")
        require(organisation in self.members, "waits")
        return organisation, bearer

    def judge_joint(self, header, chunk):
        """Who may begin or change a document of several organisations, and that each writes under its own prefix."""
        organisation, bearer = self.certificate(header)
        roles = bearer[2] if bearer[0] == 1 else 0
        if 4 in header:
            kind = header[4]
            require(header[5][0] != 0 or header[5][1] == organisation, "foreign_scope")
            require(roles & role_to_begin(kind), "role")
            require(header[8] == 1 and 10 not in header, "past_presence")
        else:
            require(header[3] in self.headers, "waits")
            require(header[3] in self.documents, "foreign_dependency")
            kind, _, owner = self.documents[header[3]]
            require(kind not in (0, NODE_KIND), "act_out_of_place")
            open_to_all = kind in JOINT_KINDS and self.scopes[header[3]][0] != 0
            require(open_to_all or owner == organisation, "other_organisation")
            also = DECISION_MAKER if kind == PROPOSAL_KIND else 0
            require(roles & (role_to_begin(kind) | also), "role")
            require(10 in header, "past_presence")
            for dependency in header[10]:
                require(dependency in self.headers, "waits")
                require(self.headers[dependency].get(3, dependency) == header[3], "foreign_dependency")
        if kind in JOINT_KINDS:
            prefix = organisation[:16].hex() + "/"
            for own, key in root_entries(chunk):
                require(own and key.startswith(prefix) and len(key) > len(prefix), "foreign_entry")
        if kind == PATH_KIND:
            require(is_coded(chunk), "not_coded")

    def judge_address(self, header):
        organisation, bearer = self.certificate(header)
        require(bearer == [0], "role")
        require(10 not in header, "past_presence")
        if 4 in header:
            require(header[8] == 1, "past_presence")
            return
        require(header[3] in self.headers, "waits")
        require(header[3] in self.documents, "foreign_dependency")
        kind, author, owner = self.documents[header[3]]
        require(kind == NODE_KIND, "act_out_of_place")
        require(author == header[6], "foreign_node")
        require(owner == organisation, "other_organisation")
        require(header[8] > 1, "chain")
        require(header[9] in self.headers, "waits")
        previous = self.headers[header[9]]
        same = previous.get(3, header[9]) == header[3] and previous[6] == header[6]
        require(same and previous[8] + 1 == header[8], "chain")


def role_to_begin(kind):
    return REPORTER | INTAKE if kind in (REPORT_KIND, PATH_KIND) else COORDINATOR if kind in (FORM_KIND, *JOINT_KINDS) else 0


def uleb(data, at):
    """Reads an unsigned LEB128 number; returns it and the place behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if not byte & 0x80:
            return value, at


def sleb(data, at):
    """Reads a signed LEB128 number; returns it and the place behind it."""
    begin = at
    value, at = uleb(data, at)
    bits = 7 * (at - begin)
    return (value - (1 << bits) if data[at - 1] & 0x40 else value), at


def runs(data, read):
    """Expands a column of runs; rows without a value are None."""
    rows, at = [], 0
    while at < len(data):
        count, at = sleb(data, at)
        if count == 0:
            empty, at = uleb(data, at)
            rows += [None] * empty
        elif count > 0:
            value, at = read(data, at)
            rows += [value] * count
        else:
            for _ in range(-count):
                value, at = read(data, at)
                rows.append(value)
    return rows


def text(data, at):
    length, at = uleb(data, at)
    return data[at : at + length].decode(), at + length


def columns_of(chunk):
    """Returns the number of a chunk's first operation, and the bytes of its columns by their number."""
    _, at = uleb(chunk, 9)
    dependencies, at = uleb(chunk, at)
    at += 32 * dependencies
    length, at = uleb(chunk, at)
    at += length
    _, at = uleb(chunk, at)
    start, at = uleb(chunk, at)
    _, at = uleb(chunk, at)
    length, at = uleb(chunk, at)
    at += length
    others, at = uleb(chunk, at)
    for _ in range(others):
        length, at = uleb(chunk, at)
        at += length
    count, at = uleb(chunk, at)
    specs = []
    for _ in range(count):
        spec, at = uleb(chunk, at)
        length, at = uleb(chunk, at)
        specs.append((spec, length))
    columns = {}
    for spec, length in specs:
        columns[spec], at = chunk[at : at + length], at + length
    return start, columns


def root_entries(chunk):
    """Returns, for each operation outside the chunk's own objects, whether it is in the root map, and its key."""
    _, columns = columns_of(chunk)
    actions = runs(columns[0x42], uleb)
    nothing = [None] * len(actions)
    actors = runs(columns[0x01], uleb) if 0x01 in columns else nothing
    names = runs(columns[0x15], text) if 0x15 in columns else nothing
    return [(actor is None, name or "") for actor, name in zip(actors, names) if actor != 0]


def flags(data, count):
    """Expands a column of yes and no: how often no, then how often yes, and so on."""
    rows, at, yes = [], 0, False
    while at < len(data):
        length, at = uleb(data, at)
        rows, yes = rows + [yes] * length, not yes
    return (rows + [False] * count)[:count]


def values(metadata, data):
    """Returns each value: a text, a number, or None for what is neither."""
    found, at = [], 0
    for meta in metadata:
        length, kind = (meta or 0) >> 4, (meta or 0) & 15
        raw, at = data[at : at + length], at + length
        reader = {3: lambda: uleb(raw, 0)[0], 4: lambda: sleb(raw, 0)[0], 6: lambda: raw.decode()}.get(kind)
        found.append(reader() if reader else None)
    return found


def is_code(text):
    runs_of_digits = re.findall("[0-9]+", text)
    return re.fullmatch(r"[A-Za-z0-9_+.:-]{1,48}", text) is not None and all(len(run) <= 5 for run in runs_of_digits)


def is_coded(chunk):
    """Returns whether a change of a service path holds codes and small numbers only."""
    start, columns = columns_of(chunk)
    actions = runs(columns[0x42], uleb)
    count = len(actions)
    column = lambda number, read: runs(columns[number], read) if number in columns else [None] * count
    actors, parents = column(0x01, uleb), column(0x02, uleb)
    keys = column(0x15, text)
    inserted = flags(columns.get(0x34, b""), count)
    written = values(column(0x56, uleb), columns.get(0x57, b""))
    items, depth = {}, {}
    for at, (action, actor, parent) in enumerate(zip(actions, actors, parents)):
        if actor not in (None, 0) or action == MAKE_TEXT:
            return False
        if action in (MAKE_MAP, MAKE_LIST):
            depth[start + at] = depth.get(parent, 0) + 1
        if inserted[at]:
            items[parent] = items.get(parent, 0) + 1
    texts = [key for key in keys if key is not None] + [value for value in written if isinstance(value, str)]
    numbers = [value for value in written if isinstance(value, int)]
    short = count <= 240 and all(number <= 12 for number in items.values()) and max(depth.values(), default=0) <= 3
    return short and all(map(is_code, texts)) and all(0 <= number <= 9999 for number in numbers)


def check_actor(header, chunk):
    """Recomputes checksum and content-derived actor of an automerge change."""
    require(chunk[:4] == bytes.fromhex("856f4a83") and chunk[8] == 1, "bad_magic")
    require(sha256(chunk[8:])[:4] == chunk[4:8], "bad_checksum")
    at = 9
    while chunk[at] & 0x80:
        at += 1
    at += 1
    dependencies = chunk[at]
    at += 1 + 32 * dependencies
    require(chunk[at] == 16, "actor_length")
    actor = chunk[at + 1 : at + 17]
    blank = chunk[8 : at + 1] + bytes(16) + chunk[at + 17 :]
    document = header.get(3, b"")
    require(sha256(b"talkoot/actor/1", header[6], document, blank)[:16] == actor, "wrong_actor")


def verdict_of(vector, network, past=None):
    try:
        change_id, header, body = judge(bytes.fromhex(vector["change"]), network)
        if vector["verdict"] == "accepted":
            require(change_id.hex() == vector["id"], "another id")
            require(header.get(3, change_id).hex() == vector["document"], "another document")
            require(header[6].hex() == vector["author"], "another author")
            if header[2] == 1:
                check_actor(header, body[16:])
        if header[2] == ADDRESS:
            check_addresses(body[16:])
            if past:
                past.judge_address(header)
        if header[2] == 1 and past:
            past.judge_joint(header, body[16:])
        return "accepted"
    except Refused as refused:
        return str(refused)


def is_uint32(value, least=0):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**32


def is_id(value):
    return isinstance(value, bytes) and len(value) == 32


def ascends(values):
    return all(one < two for one, two in zip(values, values[1:]))


def are_ids(data, most):
    """Whether it is a byte string of at most so many ids, strictly ascending."""
    if not isinstance(data, bytes) or len(data) % 32 or len(data) > 32 * most:
        return False
    return ascends([data[at : at + 32] for at in range(0, len(data), 32)])


def check_receipt(header, body):
    """Requires that a change is a batch of a receipt log in its place."""
    require(header[2] == RECEIPT, "act")
    require(7 in header, "certificate_presence")
    begins = 4 in header
    require(not begins or header[4] == NODE_KIND, "out_of_place")
    require(10 not in header and begins == (header[8] == 1), "out_of_place")
    batch = decode_exactly(body[16:], "malformed")
    require(isinstance(batch, list) and len(batch) == 4 and batch[0] == 1, "malformed")
    _, epoch, first, ids = batch
    require(is_uint32(epoch, 1) and is_uint32(first, 1) and are_ids(ids, 4096) and len(ids) > 0, "malformed")
    require(first + len(ids) // 32 < 2**32, "malformed")
    require((first == 1) == begins, "first")


def are_checkpoints(value):
    if not isinstance(value, list) or len(value) > 256:
        return False
    shaped = all(isinstance(c, list) and len(c) == 3 and is_id(c[0]) and is_id(c[1]) and is_uint32(c[2]) for c in value)
    return shaped and ascends(value)


def check_ending(header, body):
    """Requires that a change ends a certificate or a recognition, and stands where it may."""
    require(header[2] in (REVOCATION, WITHDRAWAL), "act")
    require(7 not in header, "certificate_presence")
    require(10 not in header and (4 not in header or (header[4] == 0 and header[5] != [2])), "out_of_place")
    said = decode_exactly(body[16:], "malformed")
    require(isinstance(said, list) and len(said) == 4 and said[0] == 1 and is_id(said[1]), "malformed")
    if header[2] == REVOCATION:
        require(are_checkpoints(said[2]) and are_ids(said[3], 4096), "malformed")
    else:
        require((said[2] is None or is_uint32(said[2])) and are_checkpoints(said[3]), "malformed")


def check_fork(data):
    """Returns the document in which a key signed two headers at one place."""
    proof = decode_exactly(data, "malformed")
    require(isinstance(proof, list) and len(proof) == 3 and proof[0] == 1, "malformed")
    found = []
    for change in proof[1:]:
        require(isinstance(change, bytes) and len(change) <= 512 + 64 * 34 + 128, "malformed")
        require(change[-1:] == b"\xf6", "malformed")
        try:
            change_id, header, body = envelope(change)
        except Refused as refused:
            raise Refused("signature" if str(refused) in ("bad_signature", "weak_key") else "malformed") from refused
        require(body is None, "malformed")
        found.append((change_id, (header[1], header[6], header.get(3, change_id), header[8])))
    (one, place), (other, beside) = found
    require(place == beside and one != other, "no_fork")
    require(one < other, "malformed")
    return place[2]


def verdict_of_receipt(vector):
    """Reads a receipt, an ending or a fork proof; these the door refuses, so their verdict is of their reading."""
    data = bytes.fromhex(vector["bytes"])
    try:
        if vector["reads"] == "fork_proof":
            found = check_fork(data)
        else:
            found, header, body = envelope(data)
            {"receipt": check_receipt, "ending": check_ending}[vector["reads"]](header, body)
        return "sound" if found.hex() == vector.get("id", found.hex()) else "another id"
    except Refused as refused:
        return str(refused)


def main():
    folder = pathlib.Path(__file__).resolve().parent.parent / "docs" / "vectors"
    checked = 0
    for name in ("valid.json", "envelope.json", "content.json", "admission.json", "joint.json", "paths.json"):
        file = json.loads((folder / name).read_text())
        network = bytes.fromhex(file["network"])
        if sha256(b"talkoot/network/1", bytes.fromhex(file["charter"])) != network:
            sys.exit(f"{name}: the network id is not the hash of the charter")
        past = Past(file) if "past" in file else None
        for vector in file["vectors"]:
            got = verdict_of(vector, network, past)
            # What is wrong inside a chunk is for an automerge reader to say; its envelope must be sound.
            of_chunk = vector["layer"] == "content" and vector["verdict"] != "statement_malformed"
            expected = "accepted" if of_chunk else vector["verdict"]
            if got != expected:
                sys.exit(f"{name}: {vector['name']}: expected {expected}, got {got}")
            checked += 1
    for vector in json.loads((folder / "receipts.json").read_text())["vectors"]:
        got = verdict_of_receipt(vector)
        if got != vector["verdict"]:
            sys.exit(f"receipts.json: {vector['name']}: expected {vector['verdict']}, got {got}")
        checked += 1
    print(f"{checked} vectors agree")


if __name__ == "__main__":
    main()

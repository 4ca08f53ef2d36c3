#!/usr/bin/env python3
"""Checks docs/vectors/*.json with stock libraries (cbor2, cryptography): a second reader of docs/protocol.md.

For every vector of the envelope layer it comes to the verdict by itself; for vectors of the content layer it confirms that the
envelope is sound, so that only what is in the body can be wrong; for accepted automerge changes it also recomputes the
content-derived actor and the chunk's checksum. Ends with 1 at the first disagreement.

Usage: pip install cbor2 cryptography; python3 tests/check_vectors.py
"""

import hashlib
import json
import pathlib
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PROTECTED = bytes.fromhex("a10127")
CONTEXT = b"talkoot/1"
FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
ACTS = range(1, 12)
RESERVED_ACTS = range(5, 12)
CRITICAL_BELOW = 128


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
    return change_id, header, body


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


def verdict_of(vector, network):
    try:
        change_id, header, body = judge(bytes.fromhex(vector["change"]), network)
        if vector["verdict"] == "accepted":
            require(change_id.hex() == vector["id"], "another id")
            require(header.get(3, change_id).hex() == vector["document"], "another document")
            require(header[6].hex() == vector["author"], "another author")
            if header[2] == 1:
                check_actor(header, body[16:])
        return "accepted"
    except Refused as refused:
        return str(refused)


def main():
    folder = pathlib.Path(__file__).resolve().parent.parent / "docs" / "vectors"
    checked = 0
    for name in ("valid.json", "envelope.json", "content.json"):
        file = json.loads((folder / name).read_text())
        network = bytes.fromhex(file["network"])
        if sha256(b"talkoot/network/1", bytes.fromhex(file["charter"])) != network:
            sys.exit(f"{name}: the network id is not the hash of the charter")
        for vector in file["vectors"]:
            # What is wrong inside a body is for an automerge reader to say; its envelope must be sound.
            expected = vector["verdict"] if vector["layer"] == "envelope" else "accepted"
            got = verdict_of(vector, network)
            if got != expected:
                sys.exit(f"{name}: {vector['name']}: expected {expected}, got {got}")
            checked += 1
    print(f"{checked} vectors agree")


if __name__ == "__main__":
    main()

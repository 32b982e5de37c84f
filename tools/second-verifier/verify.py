#!/usr/bin/env python3
"""A second verifier of Cinnabar ledgers, in one file, that shares no code with the first.

Written from two pages of the repository and the standards that they cite: `events/README.md` (the formats: "the
contract" below) and `crates/verifier/README.md` (the export, the codes of the checks, which entry is named). Read it from
top to bottom: hashes, signatures, canonical JSON, forms, notes and trees, where the bytes come from, the audit itself.

It trusts the log's key that it is given and nothing else. It does not know the rules (who may decide what): for that,
use `verify`, or write your own. Needs Python 3.11; `pip install blake3 cryptography` makes it some ten times faster.

    verify.py ledger.jsonl --log-key VKEY           an export, its checkpoint in ledger.jsonl.checkpoint
    verify.py mirror/ --log-key VKEY                a directory of C2SP tlog-tiles
    verify.py http://127.0.0.1:8480 --log-key VKEY  the same over HTTP
"""

import argparse
import base64
import functools
import hashlib
import http.client
import itertools
import json
import os
import re
import struct
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime, timedelta

try:
    from blake3 import blake3 as fast_blake3
except ImportError:
    fast_blake3 = None
try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

ENTRY_BYTES = 65_535  # the longest entry
STATEMENT_BYTES = 32_768  # the longest statement
NOTE_BYTES = 1_000_000  # more than any signed note has
BUNDLE = 256  # entries in a full bundle of tlog-tiles
DEPTH = 16  # how deep JSON may nest
LISTED = 100  # findings that a report lists; the rest are counted
ZEROS = "blake3:" + 64 * "0"
SIGNED_AS = b"DSSEv1 42 application/vnd.cinnabar.statement.v1+json %d "

# ---------------------------------------------------------------------------------------------------------- hashes

# BLAKE3 (the paper, section 2), for inputs of any length and 32 bytes of output.
IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
COLUMNS_THEN_DIAGONALS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8


def schedule():
    """For each of the 7 rounds the 8 quarter rounds, each as 4 places in the state and 2 words of the message."""
    order, rounds = list(range(16)), []
    for _ in range(7):
        rounds += [(*state, order[2 * i], order[2 * i + 1]) for i, state in enumerate(COLUMNS_THEN_DIAGONALS)]
        order = [order[i] for i in PERMUTATION]
    return tuple(rounds)


SCHEDULE = schedule()


def compress(value, block, counter, length, flags):
    """One block of at most 64 bytes into the chaining value."""
    m = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = [*value, *IV[:4], counter & 0xFFFFFFFF, counter >> 32, length, flags]
    for a, b, c, d, x, y in SCHEDULE:
        va, vb, vc, vd = v[a], v[b], v[c], v[d]
        va = (va + vb + m[x]) & 0xFFFFFFFF
        vd ^= va
        vd = (vd >> 16 | vd << 16) & 0xFFFFFFFF
        vc = (vc + vd) & 0xFFFFFFFF
        vb ^= vc
        vb = (vb >> 12 | vb << 20) & 0xFFFFFFFF
        va = (va + vb + m[y]) & 0xFFFFFFFF
        vd ^= va
        vd = (vd >> 8 | vd << 24) & 0xFFFFFFFF
        vc = (vc + vd) & 0xFFFFFFFF
        vb ^= vc
        v[a], v[b], v[c], v[d] = va, (vb >> 7 | vb << 25) & 0xFFFFFFFF, vc, vd
    return tuple(v[i] ^ v[i + 8] for i in range(8))


def slow_blake3(data):
    chunks = [data[i : i + 1024] for i in range(0, len(data), 1024)] or [b""]

    def chunk(index, root):
        value, blocks = IV, [chunks[index][i : i + 64] for i in range(0, len(chunks[index]), 64)] or [b""]
        for i, block in enumerate(blocks):
            last = i == len(blocks) - 1
            flags = CHUNK_START * (i == 0) | CHUNK_END * last | (root if last else 0)
            value = compress(value, block, index, len(block), flags)
        return value

    def subtree(first, count, root):
        if count == 1:
            return chunk(first, root)
        left = 1 << (count - 1).bit_length() - 1  # the largest power of two below count
        pair = subtree(first, left, 0) + subtree(first + left, count - left, 0)
        return compress(IV, struct.pack("<16I", *pair), 0, 64, PARENT | root)

    return struct.pack("<8I", *subtree(0, len(chunks), ROOT))


def blake3(data):
    return fast_blake3(data).digest() if fast_blake3 else slow_blake3(data)


def named_hash(data):
    """The hash of an entry or of a genesis as it is written."""
    return "blake3:" + blake3(data).hex()


def sha256(data):
    return hashlib.sha256(data).digest()


# ------------------------------------------------------------------------------------------------------ signatures

# Ed25519 (RFC 8032 section 5.1): points of -x² + y² = 1 + d·x²·y² over the integers mod P, as (X, Y, Z, X·Y/Z).
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def encode(p):
    inverse = pow(p[2], -1, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data):
    """The point that 32 bytes are the canonical encoding of, or None."""
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return ((x if x & 1 == sign else P - x), y, 1, (x if x & 1 == sign else P - x) * y % P)


def windows(point):
    """Row i holds 0·16^i·point to 15·16^i·point: with it, a multiple is the sum of at most 64 points."""
    rows = []
    for _ in range(64):
        rows.append(list(itertools.accumulate([NEUTRAL] + 15 * [point], add)))
        point = add(rows[-1][15], point)
    return rows


def multiple(number, rows):
    return functools.reduce(add, (row[number >> 4 * i & 15] for i, row in enumerate(rows)), NEUTRAL)


def small_order():
    """The y of all points whose order divides 8: L times any point is one; search for one that generates them all."""
    for y in range(2, 99):
        point = decode(y.to_bytes(32, "little"))
        if point:
            torsion = multiple(L, windows(point))
            ring = {encode(p) for p in itertools.accumulate(8 * [torsion], add)}
            if len(ring) == 8:
                return {int.from_bytes(p, "little") & (1 << 255) - 1 for p in ring}
    raise AssertionError("half of all points would do")


SMALL_ORDER = small_order()
BASE = windows(decode((4 * pow(5, -1, P) % P).to_bytes(32, "little")))


@functools.lru_cache(maxsize=64)  # few keys sign most entries; a table is half a megabyte
def negated_windows(key):
    point = decode(key)
    return point and windows((P - point[0], point[1], 1, P - point[3]))


def verifies(key, message, signature):
    """Strict verification (the contract, Signatures). Plain libraries accept more: the first three lines are what they lack.

    That R is canonical, and S·B - k·A equal to it, is one comparison of bytes; OpenSSL does the same.
    """
    y = int.from_bytes(key, "little") & (1 << 255) - 1
    r, s = int.from_bytes(signature[:32], "little") & (1 << 255) - 1, int.from_bytes(signature[32:], "little")
    if len(key) != 32 or len(signature) != 64 or y >= P or y in SMALL_ORDER or r in SMALL_ORDER or s >= L:
        return False
    if Ed25519PublicKey:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            return True
        except (InvalidSignature, ValueError):
            return False
    rows = negated_windows(key)
    if rows is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return encode(add(multiple(s, BASE), multiple(k, rows))) == signature[:32]


# -------------------------------------------------------------------------------------------------- canonical JSON


class Malformed(Exception):
    """Bytes that are not what they should be. `check` is the code of the check that says so."""

    def __init__(self, check, detail):
        super().__init__(detail)
        self.check = check


KEY = re.compile(rb'"([\x20\x21\x23-\x5b\x5d-\x7e]*+)":')
STRING = re.compile(rb'"((?:[^"\\\x00-\x1f]++|\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f])))*+)"')
NUMBER = re.compile(rb"0|-?[1-9][0-9]{0,15}")
CONTROL = re.compile("[\x7f-\x9f]")


def value_at(data, at, depth=1, spans=None):
    """The canonical value that starts at `at`, and where it ends. `spans`: filled with where the members stand."""
    opening = data[at : at + 1]
    if opening in b"{[" and opening and depth > DEPTH:
        raise Malformed("bytes.canonical", f"deeper than {DEPTH} at byte {at}")
    if opening == b"{":
        members, last, at = {}, None, at + 1
        while data[at : at + 1] != b"}" or last is not None:
            found = KEY.match(data, at)
            if not found or (last is not None and found[1] <= last):
                raise Malformed("bytes.canonical", f"no key, or not in order, at byte {at}")
            last = found[1]
            members[last.decode()], end = value_at(data, found.end(), depth + 1)
            if spans is not None:
                spans[last.decode()] = (found.end(), end)
            at = end + 1
            if data[end : end + 1] == b"}":
                return members, at
            if data[end : end + 1] != b",":
                raise Malformed("bytes.canonical", f"neither , nor }} at byte {end}")
        return members, at + 1
    if opening == b"[":
        items, at = [], at + 1
        while data[at : at + 1] != b"]" or items:
            item, end = value_at(data, at, depth + 1)
            items.append(item)
            at = end + 1
            if data[end : end + 1] == b"]":
                return items, at
            if data[end : end + 1] != b",":
                raise Malformed("bytes.canonical", f"neither , nor ] at byte {end}")
        return items, at + 1
    if opening == b'"' and (found := STRING.match(data, at)):
        try:
            text = found[1].decode("utf-8")  # strict: no surrogates, no overlong forms
        except UnicodeDecodeError as error:
            raise Malformed("bytes.canonical", f"not UTF-8 at byte {found.start(1) + error.start}") from None
        if CONTROL.search(text):
            raise Malformed("bytes.canonical", f"a control character in the text at byte {at}")
        return (json.loads(f'"{text}"') if "\\" in text else text), found.end()
    if (found := NUMBER.match(data, at)) and abs(int(found[0])) < 2**53:
        return int(found[0]), found.end()
    for word, meaning in ((b"true", True), (b"false", False)):
        if data.startswith(word, at):
            return meaning, at + len(word)
    raise Malformed("bytes.canonical", f"no canonical value at byte {at}")


# ----------------------------------------------------------------------------------------------------------- forms

CLASSES = (
    "access|actor|algorithm|allocation|appeal|committee|complaint|compute|correction|dataset|deadline|disclosure|dispute|"
    "erasure|guideline|hold|incident|indicator|ledger|note|organisation|product|release|report|return|review|rulebook|"
    "scenario|survey"
)
FORMS = {
    "id": r"[A-Za-z0-9_-]{1,64}",
    "subject": rf"(?:{CLASSES})/[A-Za-z0-9_-]{{1,64}}",
    "code": r"[a-z0-9_]{1,40}",
    "kind": r"[a-z]+\.[a-z]+(?:-(?:[2-9]|[1-9][0-9]+))?",
    "statement id": r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "hash": r"blake3:[0-9a-f]{64}",
    "key": r"ed25519:[0-9a-f]{64}",
    "commitment": r"c1:[0-9a-f]{64}",
    "pointer": r"(?:/(?:[^~/]|~[01])*)+",
    "name": r"[a-z0-9-]{1,32}",
    "origin": r"[a-z0-9./-]{0,99}[a-z0-9.-]",
    "root": r"sha256:[0-9a-f]{64}",
    "date": r"([0-9]{4})-([0-9]{2})-([0-9]{2})",
    "time": r"([0-9]{4})-([0-9]{2})-([0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z",
}
PATTERNS = {form: re.compile(pattern, re.DOTALL) for form, pattern in FORMS.items()}

# A test says whether a value has a form. The functions below make tests; with them the forms are written down as tables.


def form(name):
    def test(value):
        found = isinstance(value, str) and PATTERNS[name].fullmatch(value)
        if found and name in ("date", "time"):
            year, month, day = map(int, found.groups())
            leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
            return 1 <= month <= 12 and 1 <= day <= (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
        return bool(found)

    return test


def text(most):
    return lambda value: isinstance(value, str) and 1 <= len(value) <= most


def some(of, least, most):
    """A list of that many, none twice."""
    return lambda value: (
        isinstance(value, list)
        and least <= len(value) <= most
        and all(map(of, value))
        and len({json.dumps(item) for item in value}) == len(value)
    )


def need(holds, detail):
    if not holds:
        raise Malformed("bytes.form", detail)


def check_members(value, required, optional, what):
    need(isinstance(value, dict), f"{what} is no object")
    need(required.keys() <= value.keys(), f"{what} lacks {sorted(required.keys() - value.keys())}")
    for member, test in (required | optional).items():
        need(member not in value or test(value[member]), f"{member} of {what}")
    unknown = value.keys() - required.keys() - optional.keys()
    need(not unknown, f"{what} has {sorted(unknown)}")


def members(required, optional=None):
    def test(value):
        check_members(value, required, optional or {}, "a part")
        return True

    return test


def is_one(value):
    return value == 1 and value is not True


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_when(value):
    return form("date")(value) or form("time")(value)


def is_any(_):
    return True


def are_commitments(value):
    return isinstance(value, dict) and value and all(map(form("pointer"), value)) and all(map(form("commitment"), value.values()))


def are_concerns(value):
    return some(form("subject"), 1, 8)(value) and value == sorted(value)


STATEMENT = {
    "v": is_one,
    "id": form("statement id"),
    "kind": form("kind"),
    "subject": form("subject"),
    "signers": some(members({"actor": form("id"), "role": form("code")}, {"onBehalfOf": form("id")}), 1, 16),
    "data": lambda value: isinstance(value, dict),
}
STATEMENT_MAY = {
    "ledger": form("hash"),
    "concerns": are_concerns,
    "basis": some(members({"article": text(40), "instrument": text(60)}), 1, 16),
    "occurred": is_when,
    "effective": is_when,
    "expects": is_count,
    "migrated": members({"register": text(200), "row": text(200)}),
    "commitments": are_commitments,
}
# What this program itself reads from payloads. The rest takes the schemas; a checker of payloads is another program.
GENESIS = {
    "origin": form("origin"),
    "name": form("name"),
    "institution": is_any,
    "jurisdiction": is_any,
    "founders": some(members({"actor": form("id"), "name": text(200), "key": form("key")}), 1, 16),
    "threshold": is_count,
    "logKey": form("key"),
    "ledgerKey": form("key"),
    "rulebook": is_any,
}
INDEX = {"size": is_count, "root": form("root"), "dossiers": is_count}
ENTRY = {
    "dossiers": lambda value: isinstance(value, dict),
    "prev": form("hash"),
    "seq": is_count,
    "signatures": lambda value: isinstance(value, list),
    "statement": is_any,
    "time": form("time"),
    "v": is_one,
}


def check_statement(statement):
    """The contract, Statement."""
    check_members(statement, STATEMENT, STATEMENT_MAY, "the statement")
    kind, data = statement["kind"], statement["data"]
    need(("ledger" in statement) != (kind == "ledger.opened"), "a genesis names no ledger, everything else does")
    need(statement["subject"] not in statement.get("concerns", ()), "concerns has the subject itself")
    if kind == "ledger.opened":
        check_members(data, GENESIS, {}, "the genesis")
    elif kind == "dossiers.indexed":
        check_members(data, INDEX, {}, "the index")
    elif kind in ("actor.enrolled", "key.rotated", "key.revoked"):
        need(form("key")(data.get("key")), "data.key is no key")
        need(form("date")(data.get("keyExpires", "2000-01-01")), "data.keyExpires is no date")


def from_base64(text, length=None):
    """The bytes, if this is the one spelling of them (RFC 4648 section 4), else None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        return None
    return data if base64.b64encode(data) == text.encode() and length in (None, len(data)) else None


class Entry:
    """An entry that has the form of one, whatever else may be wrong with it. Raises Malformed."""

    def __init__(self, raw):
        self.raw, self.spans = raw, {}
        if len(raw) > ENTRY_BYTES:
            raise Malformed("bytes.framing", f"longer than {ENTRY_BYTES} bytes")
        value, end = value_at(raw, 0, spans=self.spans)
        if end != len(raw):
            raise Malformed("bytes.canonical", f"bytes after the value, from byte {end} on")
        check_members(value, ENTRY, {}, "the entry")
        start, end = self.spans["statement"]
        need(end - start <= STATEMENT_BYTES, f"the statement is longer than {STATEMENT_BYTES} bytes")
        self.seq, self.prev, self.time = value["seq"], value["prev"], value["time"]
        self.statement, self.said = value["statement"], raw[start:end]
        check_statement(self.statement)
        self.subjects = [self.statement["subject"], *self.statement.get("concerns", ())]
        self.dossiers = value["dossiers"]
        need(set(self.dossiers) == set(self.subjects), "dossiers are of other subjects")
        for link in self.dossiers.values():
            need(isinstance(link, list) and len(link) == 2, "a dossier link is not a pair")
            need(is_count(link[0]) and form("hash")(link[1]), "a dossier link's form")
        self.signatures = []
        need(len(value["signatures"]) == len(self.statement["signers"]), "not as many signatures as signers")
        for signature in value["signatures"]:
            check_members(signature, {"key": form("key"), "sig": lambda sig: isinstance(sig, str)}, {}, "a signature")
            self.signatures.append((signature["key"], from_base64(signature["sig"], 64)))
            need(self.signatures[-1][1], "a signature is not 64 bytes in their one spelling")
        keys = [key for key, _ in self.signatures]
        need(all(a < b for a, b in itertools.pairwise(keys)), "the keys of signatures don't ascend")

    @functools.cached_property
    def hash(self):
        return named_hash(self.raw)

    @functools.cached_property
    def forged(self):
        """The keys whose signatures don't verify."""
        message = SIGNED_AS % len(self.said) + self.said
        return [key for key, signature in self.signatures if not verifies(bytes.fromhex(key[8:]), message, signature)]

    def with_prev(self, prev):
        """The entry's bytes with another hash in `prev`."""
        start, end = self.spans["prev"]
        return b'%s"%s"%s' % (self.raw[:start], prev.encode(), self.raw[end:])


# -------------------------------------------------------------------------------------------------- notes and trees


@dataclass(frozen=True)
class LogKey:
    """A C2SP vkey: `<name>+<8 hex digits>+<base64 of type and key>`, Ed25519 (type 0x01) only."""

    name: str
    id: bytes
    key: bytes

    @staticmethod
    def parse(vkey):
        name, digits, text = vkey.strip().split("+", 2)
        data = from_base64(text, 33)
        if data is None or data[0] != 1 or not name:
            raise ValueError("not the vkey of an Ed25519 log key")
        if sha256(name.encode() + b"\n" + data)[:4].hex() != digits:
            raise ValueError("the vkey's id is not that of its key")
        return LogKey(name, bytes.fromhex(digits), data[1:])


@dataclass(frozen=True)
class Checkpoint:
    size: int
    root: bytes

    @staticmethod
    def parse(note, log):
        """A C2SP checkpoint in a signed note, of this log and signed by it. Lines of others (witnesses) are passed over."""

        def must(holds, detail):
            if not holds:
                raise Malformed("checkpoint", detail)

        try:
            text, signatures = note.decode("utf-8").rsplit("\n\n", 1)
        except ValueError:  # UnicodeDecodeError is one
            raise Malformed("checkpoint", "not UTF-8, or no empty line before signatures") from None
        text += "\n"
        must(not re.search("[\x00-\x09\x0b-\x1f]", note.decode("utf-8")), "control characters in the note")
        must(signatures.endswith("\n"), "the last line isn't ended")
        lines, signed = text.split("\n")[:-1], False
        for line in signatures.split("\n")[:-1]:
            found = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
            data = found and from_base64(found[2])
            must(data and len(data) > 4, "a line that is no signature")
            if found[1] == log.name and data[:4] == log.id:
                must(len(data) == 68 and verifies(log.key, text.encode(), data[4:]), "the log's signature doesn't verify")
                signed = True
        must(signed, "not signed with the log key given")
        must(len(lines) == 3 and lines[0] == log.name, "not three lines that begin with the origin")
        must(re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]), "the size is no number")
        root = from_base64(lines[2], 32)
        must(root is not None, "the root is no hash")
        return Checkpoint(int(lines[1]), root)


def leaf_hash(entry):
    return sha256(b"\0" + entry)


@dataclass
class Tree:
    """The right edge of a Merkle tree (RFC 6962 section 2.1): roots of full subtrees, the largest first."""

    size: int = 0
    edge: list = field(default_factory=list)

    def push(self, leaf):
        self.size += 1
        merges = (self.size & -self.size).bit_length() - 1  # as many as the size has zero bits at its end
        for _ in range(merges):
            leaf = sha256(b"\1" + self.edge.pop() + leaf)
        self.edge.append(leaf)

    def root(self):
        if not self.edge:
            return sha256(b"")
        return functools.reduce(lambda right, left: sha256(b"\1" + left + right), reversed(self.edge))

    def root_with(self, leaf):
        more = Tree(self.size, self.edge.copy())
        more.push(leaf)
        return more.root()


def sparse_root(leaves, depth=0):
    """Root of the sparse tree over sorted pairs of keys and values: bit `depth` of the key decides, 0 goes left.

    Nothing: 32 zero bytes. One leaf, at whatever depth: its hash. More: a node over both sides, even if one is nothing.
    """
    if not leaves:
        return bytes(32)
    if len(leaves) == 1:
        return sha256(b"\2" + leaves[0][0] + leaves[0][1])
    middle = sum(not leaf[0][depth >> 3] >> (7 - (depth & 7)) & 1 for leaf in leaves)
    return sha256(b"\3" + sparse_root(leaves[:middle], depth + 1) + sparse_root(leaves[middle:], depth + 1))


# ------------------------------------------------------------------------------------------ where the bytes come from


@dataclass
class Unreadable:
    """Consecutive lines that are no entries: how many, and what is wrong with the first of them."""

    count: int
    problems: list


class Missing(Exception):
    """Something that is needed is not there or can't be reached: no finding, but nothing can be decided."""


def entries_of(line, ended):
    """What one line holds: (entry or None, (check, detail) or None). Two entries if the newline between them was changed."""
    try:
        entry = Entry(line)
        return [(entry, None if ended else ("bytes.framing", "no newline after the last entry"))]
    except Malformed as error:
        problem = (error.check, str(error))
    try:
        end = value_at(line, 0)[1]
        first = Entry(line[:end])
    except Malformed:
        return [(None, problem)]
    framing = ("bytes.framing", "the newline after this entry was changed or is missing")
    if not ended and end + 1 == len(line):
        return [(first, framing)]
    for start in (end + 1, end):  # after one byte that was a newline, or after none
        rest = entries_of(line[start:], ended)
        if rest[0][0]:
            return [(first, framing), *rest]
    return [(None, problem)]


def lines_of(file):
    """Lines and whether each is ended; of a line that is too long for two entries, what fits."""
    most = 2 * ENTRY_BYTES + 2
    while line := file.readline(most):
        ended = line.endswith(b"\n")
        rest = line
        while not rest.endswith(b"\n") and (rest := file.readline(most)):
            ended = rest.endswith(b"\n")
        yield line.removesuffix(b"\n"), ended


def of_bundle(bundle, width):
    """The entries of one bundle of tlog-tiles: 2 bytes of length, big-endian, and the entry, `width` times."""
    at = 0
    for _ in range(width):
        length = int.from_bytes(bundle[at : at + 2], "big")
        if at + 2 + length > len(bundle):
            yield None, ("bytes.framing", "the bundle ends before this entry does")
            return
        yield entries_of(bundle[at + 2 : at + 2 + length], True)[0]
        at += 2 + length
    if at != len(bundle):
        yield None, ("bytes.framing", "the bundle has bytes after its last entry")


class Source:
    """An export, or a log's tiles in a directory or behind a URL."""

    def __init__(self, place):
        self.url = re.match("https?://", place) is not None
        inside = os.path.join(place, "ledger.jsonl")
        self.place = inside if not self.url and os.path.isfile(inside) else place
        self.tiles = self.url or os.path.isdir(self.place)

    def read(self, path, most):
        """The bytes at a path of the log, or None if there are none."""
        if not self.url:
            try:
                with open(os.path.join(self.place, path), "rb") as file:
                    return file.read(most)
            except FileNotFoundError:
                return None
        try:
            with urllib.request.urlopen(self.place.rstrip("/") + "/" + path, timeout=30) as answer:
                return answer.read(most)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise Missing(f"{path}: status {error.code}") from None
        except http.client.HTTPException as error:
            raise Missing(f"{path}: {error!r}") from None

    def checkpoint(self):
        if self.tiles:
            return self.read("checkpoint", NOTE_BYTES)
        try:
            with open(self.place + ".checkpoint", "rb") as file:
                return file.read(NOTE_BYTES)
        except FileNotFoundError:
            return None

    def entries(self, checkpoint):
        if not self.tiles:
            with open(self.place, "rb") as file:
                for line, ended in lines_of(file):
                    yield from entries_of(line, ended)
            return
        if checkpoint is None:
            raise Missing("without a checkpoint nothing says which bundles there are")
        for first in range(0, checkpoint.size, BUNDLE):
            width = min(BUNDLE, checkpoint.size - first)
            index = f"{first // BUNDLE:,}".replace(",", "/x")  # groups of three digits, all but the last after an x
            groups = index.replace("x", "").split("/")
            path = "tile/entries/" + "/".join(["x" + group.zfill(3) for group in groups[:-1]] + [groups[-1].zfill(3)])
            most = BUNDLE * (ENTRY_BYTES + 2) + 1
            bundle = self.read(f"{path}.p/{width}", most) if width < BUNDLE else None
            if bundle is None and (bundle := self.read(path, most)) is not None and width < BUNDLE:
                lengths = [0]  # the full bundle in place of a partial one that has vanished: cut it
                for _ in range(width):
                    lengths.append(lengths[-1] + 2 + int.from_bytes(bundle[lengths[-1] : lengths[-1] + 2], "big"))
                bundle = bundle[: lengths[-1]]
            if bundle is None:
                raise Missing(f"the entries from {first} on: {path}")
            yield from of_bundle(bundle, width)


def grouped(entries):
    """The entries, each with what is wrong with its framing; consecutive ones that can't be read as one Unreadable."""
    run = None
    for entry, problem in entries:
        if entry is None:
            run = run or Unreadable(0, [])
            run.count += 1
            if len(run.problems) < LISTED:
                run.problems.append(problem)
            continue
        if run:
            yield run
        run = None
        entry.framing = problem
        yield entry
    if run:
        yield run


# ------------------------------------------------------------------------------------------------------- the audit

CHECKS = (
    "bytes.framing bytes.canonical bytes.form sequence chain dossier dossiers tree.size tree.root checkpoint "
    "checkpoint.fork genesis statement.ledger signature signature.key statement.id time"
).split()


@dataclass
class Key:
    """Whose a key is, and why it signs nothing any more, if so."""

    actor: str
    ended: str = ""
    expires: str = "9999-12-31"


def day_in_shenzhen(time):
    """The day on which something was recorded, where the institution is (UTC+8, all year)."""
    if not "0001" <= time < "9999-12-31":  # outside of what datetime knows
        return time[:10]
    return (datetime.fromisoformat(time[:19]) + timedelta(hours=8)).isoformat()[:10]


class Audit:
    def __init__(self, log, ledger=None, checkpoint=None, old=()):
        self.log, self.given_ledger, self.checkpoint, self.old = log, ledger, checkpoint, old
        self.findings, self.missing = [], []
        self.next = 0  # the sequence at which the next line stands
        self.previous = None  # the entry before, if it was read
        self.link = ZEROS  # its hash, or None if it can't be known
        self.time = ""  # its time, or "" if it can't be relied on
        self.tree, self.whole = Tree(), True  # whole: no line is lost, repeated or unreadable so far
        self.roots = {0: self.tree.root()}  # roots at the sizes that somebody signed
        self.sizes = {point.size for point in (checkpoint, *old) if point}
        self.heads, self.sure = {}, True  # dossier -> (length, hash), or None in doubt; sure: no entry was lost
        self.indexed, self.index_size, self.changes, self.index_sure = {}, 0, [], True
        self.ledger, self.keys, self.keys_sure, self.unsure = ledger, {}, True, 0
        self.ids, self.signatures = {}, 0

    def find(self, sequence, check, detail):
        self.findings.append((sequence, check, detail))

    def run(self, items):
        """Reads all entries, each together with the one after it (which is the witness for it)."""
        items = iter(items)
        try:
            item = next(items, None)
            while item is not None:
                try:
                    following, cut = next(items, None), None
                except (Missing, OSError) as error:  # what was read so far still counts
                    following, cut = None, error
                (self.unreadable if isinstance(item, Unreadable) else self.entry)(item, following)
                if cut:
                    raise cut
                item = following
        except (Missing, OSError) as error:
            self.missing.append(f"the ledger: {error}")
        self.finish()

    def unreadable(self, run, following):
        """Lines that are no entries count for no more entries than there is room for before the next one that is."""
        end = following.seq if following else self.checkpoint.size if self.checkpoint else self.next + run.count
        taken = min(run.count, max(end - self.next, 0))
        for index, (check, detail) in enumerate(run.problems[: max(taken, 1)]):
            self.find(self.next + index, check, detail)
        self.next += taken
        self.lose()
        if taken:
            self.previous = self.link = None

    def lose(self):
        """An entry is gone: what it said about dossiers, keys and heads is not known."""
        self.whole = self.sure = self.index_sure = self.keys_sure = False
        self.heads.clear()

    def doubt(self, entry):
        """An entry's bytes are not the recorded ones, so neither is its hash, nor perhaps its time."""
        self.index_sure = False
        self.heads.update(dict.fromkeys(entry.subjects))
        self.time = ""

    def entry(self, entry, following):
        damaged, at = False, self.next
        linked = self.link is not None and entry.prev == self.link
        if entry.seq != at and linked:
            self.find(at, "sequence", f"states sequence {entry.seq}")
            damaged = True
        elif entry.seq > at:
            self.find(at, "sequence", f"{entry.seq - at} entries are not there")
            self.lose()
            at, self.previous, self.link = entry.seq, None, None
        elif entry.seq < at:
            self.find(entry.seq, "sequence", "is there twice")
            self.whole = False
            return
        elif self.link is not None and not linked:
            named = self.named(entry, at, following)
            self.find(named, "chain", "the bytes are not the ones that were recorded: the neighbours contradict them")
            if named == at:
                damaged = True
            else:
                self.doubt(self.previous)
        if entry.framing:
            self.find(at, *entry.framing)
        broken = damaged and not linked
        damaged |= self.check_signatures(entry, at)
        self.check_statement(entry, at)
        if entry.time < self.time:
            self.find(at, "time", f"{entry.time} is before {self.time}")
        self.time = entry.time
        self.check_dossiers(entry, at)
        if damaged:
            self.doubt(entry)
        self.previous, self.link = entry, None if broken else entry.hash
        self.next = at + 1
        self.tree.push(leaf_hash(entry.raw))
        if self.whole and self.tree.size in self.sizes:
            self.roots[self.tree.size] = self.tree.root()

    def named(self, entry, at, following):
        """`prev` is not the hash of the entry before: is this one damaged, or the one before? The one after knows."""
        if at == 0:
            return at
        if isinstance(following, Entry) and following.prev == entry.hash:
            return at - 1
        if isinstance(following, Entry) and following.seq == at + 1:
            return at
        if following is None and self.checkpoint and self.checkpoint.size == at + 1 and self.whole:
            if self.tree.root_with(leaf_hash(entry.with_prev(self.link))) == self.checkpoint.root:
                return at
        return at if entry.forged else at - 1

    def check_signatures(self, entry, at):
        """Each signature, and whose the keys are. True if the statement is not what its signers signed."""
        self.signatures += len(entry.signatures)
        for key in entry.forged:
            self.find(at, "signature", f"the signature by {key} doesn't verify")
        if at == 0:
            self.check_genesis(entry)
        elif entry.statement["kind"] == "ledger.opened":
            self.find(at, "genesis", "another genesis")
        if entry.forged:
            self.keys_sure = False
            return True
        problems = self.key_problems(entry) if at else []
        if not self.keys_sure:  # may be consequences of what was lost
            self.unsure += len(problems)
        else:
            for problem in problems:
                self.find(at, "signature.key", problem)
        self.change_keys(entry.statement)
        return False

    def check_genesis(self, entry):
        """The contract, Genesis."""
        statement, data = entry.statement, entry.statement["data"]
        if statement["kind"] != "ledger.opened":
            self.find(0, "genesis", "the first entry is no genesis")
            return
        founders = {founder["actor"]: founder["key"] for founder in data["founders"]}
        keys = [data["logKey"], data["ledgerKey"], *(founder["key"] for founder in data["founders"])]
        signers = [signer["actor"] for signer in statement["signers"]]
        for holds, detail in (
            (data["logKey"][8:] == self.log.key.hex(), "it names another log key"),
            (data["origin"] == self.log.name, "it names another origin"),
            (statement["subject"] == "ledger/" + data["name"], "its subject is another ledger"),
            (not {"concerns", "migrated"} & set(statement), "it has concerns, or is taken over"),
            (all(s["role"] == "founder" and "onBehalfOf" not in s for s in statement["signers"]), "signed by no founder"),
            (len(set(signers)) == len(signers) and set(signers) <= set(founders), "signed by others, or twice"),
            (sorted(map(founders.get, set(signers) & set(founders))) == [k for k, _ in entry.signatures], "other keys"),
            (1 <= data["threshold"] <= len(signers), "fewer signers than its threshold"),
            (len(set(keys)) == len(keys) and len(founders) == len(data["founders"]), "founders or keys are not different"),
            ("ledger" not in founders, "a founder is called ledger"),
        ):
            if not holds:
                self.find(0, "genesis", detail)
        if not entry.forged:
            self.ledger = self.ledger or named_hash(entry.said)
        if self.given_ledger and self.given_ledger != named_hash(entry.said):
            self.find(0, "statement.ledger", f"this is the ledger {named_hash(entry.said)}")

    def key_problems(self, entry):
        """The contract, Signatures: every key a signer's, valid at that point, and every signer has signed."""
        statement, problems, signed = entry.statement, [], set()
        subject = statement["subject"]
        newcomer = (subject.removeprefix("actor/"), True)  # who proves that he holds the key that this brings
        fresh = statement["data"]["key"] if statement["kind"] in ("actor.enrolled", "key.rotated") else None
        waiting = {(signer["actor"], signer["role"] == "incoming_key") for signer in statement["signers"]}
        for key, _ in entry.signatures:
            owner = self.keys.get(key)
            if key == fresh and newcomer in waiting:
                if owner:
                    problems.append(f"the new key {key} is, or was, the key of {owner.actor}")
                signed.add(newcomer)
            elif owner is None or (owner.actor, False) not in waiting:
                problems.append(f"{key} is no signer's")
            else:
                signed.add((owner.actor, False))
                if owner.ended:
                    problems.append(f"{key} of {owner.actor} was {owner.ended}")
                elif owner.expires < day_in_shenzhen(entry.time):
                    problems.append(f"{key} of {owner.actor} expired on {owner.expires}")
        problems += [f"{actor} has not signed" for actor, _ in sorted(waiting - signed)]
        for signer in statement["signers"]:
            if (signer["role"] == "system") != (signer["actor"] == "ledger"):
                problems.append("the ledger itself signs as system, and nobody else does")
            if signer["role"] == "self" and subject != "actor/" + signer["actor"]:
                problems.append(f"{signer['actor']} signs as self, but it is about {subject}")
            if signer["role"] == "founder":
                problems.append("founders sign the genesis only")
        return problems

    def change_keys(self, statement):
        """What a statement does to keys."""
        kind, data, actor = statement["kind"], statement["data"], statement["subject"].split("/")[1]
        if kind == "ledger.opened" and not self.keys:
            self.keys = {founder["key"]: Key(founder["actor"]) for founder in data["founders"]}
            self.keys[data["ledgerKey"]] = Key("ledger")
            self.keys[data["logKey"]] = Key("", "never anybody's: it is the log's")
        if kind == "key.rotated":
            for key in self.keys.values():
                if key.actor == actor:
                    key.ended = key.ended or "replaced"
        if kind in ("actor.enrolled", "key.rotated") and data["key"] not in self.keys:
            self.keys[data["key"]] = Key(actor, expires=data.get("keyExpires", "9999-12-31"))
        if kind == "key.revoked" and (key := self.keys.get(data["key"])) and key.actor == actor:
            key.ended = "revoked"

    def check_statement(self, entry, at):
        statement = entry.statement
        if at and statement["kind"] != "ledger.opened":
            self.ledger = self.ledger or statement["ledger"]  # the genesis is lost: what the next entry says
            if statement["ledger"] != self.ledger:
                self.find(at, "statement.ledger", f"said for {statement['ledger']}")
        name = (statement["signers"][0]["actor"], statement["id"])
        if name in self.ids:
            self.find(at, "statement.id", f"{name[0]} used {name[1]} at sequence {self.ids[name]}")
        self.ids.setdefault(name, at)

    def check_dossiers(self, entry, at):
        if entry.statement["kind"] == "dossiers.indexed":
            self.check_index(entry.statement["data"], at)
        for subject in entry.subjects:
            revision, last = entry.dossiers[subject]
            head = self.heads.get(subject, (0, ZEROS) if self.sure else None)
            if head and head != (revision, last):
                self.find(at, "dossier", f"{subject} is at {head[0]}, {head[1]}")
                revision = head[0]
            self.heads[subject] = (revision + 1, entry.hash)
            self.changes.append((at, subject, revision + 1, entry.hash))

    def check_index(self, data, at):
        """`dossiers.indexed`: the sparse tree over the heads of all dossiers as the first `size` entries left them."""
        size = data["size"]
        if not self.index_size < size <= at:
            self.find(at, "dossiers", f"covers {size} entries at sequence {at}, after {self.index_size}")
        self.index_size = max(size, self.index_size)
        covered = sum(1 for _ in itertools.takewhile(lambda change: change[0] < size, self.changes))
        for _, subject, length, last in self.changes[:covered]:
            self.indexed[sha256(subject.encode())] = sha256(length.to_bytes(8, "big") + bytes.fromhex(last[7:]))
        del self.changes[:covered]
        if self.index_sure:
            if data["dossiers"] != len(self.indexed):
                self.find(at, "dossiers", f"{len(self.indexed)} dossiers, not {data['dossiers']}")
            if data["root"] != "sha256:" + sparse_root(sorted(self.indexed.items())).hex():
                self.find(at, "dossiers", "the root is not that of the dossiers")

    def finish(self):
        """What concerns the ledger as a whole."""
        point = self.checkpoint
        if point and not self.missing:
            if self.next != point.size:
                self.find(min(self.next, point.size), "tree.size", f"{self.next} entries, the checkpoint says {point.size}")
            if self.roots.get(point.size) != point.root and (self.whole or self.findings):
                named = None if self.findings else max(point.size - 1, 0)
                self.find(named, "tree.root", "these are not the entries that the log signed for")
        for old in self.old:
            self.check_old(old)

    def check_old(self, old):
        point = self.checkpoint
        if point and old.size == point.size and old.root != point.root:
            self.find(None, "checkpoint.fork", f"two roots are signed for size {old.size}")
        elif old.size in self.roots and self.whole:
            if self.roots[old.size] != old.root and point and self.roots.get(point.size) == point.root:
                self.find(None, "checkpoint.fork", f"another root was signed for size {old.size}: the log was rewritten")
            elif self.roots[old.size] != old.root:
                self.find(None, "tree.root", f"these are not the entries that the log signed for at size {old.size}")
        elif not self.findings:
            self.missing.append(f"the entries up to the old checkpoint's size {old.size}")

    def verdict(self):
        if any(check == "checkpoint.fork" for _, check, _ in self.findings):
            return "fork"
        return "findings" if self.findings else "undecided" if self.missing else "verified"

    def report(self):
        order = {check: index for index, check in enumerate(CHECKS)}
        self.findings.sort(key=lambda finding: (finding[0] is None, finding[0] or 0, order[finding[1]]))
        return {
            "verdict": self.verdict(),
            "ledger": self.ledger,
            "entries": self.next,
            "root": self.tree.root().hex(),
            "checkpoint": self.checkpoint and {"size": self.checkpoint.size, "root": self.checkpoint.root.hex()},
            "signatures": self.signatures,
            "unsure": self.unsure,
            "rules": "not checked",
            "findings": [
                ({} if sequence is None else {"sequence": sequence}) | {"check": check, "detail": detail}
                for sequence, check, detail in self.findings[:LISTED]
            ],
            "moreFindings": max(len(self.findings) - LISTED, 0),
            "missing": self.missing,
        }


# ------------------------------------------------------------------------------------------------ the command line

EXIT = {"verified": 0, "findings": 10, "fork": 11, "undecided": 12}


def read_checkpoint(path, log, audit):
    try:
        with open(path, "rb") as file:
            return Checkpoint.parse(file.read(NOTE_BYTES), log)
    except OSError as error:
        audit.missing.append(f"the checkpoint {path}: {error.strerror}")
    except Malformed as error:
        audit.find(None, error.check, f"{path}: {error}")
    return None


def audit_of(args):
    first = Audit(args.log_key)  # collects what is wrong with the checkpoints
    source, checkpoint = Source(args.export), None
    if args.checkpoint:
        checkpoint = read_checkpoint(args.checkpoint, args.log_key, first)
    else:
        try:
            note = source.checkpoint()
            if note is None:
                first.missing.append("a signed checkpoint: without it nothing says that these are all the entries")
            else:
                checkpoint = Checkpoint.parse(note, args.log_key)
        except Malformed as error:
            first.find(None, error.check, str(error))
        except (Missing, OSError) as error:
            first.missing.append(f"the checkpoint: {error}")
    old = [read_checkpoint(path, args.log_key, first) for path in args.old_checkpoint]
    audit = Audit(args.log_key, args.ledger, checkpoint, [point for point in old if point])
    audit.run(grouped(source.entries(checkpoint)))
    audit.findings += first.findings
    audit.missing += first.missing
    return audit


def main():
    parser = argparse.ArgumentParser(description="Checks a Cinnabar ledger from its bytes and the log's key alone.")
    parser.add_argument("export", help="an export, a directory of tiles, or the address of a log")
    parser.add_argument("--log-key", required=True, type=LogKey.parse, metavar="VKEY")
    parser.add_argument("--ledger", metavar="ID", help="the ledger's id; without it the genesis is taken at its word")
    parser.add_argument("--checkpoint", metavar="FILE", help="the checkpoint to measure by, not the one beside the entries")
    parser.add_argument("--old-checkpoint", metavar="FILE", action="append", default=[], help="one kept from before")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    report = audit_of(args).report()
    if args.json:
        print(json.dumps(report, indent=2))
    else:
        print(f"entries     {report['entries']}, root {report['root']}\nsignatures  {report['signatures']}")
        for finding in report["findings"]:
            print(f"{finding.get('sequence', 'whole'):>10}  {finding['check']}: {finding['detail']}")
        for missing in report["missing"]:
            print(f"   missing  {missing}")
        print(f"{report['verdict'].upper()} (whether the rules allowed each statement was not checked)")
    return EXIT[report["verdict"]]


if __name__ == "__main__":
    sys.exit(main())

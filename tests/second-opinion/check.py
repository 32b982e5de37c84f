#!/usr/bin/env python3
"""A second opinion: recomputes every vector in events/vectors/ by what events/README.md says, with Python's standard library alone.

Usage: check.py [FOLDER]; the folder with the vectors, by default the one of this checkout. Ends with 1 if anything differs.
"""

import base64
import hashlib
import json
import pathlib
import re
import sys

import blake3
import canonical
import ed25519

PAYLOAD_TYPE = b"application/vnd.cinnabar.statement.v1+json"
NONE = "blake3:" + "0" * 64
CLASSES = (
    "access actor algorithm allocation appeal committee complaint compute correction dataset deadline disclosure dispute"
    " erasure guideline hold incident indicator ledger note organisation product release report return review rulebook"
    " scenario survey"
).split()
SUBJECT = rf"({'|'.join(CLASSES)})/[A-Za-z0-9_-]{{1,64}}"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
REQUIRED = {"v", "id", "kind", "subject", "signers", "data"}
OPTIONAL = {"ledger", "concerns", "basis", "occurred", "effective", "expects", "migrated", "commitments"}

checks = 0
differences = []


def same(what, found, expected):
    global checks
    checks += 1
    if found != expected:
        differences.append(f"{what}: found {found!r}, expected {expected!r}")


def sha256(data):
    return hashlib.sha256(data).digest()


def blake3_text(data):
    return "blake3:" + blake3.digest(data).hex()


def encoding(statement):
    """DSSE's pre-authentication encoding."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(statement), statement)


def unbase64(text):
    """The bytes, or None if the text is not their one spelling."""
    try:
        data = base64.b64decode(text.encode(), validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def is_canonical(data):
    try:
        canonical.parse(data)
        return True
    except canonical.NotCanonical:
        return False


def tree(leaves):
    """RFC 6962 section 2.1: the root over hashes of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + tree(leaves[:half]) + tree(leaves[half:]))


def climb(index, size, leaf, path):
    """RFC 9162 section 2.1.3.2: the root that an inclusion proof leads to, or None."""
    first, last, root = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            root = sha256(b"\x01" + step + root)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            root = sha256(b"\x01" + root + step)
        first, last = first >> 1, last >> 1
    return root if last == 0 else None


def check_canonical(vectors):
    for case in vectors["cases"]:
        data = bytes.fromhex(case["hex"])
        try:
            canonical.parse(data)
            found = (True, None, None)
        except canonical.NotCanonical as fault:
            found = (False, fault.at, fault.fault)
        same(f"canonical {data!r}", found, (case["canonical"], case.get("at"), case.get("fault")))


def check_signatures(vectors):
    for case in vectors["cases"]:
        key, message, signature = (bytes.fromhex(case[name]) for name in ("key", "message", "sig"))
        same(f"signature: {case['name']}", ed25519.verify(key, message, signature), case["valid"])
    for case in vectors["spellings"]:
        data = unbase64(case["sig"])
        same(f"spelling {case['sig']!r}", data is not None and len(data) == 64, case["valid"])


def check_statement(statement, ledger, genesis):
    """The members, as far as a verifier needs them; payloads are for the schemas."""
    same("members", (REQUIRED - statement.keys(), statement.keys() - REQUIRED - OPTIONAL), (set(), set()))
    same("ledger", statement.get("ledger"), None if genesis else ledger)
    same("id", bool(re.fullmatch(UUID, statement["id"])), True)
    subjects = [statement["subject"], *statement.get("concerns", [])]
    same("subjects", [bool(re.fullmatch(SUBJECT, subject)) for subject in subjects], [True] * len(subjects))
    same("concerns", subjects[1:], sorted(set(subjects[1:]) - {subjects[0]}))
    if "migrated" in statement:
        register, row = (statement["migrated"][name].encode() for name in ("register", "row"))
        material = len(register).to_bytes(8, "little") + register + row
        derived = bytearray(blake3.derive_key("cinnabar statement id v1", material)[:16])
        derived[6], derived[8] = derived[6] & 0x0F | 0x80, derived[8] & 0x3F | 0x80
        same("derived id", statement["id"].replace("-", ""), derived.hex())
    return subjects


def check_commitments(statement, openings):
    found = {}
    for pointer, opening in openings.items():
        value = opening["value"].encode()
        same("opening", is_canonical(value), True)
        parts = [b"\x02", statement["id"].encode(), b"\x00", pointer.encode(), b"\x00"]
        found[pointer] = "c1:" + sha256(b"".join(parts) + bytes.fromhex(opening["salt"]) + value).hex()
        same("field", pointer[1:] in statement["data"], False)
    same("commitments", found, statement.get("commitments", {}))


def check_event(vector, entry, ledger):
    statement = entry["statement"]
    subject = statement["subject"].replace("/", ".")
    same("event subject", vector["event"]["subject"], f"cinnabar.sz-ai.entry.{statement['kind']}.{subject}")
    headers = {
        "ce-specversion": "1.0",
        "ce-id": vector["entry_hash"],
        "ce-source": f"urn:cinnabar:{ledger}",
        "ce-type": f"cinnabar.{statement['kind']}",
        "ce-subject": statement["subject"],
        "ce-time": entry["time"],
        "ce-sequence": f"{entry['seq']:020}",
        "content-type": "application/json",
    }
    same("event headers", vector["event"]["headers"], headers)


def check_signers(vector, raw, signatures):
    """Signs again with the seeds, and verifies."""
    same("pae", sha256(encoding(raw)).hex(), vector["pae_sha256"])
    made = []
    for seed in map(bytes.fromhex, vector["seeds"]):
        signature = ed25519.sign(seed, encoding(raw))
        made.append({"key": "ed25519:" + ed25519.public(seed).hex(), "sig": base64.b64encode(signature).decode()})
    same("signatures", sorted(made, key=lambda one: one["key"]), signatures)
    same("verdicts", verdicts(raw, signatures), [True] * len(signatures))


def verdicts(raw, signatures):
    message = encoding(raw)
    return [ed25519.verify(bytes.fromhex(one["key"][8:]), message, unbase64(one["sig"])) for one in signatures]


def check_kinds(vectors):
    ledger = blake3_text(vectors["entries"][0]["statement"].encode())
    same("ledger id", ledger, vectors["ledger"])
    previous, time, dossiers, leaves = NONE, "", {}, []
    for sequence, vector in enumerate(vectors["entries"]):
        raw, data = vector["statement"].encode(), vector["entry"].encode()
        statement, _ = canonical.parse(raw)
        entry, spans = canonical.parse(data)
        same("kind", statement["kind"], vector["kind"])
        subjects = check_statement(statement, ledger, sequence == 0)
        links = {subject: dossiers.get(subject, [0, NONE]) for subject in sorted(subjects)}
        written = json.dumps(links, separators=(",", ":"))
        signatures = json.dumps(vector["signatures"], separators=(",", ":"))
        assembled = f'{{"dossiers":{written},"prev":"{previous}","seq":{sequence},"signatures":{signatures},'
        assembled += f'"statement":{vector["statement"]},"time":"{entry["time"]}","v":1}}'
        same("entry", vector["entry"], assembled)
        same("statement in the entry", spans["statement"], raw)
        same("time", bool(re.fullmatch(TIME, entry["time"])) and entry["time"] >= time, True)
        check_signers(vector, raw, entry["signatures"])
        check_commitments(statement, vector["openings"])
        check_event(vector, entry, ledger)
        previous, time = blake3_text(data), entry["time"]
        same("entry hash", previous, vector["entry_hash"])
        for subject, (revision, _) in links.items():
            dossiers[subject] = [revision + 1, previous]
        leaves.append(sha256(b"\x00" + data))
        same("leaf hash", leaves[-1].hex(), vector["leaf_hash"])
    same("root", tree(leaves).hex(), vectors["root"])


def is_block(headers, body, log_key):
    if headers.get("Cinnabar-Block") != "1":
        return False
    checkpoint = unbase64(headers["Cinnabar-Checkpoint"])
    names = ["Ledger", "Epoch", "First", "Count", "Prev", "Head"]
    lines = ["cinnabar block v1", *(headers["Cinnabar-" + name] for name in names)]
    lines += [blake3.digest(body).hex(), blake3.digest(checkpoint).hex(), ""]
    signature = unbase64(headers["Cinnabar-Signature"])
    if not ed25519.verify(log_key, "\n".join(lines).encode(), signature):
        return False
    count, at = 0, 0
    while at < len(body):
        at += 2 + int.from_bytes(body[at : at + 2], "big")
        count += 1
    return at == len(body) and count == int(headers["Cinnabar-Count"])


def check_blocks(vectors):
    log_key = bytes.fromhex(vectors["log_key"][8:])
    for case in vectors["cases"]:
        found = is_block(case["headers"], base64.b64decode(case["body"]), log_key)
        same(f"block: {case['name']}", found, case["valid"])


def open_checkpoint(note, vkey):
    """Size and root of a checkpoint that the key signed, or None."""
    name, key_id, key = vkey.split("+", 2)
    kind_and_key = base64.b64decode(key)
    same("key id", sha256(name.encode() + b"\n" + kind_and_key)[:4].hex(), key_id)
    text, signatures = note.split("\n\n")
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        data = base64.b64decode(encoded)
        if (dash, signer, data[:4].hex()) != ("\u2014", name, key_id):
            continue
        origin, size, root = text.split("\n")
        if origin == name and ed25519.verify(kind_and_key[1:], (text + "\n").encode(), data[4:]):
            return int(size), base64.b64decode(root)
    return None


def is_receipt(data, vkey):
    try:
        receipt, spans = canonical.parse(data)
    except canonical.NotCanonical:
        return False
    if receipt.keys() != {"entry", "proof", "v"} or receipt["v"] != 1:
        return False
    head, _, note = receipt["proof"].partition("\n\n")
    header, index, *path = head.split("\n")
    checkpoint = open_checkpoint(note, vkey)
    if header != "c2sp.org/tlog-proof@v1" or checkpoint is None or index != f"index {receipt['entry']['seq']}":
        return False
    leaf = sha256(b"\x00" + spans["entry"])
    if climb(receipt["entry"]["seq"], checkpoint[0], leaf, list(map(base64.b64decode, path))) != checkpoint[1]:
        return False
    entry, spans = canonical.parse(spans["entry"])
    return all(verdicts(spans["statement"], entry["signatures"]))


def check_receipts(vectors):
    for case in vectors["cases"]:
        same(f"receipt: {case['name']}", is_receipt(case["receipt"].encode(), vectors["vkey"]), case["valid"])


CHECKS = {
    "canonical.json": check_canonical,
    "signatures.json": check_signatures,
    "kinds.json": check_kinds,
    "block.json": check_blocks,
    "receipt.json": check_receipts,
}


def main():
    here = pathlib.Path(__file__).resolve().parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent.parent / "events" / "vectors"
    found = {path.name for path in folder.glob("*.json")}
    same("files", found, set(CHECKS))
    for name in sorted(found & CHECKS.keys()):
        before = checks
        CHECKS[name](json.loads((folder / name).read_text(encoding="utf-8")))
        print(f"{name}: {checks - before} values")
    for difference in differences:
        print(f"DIFFERS {difference}")
    print(f"{checks} values recomputed, {len(differences)} differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())

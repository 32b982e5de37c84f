#!/usr/bin/env python3
"""A ledger whose last index of dossiers is wrong, and signed all the same, as somebody with both of its keys would write it.

    forge_index.py EXPORT LOG_KEY LEDGER_SEED OUT

EXPORT ends with a `dossiers.indexed`, and has its checkpoint in EXPORT.checkpoint; LOG_KEY is the file with the log's signing
key (PRIVATE+KEY+...), LEDGER_SEED the one with the ledger's own, in hexadecimal. Writes OUT and OUT.checkpoint: bytes, hashes,
tree, and all signatures hold; the root in the index is another.
"""

import base64
import json
import pathlib
import sys

import control  # its signing
from control import verify


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def forged(line, seed):
    """The entry with one hash digit of its root changed, signed again."""
    entry = json.loads(line)
    data = entry["statement"]["data"]
    data["root"] = data["root"][:-1] + ("0" if data["root"][-1] != "0" else "1")
    said = canonical(entry["statement"])
    signature = control.sign(verify.SIGNED_AS % len(said) + said, seed)
    entry["signatures"][0]["sig"] = base64.b64encode(signature).decode()
    return canonical(entry)


def signed_note(lines, note, seed):
    """The note with the root of these lines, under the first key's own signature alone."""
    tree = verify.Tree()
    for line in lines:
        tree.push(verify.sha256(b"\0" + line))
    origin, size, _ = note.split("\n")[:3]
    if int(size) != len(lines):
        sys.exit(f"the checkpoint is over {size} entries, and there are {len(lines)}")
    text = f"{origin}\n{size}\n{base64.b64encode(tree.root()).decode()}\n"
    key_id = verify.sha256(origin.encode() + b"\n\x01" + control.key_of(seed)[2])[:4]
    return f"{text}\n— {origin} {base64.b64encode(key_id + control.sign(text.encode(), seed)).decode()}\n"


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    export, log_key, ledger_seed, out = (pathlib.Path(path) for path in sys.argv[1:])
    *lines, last = export.read_bytes().splitlines()
    if json.loads(last)["statement"]["kind"] != "dossiers.indexed":
        sys.exit("the last entry is no index")
    if canonical(json.loads(last)) != last:
        sys.exit("this writes other canonical JSON than the ledger")
    lines.append(forged(last, bytes.fromhex(ledger_seed.read_text().strip())))
    log_seed = base64.b64decode(log_key.read_text().strip().split("+", 4)[4])[1:]
    note = pathlib.Path(f"{export}.checkpoint").read_text()
    out.write_bytes(b"".join(line + b"\n" for line in lines))
    pathlib.Path(f"{out}.checkpoint").write_text(signed_note(lines, note, log_seed))


if __name__ == "__main__":
    main()

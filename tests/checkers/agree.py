#!/usr/bin/env python3
"""Do both verifiers come to the same verdict, and to the same first bad sequence, on damaged copies of an export?

    agree.py VERIFY EXPORT VKEY [--flips N] [--seed N]

VERIFY is the program `verify`; EXPORT has its checkpoint in EXPORT.checkpoint. Damages: single bits, single bytes, lines
deleted, repeated, swapped, inserted, cut off; seeded, so that a run can be repeated. Prints counts, and each case in which
the two differ; exit code 0 if there is none, and all damage was found.
"""

import argparse
import collections
import functools
import importlib.util
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SECOND = HERE.parent.parent / "tools" / "second-verifier" / "verify.py"


def second_verifier():
    """The module, with memory for what most copies have in common."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("second_verifier", SECOND)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    for name in ("verifies", "blake3"):
        setattr(module, name, functools.lru_cache(maxsize=100_000)(getattr(module, name)))
    return module


def flip_bit(data, chance):
    at = chance.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[at >> 3] ^= 1 << (at & 7)
    return f"bit {at & 7} of byte {at >> 3}", bytes(changed)


def set_byte(data, chance):
    at, value = chance.randrange(len(data)), chance.randrange(256)
    return f"byte {at} set to {value:#04x}", data[:at] + bytes([value]) + data[at + 1 :]


def drop_byte(data, chance):
    at = chance.randrange(len(data))
    return f"byte {at} removed", data[:at] + data[at + 1 :]


def add_byte(data, chance):
    at, value = chance.randrange(len(data)), chance.randrange(256)
    return f"byte {value:#04x} inserted at {at}", data[:at] + bytes([value]) + data[at:]


def flip_newline(data, chance):
    at = chance.choice([i for i, byte in enumerate(data) if byte == 10])
    bit = chance.randrange(8)
    return f"newline at {at}, bit {bit}", data[:at] + bytes([10 ^ 1 << bit]) + data[at + 1 :]


def cut(data, chance):
    at = chance.randrange(len(data))
    return f"cut off at byte {at}", data[:at]


def lines_changed(change):
    def damage(data, chance):
        lines = data.splitlines(keepends=True)
        said = change(lines, chance)
        return said, b"".join(lines)

    return damage


def delete(lines, chance):
    at = chance.randrange(len(lines))
    del lines[at]
    return f"line {at} deleted"


def delete_several(lines, chance):
    at, count = chance.randrange(len(lines)), chance.randrange(2, 6)
    del lines[at : at + count]
    return f"lines {at} to {at + count} deleted"


def repeat(lines, chance):
    at = chance.randrange(len(lines))
    lines.insert(at, lines[at])
    return f"line {at} repeated"


def copy(lines, chance):
    source, at = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines.insert(at, lines[source])
    return f"line {source} copied to {at}"


def swap(lines, chance):
    at = chance.randrange(len(lines) - 1)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return f"lines {at} and {at + 1} swapped"


def move(lines, chance):
    source, at = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines.insert(at, lines.pop(source))
    return f"line {source} moved to {at}"


def garbage(lines, chance):
    at = chance.randrange(len(lines) + 1)
    lines.insert(at, chance.choice([b"\n", b"{}\n", b"null\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n", b"a" * 200_000 + b"\n"]))
    return f"garbage inserted at line {at}"


def truncate(lines, chance):
    at = chance.randrange(len(lines))
    del lines[at:]
    return f"truncated after {at} lines"


def digit(lines, chance):
    """A digit of `seq` or `time`, or a hex digit of a hash: the entry stays canonical."""
    at = chance.randrange(len(lines))
    line = bytearray(lines[at])
    field = chance.choice([b'"seq":', b'"time":"', b'"prev":"blake3:', b'"dossiers":{', b'"sig":"', b'"key":"ed25519:'])
    start = line.find(field) + len(field)
    digits = [i for i in range(start, min(start + 60, len(line))) if chr(line[i]) in "0123456789"]
    if not digits:
        return "nothing"
    where = chance.choice(digits)
    line[where] = chance.choice(b"0123456789")
    lines[at] = bytes(line)
    return f"line {at}, a digit in {field.decode()} at {where}"


DAMAGES = {
    "bit": flip_bit,
    "byte": set_byte,
    "byte removed": drop_byte,
    "byte inserted": add_byte,
    "newline": flip_newline,
    "cut": cut,
} | {
    change.__name__: lines_changed(change)
    for change in (delete, delete_several, repeat, copy, swap, move, garbage, truncate, digit)
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("verify")
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("vkey")
    parser.add_argument("--flips", type=int, default=1000, help="single bits; a tenth as many of each other damage")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    module = second_verifier()
    data = args.export.read_bytes()
    chance = random.Random(args.seed)
    counts, differ, missed = collections.Counter(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        copy_path = pathlib.Path(folder) / "ledger.jsonl"
        shutil.copy(f"{args.export}.checkpoint", f"{copy_path}.checkpoint")
        options = argparse.Namespace(
            export=str(copy_path), log_key=module.LogKey.parse(args.vkey), ledger=None, checkpoint=None, old_checkpoint=[]
        )

        def both(damaged):
            copy_path.write_bytes(damaged)
            command = [args.verify, "--from", copy_path, "--log-key", args.vkey, "--json"]
            first = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
            second = module.audit_of(options).report()
            return [(r["verdict"], next((f.get("sequence") for f in r["findings"]), None)) for r in (first, second)], first, second

        said, _, _ = both(data)
        if said != [("verified", None), ("verified", None)]:
            sys.exit(f"the export itself: {said}")
        for name, damage in DAMAGES.items():
            for _ in range(args.flips if name == "bit" else max(args.flips // 10, 1)):
                what, damaged = damage(data, chance)
                (first, second), report, other = both(damaged)
                counts[name] += 1
                if damaged == data:
                    continue
                missed += first[0] == "verified" or second[0] == "verified"
                if first != second:
                    differ += 1
                    heads = [r["findings"][:2] for r in (report, other)]
                    print(f"{name}: {what}: verify says {first}, verify.py says {second}\n    {heads}")
    for name, count in counts.items():
        print(f"{count:>6}  {name}")
    print(f"{sum(counts.values())} damaged exports: {differ} differ, {missed} not noticed")
    return 1 if differ or missed else 0


if __name__ == "__main__":
    sys.exit(main())

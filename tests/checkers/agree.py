#!/usr/bin/env python3
"""Do both verifiers come to the same verdict, and to the same first bad sequence, on damaged copies of an export?

    agree.py VERIFY EXPORT VKEY [--flips N] [--others N] [--seed N]

VERIFY is the program `verify`; EXPORT has its checkpoint in EXPORT.checkpoint. Damages: single bits, single bytes, lines
deleted, repeated, swapped, inserted, cut off; seeded, so that a run can be repeated. Prints counts, and each case in which
the two differ; exit code 0 if there is none, and all damage was found.
"""

import argparse
import collections
import functools
import importlib.util
import json
import multiprocessing
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


class Bench:
    """One process's place to compare both verifiers at."""

    def __init__(self, verify, export, vkey):
        self.folder = tempfile.TemporaryDirectory()
        self.copy = pathlib.Path(self.folder.name) / "ledger.jsonl"
        shutil.copy(f"{export}.checkpoint", f"{self.copy}.checkpoint")
        self.command = [verify, "--from", self.copy, "--log-key", vkey, "--json"]
        self.module = second_verifier()
        self.options = argparse.Namespace(
            export=str(self.copy), log_key=self.module.LogKey.parse(vkey), ledger=None, checkpoint=None, old_checkpoint=[]
        )

    def both(self, data):
        """What each says: (verdict, first sequence), and its first findings."""
        self.copy.write_bytes(data)
        first = json.loads(subprocess.run(self.command, capture_output=True, check=False).stdout)
        reports = (first, self.module.audit_of(self.options).report())
        said = [(r["verdict"], next((f.get("sequence") for f in r["findings"]), None)) for r in reports]
        return said, [r["findings"][:2] for r in reports]


def begin(*bench):
    """In each process, before its first case."""
    global here  # noqa: PLW0603 (a process compares at one place)
    here = Bench(*bench)


def compare(case):
    name, what, damaged = case
    return name, what, *here.both(damaged)


def cases(data, args):
    """Seeded, one after the other: damages that change something."""
    chance = random.Random(args.seed)
    for name, damage in DAMAGES.items():
        count = args.flips if name == "bit" else args.others
        for _ in range(count):
            what, damaged = damage(data, chance)
            while damaged == data:
                what, damaged = damage(data, chance)
            yield name, what, damaged


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("verify")
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("vkey")
    parser.add_argument("--flips", type=int, default=1000, help="how many single bits")
    parser.add_argument("--others", type=int, default=100, help="how many of each other damage")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    args = arguments()
    data = args.export.read_bytes()
    bench = (args.verify, args.export, args.vkey)
    said, findings = Bench(*bench).both(data)
    if said != [("verified", None), ("verified", None)]:
        sys.exit(f"the export itself: {said} {findings}")
    counts, differ, missed = collections.Counter(), 0, 0
    with multiprocessing.Pool(initializer=begin, initargs=bench) as pool:
        for name, what, (first, second), findings in pool.imap(compare, cases(data, args), chunksize=4):
            counts[name] += 1
            missed += first[0] == "verified" or second[0] == "verified"
            if first != second:
                differ += 1
                print(f"{name}: {what}: verify says {first}, verify.py says {second}\n    {findings}")
    for name, count in counts.items():
        print(f"{count:>6}  {name}")
    print(f"{sum(counts.values())} damaged exports: {differ} differ, {missed} not noticed")
    return 1 if differ or missed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""The second verifier over each folder named: two reports a folder, without and with the checkpoint kept from yesterday.

    second.py VERIFY.PY VKEY LEDGER FOLDER…

One process for all, which remembers signatures and hashes: the stories have most of their entries in common.
"""

import argparse
import functools
import importlib.util
import json
import pathlib
import sys

SCRIPT, VKEY, LEDGER, *FOLDERS = sys.argv[1:]
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("second_verifier", SCRIPT)
verifier = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = verifier
spec.loader.exec_module(verifier)
for name in ("verifies", "blake3"):
    setattr(verifier, name, functools.lru_cache(maxsize=100_000)(getattr(verifier, name)))

for folder in map(pathlib.Path, FOLDERS):
    for kept in ([], [str(folder / "kept.checkpoint")]):
        options = argparse.Namespace(
            export=str(folder / "ledger.jsonl"),
            log_key=verifier.LogKey.parse(VKEY),
            ledger=LEDGER,
            checkpoint=None,
            old_checkpoint=kept,
        )
        print(json.dumps(verifier.audit_of(options).report()))

"""Checks a whole log with aics-tlog: the checkpoint under the log's key, every tile, every entry bundle.

check.py URL VKEY ORIGIN: prints the number of entries, or what is wrong.
"""

import sys

from aics_tlog.checkpoint import checkpoint_from_note, verify_checkpoint
from aics_tlog.note import parse_vkey
from aics_tlog.remote import HttpTileReader
from aics_tlog.tiles import (
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    read_entry,
    tree_root_from_tiles,
)
from aics_tlog.tree import verify_consistency, verify_leaf_inclusion
from aics_tlog.verified import audit_tiles

PROOFS = 100  # sizes and entries that are proved, spread over the log


def check(url, vkey, origin):
    reader = HttpTileReader(url, proxies={})
    checkpoint, note = checkpoint_from_note(reader.read_checkpoint())
    result = verify_checkpoint(note, parse_vkey(vkey), expected_origin=origin)
    if not result.log_ok or result.error:
        raise ValueError(f"the checkpoint: {result.error}")
    size, root = checkpoint.size, checkpoint.root
    report = audit_tiles(reader, size, root)
    for index in range(0, size, size // PROOFS + 1):
        leaf = read_entry(reader, index, size)
        if not verify_leaf_inclusion(leaf, index, size, inclusion_proof_from_tiles(reader, index, size), root):
            raise ValueError(f"entry {index} is not proved")
        earlier = tree_root_from_tiles(reader, index + 1, size)
        if not verify_consistency(index + 1, size, earlier, root, consistency_proof_from_tiles(reader, index + 1, size)):
            raise ValueError(f"size {index + 1} is not proved")
    if reader.stats["errors"]:
        raise ValueError(f"the server answered strangely: {reader.last_errors}")
    return report.size


if __name__ == "__main__":
    try:
        print(check(*sys.argv[1:4]))
    except Exception as error:  # whatever it is, it is a complaint
        sys.exit(f"{type(error).__name__}: {error}")

"""Checks a whole log with tlog-scales: the checkpoint under the log's key, the root from the tiles, each entry by a proof.

check.py URL VKEY ORIGIN: prints the number of entries, or what is wrong.
"""

import sys

from tlog_scales import signing, tiles
from tlog_scales.backend import make_backend
from tlog_scales.reader import TilesReader

PROOFS = 100  # sizes from which the growth of the log is proved, spread over it


def check(url, vkey, origin):
    reader = TilesReader(make_backend(url))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(signing.Vkey.from_string(vkey))
    if checkpoint.origin != origin:
        raise ValueError(f"origin {checkpoint.origin!r}")
    if reader.calculate_root_hash() != checkpoint.root_hash:
        raise ValueError("the tiles give another root")
    for index in range(checkpoint.size):
        leaf = tiles.leaf_hash(reader.get_entry(index))
        reader.get_inclusion_proof(index, checkpoint.size).check(leaf, checkpoint.root_hash)
    for size in range(1, checkpoint.size, checkpoint.size // PROOFS + 1):
        proof = reader.get_consistency_proof(size, checkpoint.size)
        proof.check(reader.mth(0, size), checkpoint.root_hash)
    return checkpoint.size


if __name__ == "__main__":
    try:
        print(check(*sys.argv[1:4]))
    except Exception as error:  # whatever it is, it is a complaint
        sys.exit(f"{type(error).__name__}: {error}")

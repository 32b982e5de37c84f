"""Asks a witness with the client of aics-witness, and says where the witness is not as it should be.

    client.py URL WITNESS_VKEY ORIGIN LOG_SEED_HEX
"""

import http.client
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from aics_tlog import Checkpoint, MerkleTree, format_vkey, parse_note, parse_vkey, sign_checkpoint
from aics_tlog import verify_checkpoint, vkey_from_ed25519
from aics_witness.feeder import WitnessAhead, WitnessClient, WitnessRejected, merge_cosignatures
from aics_witness.protocol import SIZE_CONTENT_TYPE, format_add_checkpoint_request, origin_hash
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def tree(size, third="event 3"):
    return MerkleTree((third if i == 3 else f"event {i}").encode() for i in range(size))


class Log:
    def __init__(self, origin, seed):
        self.origin, self.key = origin, Ed25519PrivateKey.from_private_bytes(seed)

    def note(self, leaves, extension=()):
        checkpoint = Checkpoint(self.origin, leaves.size, leaves.root(), tuple(extension))
        return sign_checkpoint(checkpoint, self.key, self.origin).to_bytes()


def post(url, body):
    """Status, content type and body: what the client makes of it is one thing, what came is another."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request("POST", parts.path.rstrip("/") + "/add-checkpoint", body)
    response = connection.getresponse()
    return response.status, response.headers.get("Content-Type"), response.read()


def statuses(url, log, stranger, elsewhere):
    """Rows of what is asked, and the status that has to come back. The witness has cosigned size 5."""
    five, more, fork = tree(5), tree(300), tree(5, "not so")
    proof = more.consistency_proof(5)
    yield "an unknown log", 404, (0, [], elsewhere.note(five))
    yield "another's signature", 403, (5, proof, stranger.note(more))
    yield "a size beyond the new one", 400, (6, [], log.note(five))
    yield "extension lines", 400, (5, proof, log.note(more, ["extension"]))
    yield "old 0", 409, (0, [], log.note(more))
    yield "another old size", 409, (4, more.consistency_proof(4), log.note(more))
    yield "a fork of the same size", 422, (5, [], log.note(fork))
    yield "a proof at the same size", 422, (5, [five.root()], log.note(five))
    yield "a failing proof", 422, (5, proof[1:], log.note(more))
    yield "a fork that grew", 422, (5, proof, log.note(tree(300, "not so")))
    yield "not a request", 400, None


def main(url, witness_vkey, origin, seed):
    log = Log(origin, bytes.fromhex(seed))
    stranger, elsewhere = Log(origin, bytes(32)), Log("elsewhere.example.org/log", bytes(32))
    monitoring = f"{url}/{origin_hash(origin)}/checkpoint"
    try:
        urllib.request.urlopen(monitoring, timeout=10)
        raise AssertionError("the witness shows a checkpoint before it has one")
    except urllib.error.HTTPError as error:
        assert error.code == 404, error.code

    with WitnessClient(url, witness_vkey, max_attempts=1) as client:
        client.submit(log.note(tree(5)), tree(5).consistency_proof)
        checked = 0
        for what, status, request in statuses(url, log, stranger, elsewhere):
            body = b"hello\n" if request is None else format_add_checkpoint_request(*request)
            got = post(url, body)
            assert got[0] == status, f"{what}: {got}, expected {status}"
            assert (got[1] == SIZE_CONTENT_TYPE) == (status == 409), f"{what}: {got}"
            if status == 409:
                assert got[2] == b"5\n", f"{what}: {got}"
            checked += 1
        more = tree(300)
        # Another client that knows nothing yet: 409, then from 5.
        with WitnessClient(url, witness_vkey, max_attempts=1) as fresh:
            line = fresh.submit(log.note(more), more.consistency_proof)
        merged = merge_cosignatures(log.note(more), line)
        for refused, wanted in ((tree(300, "not so"), WitnessRejected), (tree(200), WitnessAhead)):
            try:
                client.submit(log.note(refused), refused.consistency_proof)
                raise AssertionError(f"{wanted.__name__} was expected")
            except wanted:
                pass

    with urllib.request.urlopen(monitoring, timeout=10) as shown:
        text = shown.read()
    note = parse_note(text)
    assert note.text == parse_note(merged).text, "another checkpoint is shown than was cosigned"
    key = vkey_from_ed25519(origin, log.key.public_key())
    witness = parse_vkey(witness_vkey)
    names = [(line.name, line.key_id) for line in note.signatures]
    assert names == [(origin, key.key_id), (witness.name, witness.key_id)], names
    print(f"agreed on {checked + 4} requests")


if __name__ == "__main__":
    main(*sys.argv[1:])

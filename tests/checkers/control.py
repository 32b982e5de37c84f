#!/usr/bin/env python3
"""Do the checkers notice anything? A check that finds nothing wrong, whatever it is given, is none.

    control.py [SIZE...]

Writes logs of a few sizes (default: 1, 255, 256, 300) as static files, serves them, and expects `run` to be content;
then damages one resource after the other and expects each checker that ran to complain. Needs what `run` needs.
"""

import base64
import functools
import hashlib
import http.server
import pathlib
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent.parent / "tools" / "second-verifier"))
import verify  # noqa: E402  (its Ed25519, to sign with)

ORIGIN = "example.org/control"
SEED = bytes(range(32))
FULL = 256


def sha256(data):
    return hashlib.sha256(data).digest()


def key_of(seed):
    """The scalar, the prefix and the public key (RFC 8032 section 5.1.5)."""
    h = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, h[32:], verify.encode(verify.multiple(scalar, verify.BASE))


def sign(message, seed=SEED):
    """RFC 8032 section 5.1.6. For tests only: it takes its time, and not always the same."""
    scalar, prefix, public = key_of(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % verify.L
    point = verify.encode(verify.multiple(r, verify.BASE))
    k = int.from_bytes(hashlib.sha512(point + public + message).digest(), "little") % verify.L
    return point + ((r + k * scalar) % verify.L).to_bytes(32, "little")


def typed_key():
    return b"\x01" + key_of(SEED)[2]


def key_id():
    return sha256(ORIGIN.encode() + b"\n" + typed_key())[:4]


def vkey():
    return f"{ORIGIN}+{key_id().hex()}+{base64.b64encode(typed_key()).decode()}"


def checkpoint(size, root):
    text = f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"
    return f"{text}\n— {ORIGIN} {base64.b64encode(key_id() + sign(text.encode())).decode()}\n".encode()


def path(level, index, width):
    groups = []
    while True:
        groups.insert(0, f"{index % 1000:03}")
        index //= 1000
        if not index:
            break
    spelt = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{spelt}" + ("" if width == FULL else f".p/{width}")


def root_of(hashes):
    tree = verify.Tree()
    for leaf in hashes:
        tree.push(leaf)
    return tree.root()


def log(size):
    """All resources of a log: path -> bytes."""
    entries = [b"entry %d" % i for i in range(size)]
    files, row, level = {}, [sha256(b"\0" + entry) for entry in entries], 0
    files["checkpoint"] = checkpoint(size, root_of(row))
    for first in range(0, size, FULL):
        part = entries[first : first + FULL]
        files[path("entries", first // FULL, len(part))] = b"".join(len(e).to_bytes(2, "big") + e for e in part)
    while row:
        tiles = [row[first : first + FULL] for first in range(0, len(row), FULL)]
        for index, tile in enumerate(tiles):
            files[path(level, index, len(tile))] = b"".join(tile)
        row, level = [root_of(tile) for tile in tiles if len(tile) == FULL], level + 1
    return files


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for many tiles

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A checker that has seen enough hangs up: no news."""


def write(folder, files):
    for name, data in files.items():
        file = pathlib.Path(folder, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def run(address):
    answer = subprocess.run([HERE / "run", address, vkey()], capture_output=True, text=True, check=False)
    lines = [line for line in answer.stdout.splitlines() if ": " in line and ": not run" not in line]
    return answer.returncode, lines, answer.stdout + answer.stderr


def damages(files):
    """One of each sort of resource, with a byte in its middle changed, half of it, or nothing."""
    chosen = {}
    for name in files:
        sort = name.split("/")[1] if "/" in name else name
        chosen[sort, ".p/" in name] = name
    for name in chosen.values():
        data = files[name]
        middle = len(data) // 2
        yield f"{name} changed", name, data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        yield f"{name} cut off", name, data[:middle]
        yield f"{name} missing", name, None


def main():
    sizes = [int(size) for size in sys.argv[1:]] or [1, 255, 256, 300]
    failures = 0
    for size in sizes:
        files = log(size)
        with tempfile.TemporaryDirectory() as folder:
            write(folder, files)
            server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{server.server_address[1]}"
            code, lines, said = run(address)
            if code or not all(line.endswith(f": ok, {size} entries") for line in lines):
                failures += 1
                print(f"size {size}: exit code {code}\n{said}")
            for what, name, data in damages(files) if size == 300 else ():
                file = pathlib.Path(folder, name)
                file.unlink() if data is None else file.write_bytes(data)
                code, lines, _ = run(address)
                content = [line for line in lines if ": ok" in line]
                if code != 1 or content:
                    failures += 1
                    print(f"size {size}, {what}: exit code {code}, content: {content}")
                write(folder, {name: files[name]})
            server.shutdown()
        print(f"size {size}: done")
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""BLAKE3 with 32 bytes of output, from the paper's section 2. For checking only: slow."""

IV = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
ORDER = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
DERIVE_CONTEXT, DERIVE_MATERIAL = 32, 64
MASK = 0xFFFFFFFF


def mix(v, a, b, c, d, x, y):
    v[a] = (v[a] + v[b] + x) & MASK
    v[d] = rotate(v[d] ^ v[a], 16)
    v[c] = (v[c] + v[d]) & MASK
    v[b] = rotate(v[b] ^ v[c], 12)
    v[a] = (v[a] + v[b] + y) & MASK
    v[d] = rotate(v[d] ^ v[a], 8)
    v[c] = (v[c] + v[d]) & MASK
    v[b] = rotate(v[b] ^ v[c], 7)


def rotate(word, by):
    return (word >> by | word << (32 - by)) & MASK


def compress(chaining, block, counter, length, flags):
    m = [int.from_bytes(block[at : at + 4], "little") for at in range(0, 64, 4)]
    v = list(chaining) + IV[:4] + [counter & MASK, counter >> 32, length, flags]
    for turn in range(7):
        for column in range(4):
            mix(v, column, 4 + column, 8 + column, 12 + column, m[2 * column], m[2 * column + 1])
        for row in range(4):
            a, b, c, d = row, 4 + (row + 1) % 4, 8 + (row + 2) % 4, 12 + (row + 3) % 4
            mix(v, a, b, c, d, m[8 + 2 * row], m[9 + 2 * row])
        m = [m[place] for place in ORDER]
    return [v[place] ^ v[place + 8] for place in range(8)]


def node(key, data, index, flags):
    """Chaining value of one chunk, or of a subtree: what is left to compress with the root's flag, or without."""
    if len(data) <= 1024:
        chaining, start = key, CHUNK_START
        while len(data) > 64:
            chaining = compress(chaining, data[:64], index, 64, flags | start)
            data, start = data[64:], 0
        block = data + bytes(64 - len(data))
        return chaining, block, index, len(data), flags | start | CHUNK_END
    half = 1024
    while half * 2 < len(data):
        half *= 2
    left = compress(*node(key, data[:half], index, flags))
    right = compress(*node(key, data[half:], index + half // 1024, flags))
    block = b"".join(word.to_bytes(4, "little") for word in left + right)
    return key, block, 0, 64, flags | PARENT


def root(key, data, flags):
    chaining, block, counter, length, flags = node(key, data, 0, flags)
    words = compress(chaining, block, counter, length, flags | ROOT)
    return b"".join(word.to_bytes(4, "little") for word in words)


def digest(data):
    return root(IV, data, 0)


def derive_key(context, material):
    context = root(IV, context.encode(), DERIVE_CONTEXT)
    key = [int.from_bytes(context[at : at + 4], "little") for at in range(0, 32, 4)]
    return root(key, material, DERIVE_MATERIAL)

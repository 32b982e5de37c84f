"""Canonical JSON as events/README.md has it: read, with the first wrong byte and what is wrong."""

import re

DEPTH = 16
LARGEST = 2**53 - 1
SHORT = {"\\": "\\", '"': '"', "b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}
SPACE = b" \t\n\r"


class NotCanonical(Exception):
    def __init__(self, at, fault):
        super().__init__(f"{fault} at byte {at}")
        self.at, self.fault = at, fault


def parse(data):
    """The value, with the bytes of each member of the outermost object beside it: (value, {key: bytes})."""
    spans = {}
    value, at = read(data, 0, 0, spans)
    if at < len(data):
        raise NotCanonical(at, "white_space" if data[at] in SPACE else "trailing_bytes")
    return value, spans


def unexpected(data, at):
    if at >= len(data):
        return NotCanonical(at, "truncated")
    return NotCanonical(at, "white_space" if data[at] in SPACE else "unexpected")


def expect(data, at, word):
    for byte in word:
        if data[at : at + 1] != bytes([byte]):
            raise unexpected(data, at)
        at += 1
    return at


def read(data, at, depth, spans=None):
    start = data[at : at + 1]
    if start in (b"{", b"["):
        if depth == DEPTH:
            raise NotCanonical(at, "depth")
        return (read_object if start == b"{" else read_array)(data, at, depth, spans)
    if start == b'"':
        return read_string(data, at)
    if start == b"t":
        return True, expect(data, at, b"true")
    if start == b"f":
        return False, expect(data, at, b"false")
    if start == b"n":
        raise NotCanonical(at, "null")
    if start in (b"+", b"."):
        raise NotCanonical(at, "number_spelling")
    if re.fullmatch(rb"[-0-9]", start):
        return read_integer(data, at)
    raise unexpected(data, at)


def read_integer(data, at):
    text = re.compile(rb"-?[0-9]*").match(data, at).group()
    end = at + len(text)
    if data[end : end + 1] in (b".", b"e", b"E") and data[end : end + 1]:
        raise NotCanonical(end, "float")
    if text == b"-":
        raise unexpected(data, end)
    if not re.fullmatch(rb"0|-?[1-9][0-9]*", text):
        raise NotCanonical(at, "number_spelling")
    if abs(int(text)) > LARGEST:
        raise NotCanonical(at, "big_integer")
    return int(text), end


def read_string(data, at):
    at = expect(data, at, b'"')
    text = ""
    while True:
        run = re.compile(rb'[^"\\\x00-\x1f\x7f]*').match(data, at).group()
        try:
            decoded = run.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotCanonical(at + error.start, "utf8") from None
        control = re.search("[\x80-\x9f]", decoded)
        if control:
            raise NotCanonical(at + len(decoded[: control.start()].encode()), "control")
        text, at = text + decoded, at + len(run)
        stop = data[at : at + 1]
        if stop == b'"':
            return text, at + 1
        if not stop:
            raise NotCanonical(at, "truncated")
        if stop != b"\\":
            raise NotCanonical(at, "control")
        character, at = read_escape(data, at)
        text += character


def read_escape(data, at):
    if at + 1 == len(data):
        raise NotCanonical(at + 1, "truncated")
    letter = chr(data[at + 1])
    if letter in SHORT:
        return SHORT[letter], at + 2
    digits = data[at + 2 : at + 6]
    if letter != "u":
        raise NotCanonical(at, "escape")
    if len(digits) < 4:
        raise NotCanonical(at, "truncated")
    if re.fullmatch(rb"[dD][89a-fA-F][0-9a-fA-F]{2}", digits):
        raise NotCanonical(at, "surrogate")
    if not re.fullmatch(rb"00[01][0-9a-f]", digits) or chr(int(digits, 16)) in SHORT.values():
        raise NotCanonical(at, "escape")
    return chr(int(digits, 16)), at + 6


def read_key(data, at):
    at = expect(data, at, b'"')
    key = re.compile(rb"[ !#-\[\]-~]*").match(data, at).group()
    end = at + len(key)
    if data[end : end + 1] != b'"':
        raise NotCanonical(end, "key" if end < len(data) else "truncated")
    return key.decode("ascii"), end + 1


def read_object(data, at, depth, spans):
    members, last = {}, None
    at += 1
    if data[at : at + 1] == b"}":
        return members, at + 1
    while True:
        start = at
        key, at = read_key(data, at)
        if last is not None and key <= last:
            raise NotCanonical(start, "duplicate_key" if key == last else "unsorted_key")
        at = expect(data, at, b":")
        start = at
        members[key], at = read(data, at, depth + 1)
        last = key
        if spans is not None:
            spans[key] = data[start:at]
        if data[at : at + 1] == b"}":
            return members, at + 1
        at = expect(data, at, b",")


def read_array(data, at, depth, _spans):
    items = []
    at += 1
    if data[at : at + 1] == b"]":
        return items, at + 1
    while True:
        item, at = read(data, at, depth + 1)
        items.append(item)
        if data[at : at + 1] == b"]":
            return items, at + 1
        at = expect(data, at, b",")

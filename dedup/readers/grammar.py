"""The grammar of JSON as kernels: one object a line, and the strings of some of its fields.

Strict: what is not JSON by RFC 8259 is refused, and so is some of what is, because parsers differ
on it or because it is rare: a key with an escape in it, a wanted field that stands twice, half a
surrogate pair, lists in lists beyond _DEEPEST, numbers of hundreds of digits.

Each kernel takes the byte to begin with and gives the byte behind what it has read, or -1.

Bray (ed.), "The JavaScript Object Notation (JSON) Data Interchange Format", RFC 8259, 2017.
"""

from __future__ import annotations

import numpy as np

from dedup import octets
from dedup.kernels import I64, U8, inner, kernel

_DEEPEST = 60  # lists and objects in one another

_QUOTE, _ESCAPE, _COMMA, _COLON = 34, 92, 44, 58
_OPEN, _CLOSE, _LIST, _END = 123, 125, 91, 93
_MINUS, _PLUS, _POINT, _ZERO = 45, 43, 46, 48
_LONGEST_NUMBER = 300  # bytes
_TRUE, _FALSE, _NULL = (int.from_bytes(word, "big") for word in (b"true", b"false", b"null"))
_QUOTE8, _ESCAPE8 = np.uint64(_QUOTE), np.uint64(_ESCAPE)


@inner
def _blank(content: U8, i: int, end: int) -> int:
    """The first byte at or after i that is no blank."""
    while i < end and (content[i] == 32 or content[i] == 9 or content[i] == 13):
        i += 1
    return i


@inner
def _hex(content: U8, i: int, end: int) -> int:
    """The number of four hexadecimal digits, or -1."""
    if i + 4 > end:
        return -1
    number = 0
    for k in range(i, i + 4):
        c = int(content[k])
        if 48 <= c <= 57:
            number = number * 16 + c - 48
        elif 97 <= c | 32 <= 102:
            number = number * 16 + (c | 32) - 87
        else:
            return -1
    return number


@inner
def _string(content: U8, i: int, end: int, out: U8, o: int) -> tuple[int, int]:
    """Unfold the string whose first byte is i into out[o:]; the byte after its quote, or -1.

    Every eight bytes of the string are written in full, so `out` is as long as the content.
    """
    while i < end:
        if i + 8 <= end:
            eight = octets.eight_bytes(content, i)
            special = octets.equal(eight, _QUOTE8) | octets.equal(eight, _ESCAPE8)
            special |= octets.controls(eight)
            octets.put_eight(out, o, eight)
            plain = octets.bytes_before(special)
            i += plain
            o += plain
            if plain == 8:
                continue
        c = content[i]
        if c == _QUOTE:
            return i + 1, o
        if c < 32:
            return -1, o
        if c != _ESCAPE:
            out[o] = c
            i += 1
            o += 1
            continue
        if i + 1 >= end:
            return -1, o
        c = content[i + 1]
        i += 2
        if c == 117:
            code = _hex(content, i, end)
            i += 4
            if 0xD800 <= code < 0xDC00 and i + 2 <= end and content[i] == _ESCAPE:
                low = _hex(content, i + 2, end) if content[i + 1] == 117 else -1
                if not 0xDC00 <= low < 0xE000:
                    return -1, o
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                i += 6
            if code < 0 or 0xD800 <= code < 0xE000:
                return -1, o
            if code < 0x80:
                out[o] = code
                o += 1
            elif code < 0x800:
                out[o], out[o + 1] = 0xC0 | (code >> 6), 0x80 | (code & 63)
                o += 2
            elif code < 0x10000:
                out[o], out[o + 1] = 0xE0 | (code >> 12), 0x80 | ((code >> 6) & 63)
                out[o + 2] = 0x80 | (code & 63)
                o += 3
            else:
                out[o], out[o + 1] = 0xF0 | (code >> 18), 0x80 | ((code >> 12) & 63)
                out[o + 2], out[o + 3] = 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)
                o += 4
            continue
        if c == 110:
            c = 10
        elif c == 116:
            c = 9
        elif c == 114:
            c = 13
        elif c == 98:
            c = 8
        elif c == 102:
            c = 12
        elif c != _QUOTE and c != _ESCAPE and c != 47:
            return -1, o
        out[o] = c
        o += 1
    return -1, o


@inner
def _digits(content: U8, i: int, end: int) -> int:
    """The byte after the digits from i on, one at least; or -1."""
    first = i
    while i < end and 48 <= content[i] <= 57:
        i += 1
    return i if i > first else -1


@inner
def _literal(content: U8, i: int, end: int, size: int, expected: int) -> int:
    """The byte after a literal of `size` bytes that read as this number, or -1."""
    number = 0
    for k in range(i, min(i + size, end)):
        number = number * 256 + int(content[k])
    return i + size if number == expected else -1


@inner
def _plain(content: U8, i: int, end: int) -> int:
    """The byte after the number or literal that begins at i, or -1."""
    first, c = i, content[i]
    if c == 116:
        return int(_literal(content, i, end, 4, _TRUE))
    if c == 102:
        return int(_literal(content, i, end, 5, _FALSE))
    if c == 110:
        return int(_literal(content, i, end, 4, _NULL))
    if c == _MINUS:
        i += 1
    if i < end and content[i] == _ZERO:
        i += 1
    else:
        i = _digits(content, i, end)
    if 0 < i < end and content[i] == _POINT:
        i = _digits(content, i + 1, end)
    if 0 < i < end and content[i] | 32 == 101:
        i += 1
        if i < end and (content[i] == _PLUS or content[i] == _MINUS):
            i += 1
        i = _digits(content, i, end)
    return i if i - first <= _LONGEST_NUMBER else -1


@inner
def _value(content: U8, i: int, end: int, waste: U8) -> int:
    """The byte after the value that begins at i, whatever it is, or -1."""
    kinds, depth = 0, 0  # of the lists and objects around: a bit each, set for objects
    while True:
        i = _blank(content, i, end)
        if i >= end:
            return -1
        c = content[i]
        if c == _OPEN or c == _LIST:
            depth += 1
            if depth > _DEEPEST:
                return -1
            is_object = c == _OPEN
            kinds = (kinds << 1) | is_object
            i = _blank(content, i + 1, end)
            if i >= end:
                return -1
            if content[i] != (_CLOSE if is_object else _END):
                if is_object:
                    i = _key(content, i, end, waste)
                    if i < 0:
                        return -1
                continue
        elif c == _QUOTE:
            i, _ = _string(content, i + 1, end, waste, 0)
            if i < 0:
                return -1
        else:
            i = _plain(content, i, end)
            if i < 0:
                return -1
        while True:  # what stands behind a value, or closes what has none
            if depth == 0:
                return i
            i = _blank(content, i, end)
            if i >= end:
                return -1
            c = content[i]
            if c == (_CLOSE if kinds & 1 else _END):
                kinds >>= 1
                depth -= 1
                i += 1
            elif c == _COMMA:
                i += 1
                if kinds & 1:
                    i = _key(content, _blank(content, i, end), end, waste)
                    if i < 0:
                        return -1
                break
            else:
                return -1


@inner
def _key(content: U8, i: int, end: int, waste: U8) -> int:
    """The byte after the key that begins at i and its colon, or -1."""
    if i >= end or content[i] != _QUOTE:
        return -1
    i, _ = _string(content, i + 1, end, waste, 0)
    if i < 0:
        return -1
    i = _blank(content, i, end)
    return i + 1 if i < end and content[i] == _COLON else -1


@inner
def _named(content: U8, first: int, last: int, names: U8, bounds: I64) -> int:
    """Which of the names stands at first:last, or -1."""
    for field in range(len(bounds) - 1):
        size = bounds[field + 1] - bounds[field]
        if size == last - first:
            k = 0
            while k < size and content[first + k] == names[bounds[field] + k]:
                k += 1
            if k == size:
                return field
    return -1


@kernel
def read_lines(
    content: U8, names: U8, bounds: I64, longest: U8, others: U8, ends: I64, there: np.ndarray
) -> int:
    """Read every line into row after row; how many there are, or -1.

    longest, others[1:]: where the strings of each wanted field go, end to end.
    ends: where they end, from column 1 on. there: set where there is a string.
    """
    wanted, fields = len(ends), len(bounds) - 1
    seen = np.zeros(fields, dtype=np.bool_)
    waste = others[0]
    i, end, row = 0, len(content), 0
    while i < end:
        for field in range(fields):
            seen[field] = False
        for field in range(wanted):
            ends[field, row + 1] = ends[field, row]
        if content[i] != _OPEN:
            return -1
        i = _blank(content, i + 1, end)
        last = i < end and content[i] == _CLOSE
        i += last
        while not last:
            if i >= end or content[i] != _QUOTE:
                return -1
            key = i + 1
            i = key
            while i < end and content[i] != _QUOTE:
                if content[i] == _ESCAPE or content[i] < 32:
                    return -1
                i += 1
            field = _named(content, key, min(i, end), names, bounds)
            i = _blank(content, i + 1, end)
            if i >= end or content[i] != _COLON:
                return -1
            i = _blank(content, i + 1, end)
            if i >= end:
                return -1
            if field < 0:
                i = _value(content, i, end, waste)
            else:
                if seen[field]:
                    return -1
                seen[field] = True
                if content[i] == 110:
                    i = _literal(content, i, end, 4, _NULL)
                elif content[i] != _QUOTE or field >= wanted:
                    return -1
                elif field == 0:
                    i, ends[0, row + 1] = _string(content, i + 1, end, longest, ends[0, row])
                    there[0, row] = True
                else:
                    i, o = _string(content, i + 1, end, others[field], ends[field, row])
                    ends[field, row + 1] = o
                    there[field, row] = True
            if i < 0:
                return -1
            i = _blank(content, i, end)
            if i >= end:
                return -1
            last = content[i] == _CLOSE
            if last:
                i += 1
            elif content[i] == _COMMA:
                i = _blank(content, i + 1, end)
            else:
                return -1
        i = _blank(content, i, end)
        if i < end:
            if content[i] != 10:
                return -1
            i += 1
        row += 1
    return row

"""Folded words of a text, as 64-bit hashes with their places.

What a reader would call the same word gets the same hash: case is folded (full Unicode folding),
canonical and compatibility forms are one, soft hyphens and zero-width characters are gone, "U.S."
is "US", "Russia's" is "Russia", "don't" is "dont" with either apostrophe, and "1,580" is "1580"
while "1.58" stays one word. Scripts written without spaces (Han, Kana, Thai and their like) give a
word a character, marks included. Everything else separates words. Several marks on one letter count
in the order in which they are written.

Two different words share a hash with a probability of about 2**-64; nothing else is lossy here.

Time O(bytes), one pass; a table is made first for the characters outside ASCII that do occur.

Folding: The Unicode Standard 15.0, section 3.13, D145 (canonical caseless matching) over NFKD.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from dedup.kernels import I32, I64, U8, U64, inlined, kernel
from dedup.ragged import rows_at

FIGURE, CAPITAL, OPENS, ALONE = 1, 2, 4, 8
STEM = 5  # characters

_SEPARATOR, _LETTER, _DIGIT, _ALONE, _IGNORED, _APOSTROPHE, _UPPER = 0, 1, 2, 3, 4, 5, 6
_STOP, _COMMA, _MARK = 7, 8, 9
_END, _JOIN, _POINT = 0, 1, 2
_SPACELESS = (
    "CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC ITERATION", "HIRAGANA", "KATAKANA",
    "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "YI SYLLABLE",
)  # fmt: skip
_APOSTROPHES = "\u2018\u2019\u02bc\uff07"

_M1 = np.uint64(0x9E3779B97F4A7C15)
_M2 = np.uint64(0xD6E8FEB86659FD93)
_B8, _B29, _B32 = np.uint64(8), np.uint64(29), np.uint64(32)
_ZERO = np.uint64(0)
# A plain 0 has a type of its own, for which numba would compile once more.
_NONE: int = np.int64(0)  # type: ignore[assignment]
_DOT = np.uint64(ord("."))


@dataclass(frozen=True, eq=False, slots=True)
class FoldTable:
    """What each character is and folds to.

    kinds: uint8 (0x110000,), the class of each code point.
    bounds: int32 (0x110001 or fewer entries reachable through `index`,), see `pool`.
    index: int32 (0x110000,), the entry of each code point outside ASCII that the table knows.
    pool: uint8, UTF-8 of the folded forms; entry k is pool[bounds[k]:bounds[k + 1]].
    """

    kinds: U8
    index: I32
    bounds: I32
    pool: U8


@dataclass(frozen=True, eq=False, slots=True)
class Tokens:
    """The words of some spans of text.

    values: uint64 (tokens,), the hash of each folded word.
    starts, ends: int64 (tokens,), its bytes in the buffer.
    flags: uint8 (tokens,), FIGURE if it holds a digit, CAPITAL if it begins with a capital,
        OPENS if it is the first of its span or of a sentence (a full stop behind an abbreviation,
        as in U.S. or Mr., ends none), ALONE if it is one character of a
        script without spaces.
    offsets: int64 (spans + 1,); the words of span k are offsets[k]:offsets[k + 1].
    stems: uint64 (tokens,), the hash of the word's first STEM characters, or of all of a figure:
        "publish" and "published" have one stem.
    """

    values: U64
    starts: I64
    ends: I64
    flags: U8
    offsets: I64
    stems: U64

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, rows: I64) -> Tokens:
        """The words of some spans, in the order of `rows`."""
        if len(rows) == len(self) and np.array_equal(rows, np.arange(len(self))):
            return self
        at, offsets = rows_at(self.offsets, rows)
        return Tokens(
            self.values[at], self.starts[at], self.ends[at], self.flags[at], offsets,
            self.stems[at],
        )  # fmt: skip


def fold_table(buffer: U8) -> FoldTable:
    """The table for the characters that occur in `buffer`, uint8 (bytes,) of valid UTF-8."""
    seen = np.zeros(0x110000, dtype=np.uint8)
    _mark_characters(buffer, seen)
    kinds = np.zeros(0x110000, dtype=np.uint8)
    index = np.zeros(0x110000, dtype=np.int32)
    forms = [b""]
    for code in [*range(128), *np.flatnonzero(seen).tolist()]:
        kind, form = _fold(chr(code))
        kinds[code] = kind
        index[code] = len(forms)
        forms.append(form)
    bounds = np.zeros(len(forms) + 1, dtype=np.int32)
    np.cumsum([len(form) for form in forms], out=bounds[1:])
    return FoldTable(kinds, index, bounds, np.frombuffer(b"".join(forms), dtype=np.uint8))


def _fold(char: str) -> tuple[int, bytes]:
    """The class of a character, and the UTF-8 of its folded form."""
    category = unicodedata.category(char)
    if char in "'" + _APOSTROPHES:
        return _APOSTROPHE, b""
    if char in ".,":
        return (_STOP if char == "." else _COMMA), b""
    if category == "Cf":
        return _IGNORED, b""
    if category == "Nd":
        return _DIGIT, str(unicodedata.decimal(char)).encode()
    if category[0] not in "LMN":
        return _SEPARATOR, b""
    form = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()).encode()
    if unicodedata.name(char, "").startswith(_SPACELESS):
        return _ALONE, form
    if category[0] == "M":
        return _MARK, b"" if "VARIATION SELECTOR" in unicodedata.name(char, "") else form
    return (_UPPER if category in ("Lu", "Lt") else _LETTER), form


def tokenise(buffer: U8, starts: I64, ends: I64, table: FoldTable) -> Tokens:
    """The words of the spans starts[k]:ends[k] (int64, bytes) of `buffer`, in order.

    `table` must be made from a buffer that holds every character of these spans.
    """
    room = int(np.sum((ends - starts + 1) // 2)) if len(starts) else 0
    hashes = np.empty((2, room), dtype=np.uint64)
    places = np.empty((2, room), dtype=np.int64)
    flags = np.empty(room, dtype=np.uint8)
    offsets = np.zeros(len(starts) + 1, dtype=np.int64)
    _tokenise(
        buffer, starts, ends, table.kinds, table.index, table.bounds, table.pool,
        hashes[0], hashes[1], places[0], places[1], flags, offsets,
    )  # fmt: skip
    used = int(offsets[-1])
    return Tokens(
        hashes[0, :used], places[0, :used], places[1, :used], flags[:used], offsets,
        hashes[1, :used],
    )  # fmt: skip


def fingerprints(tokens: Tokens) -> U64:
    """uint64 (spans,): a hash of each span's words in order; equal words, equal fingerprint."""
    out = np.empty(len(tokens), dtype=np.uint64)
    _fingerprints(tokens.values, tokens.offsets, out)
    return out


@inlined
def mix(x: np.uint64) -> np.uint64:
    """Spread every bit of x over the whole word."""
    x ^= x >> _B32
    x *= _M2
    x ^= x >> _B29
    x *= _M1
    return x ^ (x >> _B32)


@kernel
def _code_point(buffer: U8, i: int) -> tuple[int, int]:
    """The character at byte i, and how many bytes it takes."""
    lead: int = np.int64(buffer[i])  # type: ignore[assignment]
    if lead < 0x80:
        return lead, 1
    second: int = np.int64(buffer[i + 1]) & 0x3F  # type: ignore[assignment]
    if lead < 0xE0:
        return ((lead & 0x1F) << 6) | second, 2
    third: int = np.int64(buffer[i + 2]) & 0x3F  # type: ignore[assignment]
    if lead < 0xF0:
        return ((lead & 0x0F) << 12) | (second << 6) | third, 3
    fourth: int = np.int64(buffer[i + 3]) & 0x3F  # type: ignore[assignment]
    return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | fourth, 4


@kernel
def _mark_characters(buffer: U8, seen: U8) -> None:
    """Set seen[c] for every character c of the buffer outside ASCII."""
    i = _NONE
    while i < len(buffer):
        if buffer[i] < 0x80:
            i += 1
        else:
            code, width = _code_point(buffer, i)
            seen[code] = 1
            i += width


@kernel
def _is_word(kind: int) -> bool:
    """Whether a character of this class is part of words that have more than one."""
    return kind == _LETTER or kind == _UPPER or kind == _DIGIT


@kernel
def _kind_at(buffer: U8, i: int, end: int, kinds: U8) -> int:
    """The class of the character at byte i; past the end, a separator."""
    return int(kinds[_code_point(buffer, i)[0]]) if i < end else _SEPARATOR


@kernel
def _past(buffer: U8, i: int, end: int, kinds: U8, kind: int) -> int:
    """The first byte at or after i whose character is not of this class."""
    while i < end:
        code, width = _code_point(buffer, i)
        if kinds[code] != kind:
            break
        i += width
    return i


@kernel
def _append(
    head: np.uint64, block: np.uint64, filled: int, byte: np.uint64
) -> tuple[np.uint64, np.uint64, int]:
    """Take one more byte into a word's hash, eight at a time."""
    block = (block << _B8) | byte
    if filled < 7:
        return head, block, filled + 1
    head = (head ^ block) * _M1
    return head ^ (head >> _B29), _ZERO, 0


@kernel
def _after_mark(
    buffer: U8, i: int, end: int, width: int, stop: int, kinds: U8, letters: int
) -> tuple[int, int]:
    """What an apostrophe, full stop or comma at byte i does to the word before it.

    stop: the byte after the word's last character.
    letters: in a row since the word or its last full stop began; -1 after a digit.
    Returns _END, _JOIN (the word goes on without the mark) or _POINT (it goes on with a decimal
    point), and the byte to go on from.
    """
    mark = kinds[_code_point(buffer, i)[0]]
    after = _past(buffer, i + width, end, kinds, _IGNORED)
    next_kind = _kind_at(buffer, after, end, kinds)
    letter_follows = next_kind == _LETTER or next_kind == _UPPER
    if mark == _APOSTROPHE:
        if not letter_follows:
            return _END, i
        if buffer[after] == 115 or buffer[after] == 83:  # possessive s, dropped
            beyond = _past(buffer, after + 1, end, kinds, _IGNORED)
            beyond_kind = _kind_at(buffer, beyond, end, kinds)
            if not _is_word(beyond_kind) and beyond_kind != _MARK:
                return _END, after + 1
        return _JOIN, after
    if mark == _STOP and letters == 1 and letter_follows:  # U.S., J.P., not B.The
        beyond = after + _code_point(buffer, after)[1]
        beyond = _past(buffer, beyond, end, kinds, _IGNORED)
        beyond_kind = _kind_at(buffer, _past(buffer, beyond, end, kinds, _MARK), end, kinds)
        if beyond_kind == _LETTER or beyond_kind == _UPPER:
            return _END, i
        return _JOIN, after
    if letters >= 0 or not 48 <= buffer[stop - 1] <= 57:
        return _END, i
    digits, beyond = 0, after
    while digits < 4 and beyond < end and 48 <= buffer[beyond] <= 57:
        digits += 1
        beyond = _past(buffer, beyond + 1, end, kinds, _IGNORED)
    if digits == 0:
        return _END, i
    return (_JOIN, after) if mark == _COMMA and digits == 3 else (_POINT, after)


@kernel
def _tokenise(
    buffer: U8, starts: I64, ends: I64,
    kinds: U8, index: I32, bounds: I32, pool: U8,
    values: U64, stems: U64, token_starts: I64, token_ends: I64, flags: U8, offsets: I64,
) -> None:  # fmt: skip
    """Write the words of each span, and offsets[k + 1] after span k."""
    n = 0
    for k in range(len(starts)):
        i, end = starts[k], ends[k]
        flag = np.uint8(OPENS)
        head, block, filled, letters = _ZERO, _ZERO, _NONE, _NONE
        cut, size = _ZERO, _NONE
        dotted = False
        start, stop = i, i  # the word so far; none while they are equal
        while i <= end:
            code, width, kind = np.int64(0), 1, np.uint8(_SEPARATOR)
            if i < end:
                code = np.int64(buffer[i])
                if code >= 0x80:
                    code, width = _code_point(buffer, i)
                kind = kinds[code]
            inside = stop > start
            alone = flag & ALONE
            if (
                (_is_word(kind) and not alone)
                or (kind == _ALONE and not inside)
                or (kind == _MARK and inside)
            ):
                if not inside:
                    start = i
                    if kind == _UPPER:
                        flag |= np.uint8(CAPITAL)
                    elif kind == _ALONE:
                        flag |= np.uint8(ALONE)
                i += width
                stop = i
                if code < 0x80:
                    if size == STEM:
                        cut = head ^ block
                    size += 1
                    byte = np.uint64(code | 0x20 if kind == _UPPER else code)
                    head, block, filled = _append(head, block, filled, byte)
                else:
                    for p in range(bounds[index[code]], bounds[index[code] + 1]):
                        if pool[p] & 0xC0 != 0x80:  # a character of the folded form begins
                            if size == STEM:
                                cut = head ^ block
                            size += 1
                        head, block, filled = _append(head, block, filled, np.uint64(pool[p]))
                if kind == _DIGIT:
                    flag |= np.uint8(FIGURE)
                    letters = -1
                elif letters >= 0 and kind != _MARK:
                    letters += 1
                continue
            if kind == _IGNORED:
                i += width
                continue
            if not inside:
                if code == 46 or code == 33 or code == 63 or code == 0x3002:  # . ! ? and CJK's
                    flag |= np.uint8(OPENS)
                i += width
                continue
            if not alone and (kind == _APOSTROPHE or kind == _STOP or kind == _COMMA):
                what, i = _after_mark(buffer, i, end, width, stop, kinds, letters)
                if what == _POINT:
                    head, block, filled = _append(head, block, filled, _DOT)
                elif what == _JOIN and kind == _STOP:
                    letters = _NONE
                    dotted = True
                if what != _END:
                    continue
                brief = flag & CAPITAL and 0 < letters <= 3  # Mr. Gen. No.
                if kind == _STOP and (dotted or brief):  # an abbreviation ends no sentence
                    i += 1
            word = (head ^ block) * _M1
            values[n] = word ^ (word >> _B32)
            stem = cut * _M1 if size > STEM and not flag & FIGURE else word
            stems[n] = stem ^ (stem >> _B32)
            token_starts[n], token_ends[n], flags[n] = start, stop, flag
            n += 1
            flag = np.uint8(0)
            head, block, filled, letters = _ZERO, _ZERO, _NONE, _NONE
            cut, size = _ZERO, _NONE
            dotted = False
            start, stop = i, i
            if i == end:
                break
        offsets[k + 1] = n


@kernel
def _fingerprints(values: U64, offsets: I64, out: U64) -> None:
    """Chain the hashes of each span's words into one."""
    for k in range(len(out)):
        chained = np.uint64(offsets[k + 1] - offsets[k])
        for i in range(offsets[k], offsets[k + 1]):
            chained = mix(chained ^ values[i]) + _M1
        out[k] = chained

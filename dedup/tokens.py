"""Folded words of a text, as 64-bit hashes with their places.

What a reader would call the same word gets the same hash: case is folded (full Unicode folding),
canonical and compatibility forms are one, soft hyphens and zero-width characters are gone, "U.S."
is "US", "Russia's" is "Russia", "don't" is "dont" with either apostrophe, and "1,580" is "1580"
while "1.58" stays one word. Scripts written without spaces (Han, Kana, Thai and their like) give a
word a character, marks included. Everything else separates words. Several marks on one letter count
in the order in which they are written.

Two different words share a hash with a probability of about 2**-64; nothing else is lossy here.

A word of ASCII letters and digits with a blank behind it, as most are, is taken eight bytes at a
time (octets.py); all else character by character, by a table of those that occur (folding.py).

Time O(bytes), one pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup import octets
from dedup.folding import (
    APOSTROPHE,
    COMMA,
    DIGIT,
    IGNORED,
    LETTER,
    MARK,
    SEPARATOR,
    SINGLE,
    STOP,
    UPPER,
    FoldTable,
    code_point,
    fold_table,
)
from dedup.hashes import SPREAD, chain_words
from dedup.kernels import I32, I64, U8, U64, inner, kernel, read_only
from dedup.ragged import rows_at

__all__ = [
    "ALONE",
    "CAPITAL",
    "FIGURE",
    "OPENS",
    "FoldTable",
    "Tokens",
    "fingerprints",
    "fold_table",
    "tokenise",
]

FIGURE, CAPITAL, OPENS, ALONE = 1, 2, 4, 8
STEM = 5  # characters

_END, _JOIN, _POINT = 0, 1, 2
_B8, _B24, _B29, _B32 = np.uint64(8), np.uint64(24), np.uint64(29), np.uint64(32)
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_FIRST = np.uint64(0x80)
# A plain 0 has a type of its own, for which numba would compile once more.
_NONE: int = np.int64(0)  # type: ignore[assignment]
_DOT = np.uint64(ord("."))


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


def tokenise(buffer: U8, starts: I64, ends: I64, table: FoldTable) -> Tokens:
    """The words of the spans starts[k]:ends[k] (int64, bytes) of `buffer`, in order.

    `table` must be made from a buffer that holds every character of these spans.
    """
    room = int(np.sum((ends - starts + 1) // 2)) if len(starts) else 0
    hashes = np.empty((2, room), dtype=np.uint64)
    places = np.empty((2, room), dtype=np.int64)
    flags = np.empty(room, dtype=np.uint8)
    offsets = np.zeros(len(starts) + 1, dtype=np.int64)
    cut_words(
        read_only(buffer), read_only(starts), read_only(ends),
        table.kinds, table.index, table.bounds, table.pool,
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
    chain_words(tokens.values, tokens.offsets, out)
    return out


@inner
def _is_word(kind: int) -> bool:
    """Whether a character of this class is part of words that have more than one."""
    return kind == LETTER or kind == UPPER or kind == DIGIT


@inner
def _kind_at(buffer: U8, i: int, end: int, kinds: U8) -> int:
    """The class of the character at byte i; past the end, a separator."""
    return int(kinds[code_point(buffer, i)[0]]) if i < end else SEPARATOR


@inner
def _past(buffer: U8, i: int, end: int, kinds: U8, kind: int) -> int:
    """The first byte at or after i whose character is not of this class."""
    while i < end:
        code, width = code_point(buffer, i)
        if kinds[code] != kind:
            break
        i += width
    return i


@inner
def _append(
    head: np.uint64, block: np.uint64, filled: int, byte: np.uint64
) -> tuple[np.uint64, np.uint64, int]:
    """Take one more byte into a word's hash, eight at a time."""
    block = (block << _B8) | byte
    if filled < 7:
        return head, block, filled + 1
    head = (head ^ block) * SPREAD
    return head ^ (head >> _B29), _ZERO, 0


@inner
def _hashes(
    head: np.uint64, block: np.uint64, cut: np.uint64, size: int, flag: int
) -> tuple[np.uint64, np.uint64]:
    """The hash of a word of `size` characters, and that of its stem."""
    word = (head ^ block) * SPREAD
    stem = cut * SPREAD if size > STEM and not flag & FIGURE else word
    return word ^ (word >> _B32), stem ^ (stem >> _B32)


@inner
def _after_mark(
    buffer: U8, i: int, end: int, width: int, stop: int, kinds: U8, letters: int
) -> tuple[int, int]:
    """What an apostrophe, full stop or comma at byte i does to the word before it.

    stop: the byte after the word's last character.
    letters: in a row since the word or its last full stop began; -1 after a digit.
    Returns _END, _JOIN (the word goes on without the mark) or _POINT (it goes on with a decimal
    point), and the byte to go on from.
    """
    mark = kinds[code_point(buffer, i)[0]]
    after = _past(buffer, i + width, end, kinds, IGNORED)
    next_kind = _kind_at(buffer, after, end, kinds)
    letter_follows = next_kind == LETTER or next_kind == UPPER
    if mark == APOSTROPHE:
        if not letter_follows:
            return _END, i
        if buffer[after] == 115 or buffer[after] == 83:  # possessive s, dropped
            beyond = _past(buffer, after + 1, end, kinds, IGNORED)
            beyond_kind = _kind_at(buffer, beyond, end, kinds)
            if not _is_word(beyond_kind) and beyond_kind != MARK:
                return _END, after + 1
        return _JOIN, after
    if mark == STOP and letters == 1 and letter_follows:  # U.S., J.P., not B.The
        beyond = after + code_point(buffer, after)[1]
        beyond = _past(buffer, beyond, end, kinds, IGNORED)
        beyond_kind = _kind_at(buffer, _past(buffer, beyond, end, kinds, MARK), end, kinds)
        if beyond_kind == LETTER or beyond_kind == UPPER:
            return _END, i
        return _JOIN, after
    if letters >= 0 or not 48 <= buffer[stop - 1] <= 57:
        return _END, i
    digits, beyond = 0, after
    while digits < 4 and beyond < end and 48 <= buffer[beyond] <= 57:
        digits += 1
        beyond = _past(buffer, beyond + 1, end, kinds, IGNORED)
    if digits == 0:
        return _END, i
    return (_JOIN, after) if mark == COMMA and digits == 3 else (_POINT, after)


@inner
def _plain_word(
    buffer: U8, i: int, end: int
) -> tuple[np.uint64, np.uint64, int, np.uint64, int, np.uint8]:
    """Take the ASCII letters and digits from byte i on, one at least, eight at a time.

    Eight bytes must be there to be read. Returns the hash so far as `_append` leaves it, how many
    there are, the stem, and flags.
    """
    flag, size = np.uint8(0), _NONE
    head, cut = _ZERO, _ZERO
    while True:
        eight = octets.eight_bytes(buffer, i + size)
        letters, digits = octets.letters(eight), octets.digits(eight)
        capitals = octets.capitals(eight, letters)
        block = octets.first_on_top(octets.lowered(eight, capitals))
        if size == 0:
            cut = block >> _B24
            if capitals & _FIRST != _ZERO:
                flag |= np.uint8(CAPITAL)
        filled = min(octets.bytes_before(~(letters | digits) & octets.TOPS), end - i - size)
        size += filled
        if filled < 8:
            if digits & ((_ONE << np.uint64(8 * filled)) - _ONE) != _ZERO:
                flag |= np.uint8(FIGURE)
            block = block >> np.uint64(64 - 8 * filled) if filled else _ZERO
            return head, block, filled, cut, size, flag
        if digits != _ZERO:
            flag |= np.uint8(FIGURE)
        head = (head ^ block) * SPREAD
        head ^= head >> _B29
        if i + size + 8 > len(buffer):
            return head, _ZERO, _NONE, cut, size, flag


@kernel
def cut_words(
    buffer: U8, starts: I64, ends: I64,
    kinds: U8, index: I32, bounds: I32, pool: U8,
    values: U64, stems: U64, token_starts: I64, token_ends: I64, flags: U8, offsets: I64,
) -> None:  # fmt: skip
    """Write the words of each span, and offsets[k + 1] after span k.

    Without room for them, only the hashes of the words are written.
    """
    n, whole = 0, len(flags) > 0
    for k in range(len(starts)):
        i, end = starts[k], ends[k]
        quick = min(end, len(buffer) - 7)  # before it, eight bytes can be read
        flag = np.uint8(OPENS)
        head, block, filled, letters = _ZERO, _ZERO, _NONE, _NONE
        cut, size = _ZERO, _NONE
        dotted = False
        start, stop = i, i  # the word so far; none while they are equal
        while i <= end:
            code, width, kind = np.int64(0), 1, np.uint8(SEPARATOR)
            if i < end:
                code = np.int64(buffer[i])
                if code >= 0x80:
                    code, width = code_point(buffer, i)
                kind = kinds[code]
            inside = stop > start
            if not inside and code < 0x80 and _is_word(kind) and i < quick:
                head, block, filled, cut, size, found = _plain_word(buffer, i, end)
                start, stop = i, i + size
                flag |= found
                i, after = stop, np.uint8(0)
                if i + 1 < end and buffer[i + 1] == 32 and (buffer[i] == 44 or buffer[i] == 46):
                    brief = flag & CAPITAL and not found & FIGURE and size <= 3
                    after = np.uint8(OPENS if buffer[i] == 46 and not brief else 0)
                    i += 1
                if i >= end or buffer[i] != 32:  # it may go on
                    letters = -1 if found & FIGURE else size
                    continue
                value, stem = _hashes(head, block, cut, size, flag)
                values[n] = value
                if whole:
                    stems[n] = stem
                    token_starts[n], token_ends[n], flags[n] = start, stop, flag
                n += 1
                flag = after
                head, block, filled, cut, size = _ZERO, _ZERO, _NONE, _ZERO, _NONE
                i += 1
                start, stop = i, i
                continue
            alone = flag & ALONE
            if (
                (_is_word(kind) and not alone)
                or (kind == SINGLE and not inside)
                or (kind == MARK and inside)
            ):
                if not inside:
                    start = i
                    if kind == UPPER:
                        flag |= np.uint8(CAPITAL)
                    elif kind == SINGLE:
                        flag |= np.uint8(ALONE)
                i += width
                stop = i
                if code < 0x80:
                    if size == STEM:
                        cut = head ^ block
                    size += 1
                    byte = np.uint64(code | 0x20 if kind == UPPER else code)
                    head, block, filled = _append(head, block, filled, byte)
                else:
                    for p in range(bounds[index[code]], bounds[index[code] + 1]):
                        if pool[p] & 0xC0 != 0x80:  # a character of the folded form begins
                            if size == STEM:
                                cut = head ^ block
                            size += 1
                        head, block, filled = _append(head, block, filled, np.uint64(pool[p]))
                if kind == DIGIT:
                    flag |= np.uint8(FIGURE)
                    letters = -1
                elif letters >= 0 and kind != MARK:
                    letters += 1
                continue
            if kind == IGNORED:
                i += width
                continue
            if not inside:
                if code == 46 or code == 33 or code == 63 or code == 0x3002:  # . ! ? and CJK's
                    flag |= np.uint8(OPENS)
                i += width
                continue
            if not alone and (kind == APOSTROPHE or kind == STOP or kind == COMMA):
                what, i = _after_mark(buffer, i, end, width, stop, kinds, letters)
                if what == _POINT:
                    head, block, filled = _append(head, block, filled, _DOT)
                elif what == _JOIN and kind == STOP:
                    letters = _NONE
                    dotted = True
                if what != _END:
                    continue
                brief = flag & CAPITAL and 0 < letters <= 3  # Mr. Gen. No.
                if kind == STOP and (dotted or brief):  # an abbreviation ends no sentence
                    i += 1
            value, stem = _hashes(head, block, cut, size, flag)
            values[n] = value
            if whole:
                stems[n] = stem
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

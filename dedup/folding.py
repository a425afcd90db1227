"""What each character is to the words of a text, and what it folds to.

Most of Unicode never occurs in a corpus, so a table is made for the characters that do. Case is
folded after NFKD, and the result decomposed again, so that canonical and compatibility forms are
one.

The Unicode Standard 15.0, section 3.13, D145 (canonical caseless matching) over NFKD.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np

from dedup.kernels import I32, I64, U8, inner, kernel, read_only, spread
from dedup.octets import TOPS, bytes_before, eight_bytes
from dedup.settings import DEFAULTS

SEPARATOR, LETTER, DIGIT, SINGLE, IGNORED, APOSTROPHE, UPPER, STOP, COMMA, MARK = range(10)

_SPACELESS = (
    "CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC ITERATION", "HIRAGANA", "KATAKANA",
    "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "YI SYLLABLE",
)  # fmt: skip
_APOSTROPHES = "\u2018\u2019\u02bc\uff07"
_CODES = 0x110000
_ZERO = np.uint64(0)
_CHUNK = 1 << 24  # bytes that a thread looks through at a time


@dataclass(frozen=True, eq=False, slots=True)
class FoldTable:
    """What each character is and folds to.

    kinds: uint8 (0x110000,), the class of each code point.
    bounds: int32 (entries + 1,), see `pool`.
    index: int32 (0x110000,), the entry of each code point; 0 for those the table does not know.
    pool: uint8, UTF-8 of the folded forms; entry k is pool[bounds[k]:bounds[k + 1]].
    """

    kinds: U8
    index: I32
    bounds: I32
    pool: U8


def fold_table(buffer: U8, *, threads: int = DEFAULTS.threads) -> FoldTable:
    """The table for the characters that occur in `buffer`, uint8 (bytes,) of valid UTF-8."""
    seen, index = np.zeros(_CODES, dtype=np.uint8), np.zeros(_CODES, dtype=np.int32)
    cuts = [*(_begins(buffer, cut) for cut in range(0, len(buffer), _CHUNK)), len(buffer)]
    bounds = read_only(np.array(cuts, dtype=np.int64))
    fixed = read_only(buffer)

    def mark(part: int) -> None:
        _mark(fixed, bounds[part : part + 1], bounds[part + 1 : part + 2], seen, index)

    list(spread(mark, range(len(cuts) - 1), threads=threads))
    return _table(np.flatnonzero(seen.view(np.bool_)))


class FoldTables:
    """The table for texts that come a part at a time, from several threads: it grows with them."""

    def __init__(self) -> None:
        self._seen = np.zeros(_CODES, dtype=np.uint8)
        self._table = _table(np.empty(0, dtype=np.int64))
        self._lock = Lock()

    def of(self, buffer: U8, starts: I64, ends: I64) -> FoldTable:
        """A table with every character of the texts starts[k]:ends[k] of `buffer`."""
        table = self._table
        buffer, starts, ends = read_only(buffer), read_only(starts), read_only(ends)
        while _mark(buffer, starts, ends, self._seen, table.index):
            with self._lock:
                if table is self._table:  # no other thread has made a larger one meanwhile
                    seen = self._seen.copy()  # others go on writing to it
                    self._table = _table(np.flatnonzero(seen.view(np.bool_)))
                table = self._table
        return table


def _table(codes: I64) -> FoldTable:
    """The table of ASCII and these code points."""
    kinds = np.zeros(_CODES, dtype=np.uint8)
    index = np.zeros(_CODES, dtype=np.int32)
    forms = [b""]
    for code in [*range(128), *codes.tolist()]:
        kind, form = _fold(chr(code))
        kinds[code] = kind
        index[code] = len(forms)
        forms.append(form)
    bounds = np.zeros(len(forms) + 1, dtype=np.int32)
    np.cumsum([len(form) for form in forms], out=bounds[1:])
    return FoldTable(kinds, index, bounds, np.frombuffer(b"".join(forms), dtype=np.uint8))


@lru_cache(maxsize=1 << 14)
def _fold(char: str) -> tuple[int, bytes]:
    """The class of a character, and the UTF-8 of its folded form."""
    category = unicodedata.category(char)
    if char in "'" + _APOSTROPHES:
        return APOSTROPHE, b""
    if char in ".,":
        return (STOP if char == "." else COMMA), b""
    if category == "Cf":
        return IGNORED, b""
    if category == "Nd":
        return DIGIT, str(unicodedata.decimal(char)).encode()
    if category[0] not in "LMN":
        return SEPARATOR, b""
    form = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()).encode()
    if unicodedata.name(char, "").startswith(_SPACELESS):
        return SINGLE, form
    if category[0] == "M":
        return MARK, b"" if "VARIATION SELECTOR" in unicodedata.name(char, "") else form
    return (UPPER if category in ("Lu", "Lt") else LETTER), form


@inner
def code_point(buffer: U8, i: int) -> tuple[int, int]:
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


def _begins(buffer: U8, i: int) -> int:
    """The first byte at or after i with which a character begins."""
    while i < len(buffer) and buffer[i] & 0xC0 == 0x80:
        i += 1
    return i


@inner
def _is_ascii(buffer: U8, i: int) -> bool:
    """Whether the 32 bytes from i on are."""
    first = eight_bytes(buffer, i) | eight_bytes(buffer, i + 8)
    second = eight_bytes(buffer, i + 16) | eight_bytes(buffer, i + 24)
    return bool((first | second) & TOPS == _ZERO)


@kernel
def _mark(buffer: U8, starts: I64, ends: I64, seen: U8, index: I32) -> int:
    """Set seen[c] for every character c outside ASCII; how many of them have no place in `index`.

    Threads may share `seen`: all of them write the same.
    """
    missing = 0
    for k in range(len(starts)):
        i, end = starts[k], ends[k]
        while i < end:
            if buffer[i] >= 0x80:
                code, width = code_point(buffer, i)
                seen[code] = 1
                missing += index[code] == 0
                i += width
            elif i + 32 <= end and _is_ascii(buffer, i):
                i += 32
            elif i + 8 <= end:
                i += max(1, bytes_before(eight_bytes(buffer, i) & TOPS))
            else:
                i += 1
    return missing

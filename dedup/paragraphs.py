"""Where the paragraphs of each story begin and end.

Blank lines part them where a text has any; there a line break does too if the line before it is a
paragraph by its looks, longer than WRAP bytes and closed like a sentence. Otherwise line breaks do,
unless the text was wrapped at a column: then a line that is indented opens a paragraph and the
other breaks are spaces. A block longer than LONG bytes, which is how a page without markup often
arrives, is cut into groups of whole sentences, each of GROUP bytes or more; the cut depends on the
text near it only, so that a copy inside another story is cut in the same places soon after it
begins. A block of HARD bytes in which no sentence ends is cut between words, or anywhere if it has
none.

Time O(bytes), one pass and a look at the lines; one row a paragraph.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dedup.kernels import I64, U8, chunks, inner, kernel, read_only, spread
from dedup.scratch import Scratch
from dedup.settings import DEFAULTS

LONG = 1500  # bytes: about 250 English words, beyond nearly every paragraph of wire copy
GROUP = 150  # bytes: about 25 words, one sentence or two
HARD = 20_000  # bytes: no paragraph is longer, even where no sentence ends
WRAP = 100  # bytes: no line of a wrapped text is longer
_PART = 4_000_000  # bytes of text that a thread cuts at a time

_NEWLINE, _RETURN, _SPACE = 10, 13, 32
_BLOCK = 64  # bytes that are looked at together


@dataclass(frozen=True, eq=False, slots=True)
class Paragraphs:
    """Paragraphs in the order of their stories.

    stories: int64 (paragraphs,), the position of the story.
    starts, ends: int64 (paragraphs,), bytes in the corpus buffer, white space cut off.
    """

    stories: I64
    starts: I64
    ends: I64

    def __len__(self) -> int:
        return len(self.starts)

    def stored(self, scratch: Scratch) -> Paragraphs:
        """The same, their columns where they should stand.

        Raises:
            BadOutput: the disk has no room for them.
        """
        return Paragraphs(*(scratch.stored(getattr(self, column.name)) for column in fields(self)))


def split(buffer: U8, starts: I64, ends: I64, *, threads: int = DEFAULTS.threads) -> Paragraphs:
    """Cut the texts starts[k]:ends[k] (int64, bytes) of `buffer` into paragraphs."""
    buffer, starts, ends = read_only(buffer), read_only(starts), read_only(ends)

    def cut(part: slice) -> I64:
        own = starts[part], ends[part]
        room = int((own[1] - own[0] + 1).sum()) // 2  # a character each, and a line break
        columns = np.empty((3, room + len(own[0])), dtype=np.int64)
        used = _split(buffer, *own, columns[0], columns[1], columns[2])
        columns[0, :used] += part.start
        return columns[:, :used].copy()

    parts = chunks(ends - starts, _PART)
    done = [np.empty((3, 0), dtype=np.int64), *spread(cut, parts, threads=threads)]
    return Paragraphs(*(np.concatenate([one[column] for one in done]) for column in range(3)))


@inner
def _line_end(buffer: U8, i: int, end: int) -> int:
    """The next line break at or after byte i, or `end`."""
    while i + _BLOCK <= end:  # many bytes in a few instructions
        block, found = buffer[i : i + _BLOCK], np.uint8(0)
        for k in range(_BLOCK):
            found |= np.uint8(block[k] == _NEWLINE) | np.uint8(block[k] == _RETURN)
        if found:
            break
        i += _BLOCK
    while i < end:
        if buffer[i] == _NEWLINE:
            return i
        if buffer[i] == _RETURN and (i + 1 == end or buffer[i + 1] != _NEWLINE):
            return i
        i += 1
    return end


@inner
def _space(buffer: U8, i: int, end: int) -> int:
    """How many bytes the white space at byte i takes; 0 if it is none."""
    c = buffer[i]
    if c <= _SPACE:
        return 1
    if c == 0xC2 and i + 1 < end and (buffer[i + 1] == 0xA0 or buffer[i + 1] == 0x85):
        return 2
    if i + 2 < end and buffer[i + 1] == 0x80:
        last = buffer[i + 2]
        if c == 0xE3 and last == 0x80:  # ideographic space
            return 3
        if c == 0xE2 and (last <= 0x8A or last == 0xA8 or last == 0xA9 or last == 0xAF):
            return 3
    return 0


@inner
def _skip_space(buffer: U8, i: int, end: int) -> int:
    """The first byte at or after i that is no white space."""
    while i < end:
        width = _space(buffer, i, end)
        if width == 0:
            break
        i += width
    return i


@inner
def _trim(buffer: U8, start: int, end: int) -> int:
    """The byte after the last one in start:end that is no white space."""
    while end > start:
        last = end - 1
        while last > start and (buffer[last] & 0xC0) == 0x80:
            last -= 1
        if _space(buffer, last, end) != end - last:
            break
        end = last
    return end


@inner
def _ends_sentence(buffer: U8, i: int, start: int, end: int) -> int:
    """If a sentence of start:end closes with byte i, the byte after it and its quotes; else 0."""
    c = buffer[i]
    if c == 0x82 or c == 0x81 or c == 0x9F:  # 。！？ are E3 80 82, EF BC 81, EF BC 9F
        if i - 2 >= start and (
            (buffer[i - 2] == 0xE3 and buffer[i - 1] == 0x80 and c == 0x82)
            or (buffer[i - 2] == 0xEF and buffer[i - 1] == 0xBC and c != 0x82)
        ):
            return i + 1
        return 0
    if c != 46 and c != 33 and c != 63:
        return 0
    if c == 46:
        first = i
        while first > start and 65 <= (buffer[first - 1] & 0xDF) <= 90:
            first -= 1
        if first < i <= first + 3 and buffer[first] <= 90:  # Mr. Gen. U.S. No.
            return 0
    j = i + 1
    while j < end:
        if buffer[j] == 34 or buffer[j] == 39 or buffer[j] == 41 or buffer[j] == 93:
            j += 1
        elif j + 2 < end and buffer[j] == 0xE2 and buffer[j + 1] == 0x80 and (
            buffer[j + 2] == 0x99 or buffer[j + 2] == 0x9D
        ):  # fmt: skip
            j += 3
        else:
            break
    after = _skip_space(buffer, j, end)
    if after == j and j < end:
        return 0
    if after < end and 97 <= buffer[after] <= 122:
        return 0
    return j


@inner
def _closed(buffer: U8, i: int) -> bool:
    """Whether byte i, the last of a line, is one that sentences end with, or a quote behind it."""
    c = buffer[i]
    if c == 46 or c == 33 or c == 63 or c == 34 or c == 39 or c == 41 or c == 93:
        return True
    before = buffer[i - 1]
    if before == 0x80:
        return bool(c == 0x82 or c == 0x99 or c == 0x9D)
    return bool(before == 0xBC and (c == 0x81 or c == 0x9F))


@inner
def _emit(
    buffer: U8, story: int, start: int, end: int,
    stories: I64, starts: I64, ends: I64, n: int,
) -> int:  # fmt: skip
    """Write start:end as one paragraph, or as groups of sentences if it is long; the new n."""
    start = _skip_space(buffer, start, end)
    end = _trim(buffer, start, end)
    if end - start > LONG:
        i, space = start, start
        while i < end:
            stop = 0
            if buffer[i] <= _SPACE:
                space = i
            if i - start >= HARD and (buffer[i] & 0xC0) != 0x80:
                stop = space if space > start + GROUP else i
            elif i - start >= GROUP:
                stop = _ends_sentence(buffer, i, start, end)
            if stop:
                stories[n], starts[n], ends[n] = story, start, stop
                n += 1
                start = _skip_space(buffer, stop, end)
                i = start
            else:
                i += 1
    if end > start:
        stories[n], starts[n], ends[n] = story, start, end
        n += 1
    return n


@kernel
def _split(
    buffer: U8, text_starts: I64, text_ends: I64, stories: I64, starts: I64, ends: I64
) -> int:
    """Write the paragraphs of every text; how many there are."""
    n: int = np.int64(0)  # type: ignore[assignment]  # a plain 0 would compile _emit once more
    for story in range(len(text_starts)):
        begin, end = text_starts[story], text_ends[story]
        begin = _skip_space(buffer, begin, end)
        end = _trim(buffer, begin, end)
        blanks, indents, longest, breaks = 0, 0, 0, 0
        i = begin
        while i < end:
            stop = _line_end(buffer, i, end)
            first = _skip_space(buffer, i, stop)
            if first == stop:
                blanks += 1
            else:
                longest = max(longest, _trim(buffer, first, stop) - first)
                breaks += 1
                if i > begin and first - i >= 2:
                    indents += 1
            i = stop + 1
        wrapped = blanks == 0 and longest <= WRAP and 0 < indents < breaks - 1
        opened = begin
        i = begin
        while i < end:
            stop = _line_end(buffer, i, end)
            if blanks > 0:
                first = _skip_space(buffer, i, stop)
                last = _trim(buffer, first, stop)
                cut = last == first or (last - first > WRAP and _closed(buffer, last - 1))
            elif wrapped:
                cut = _skip_space(buffer, stop, end) - stop >= 3  # a break and two blanks
            else:
                cut = True
            if cut or stop == end:
                n = _emit(buffer, story, opened, stop, stories, starts, ends, n)
                opened = stop
            i = stop + 1
    return n

"""Families: the copies of one paragraph, in the order they were published.

A family is a star around its first text: every member is matched to that text itself, so a chain
A ~ B ~ C joins A and C only where they are alike. Texts are taken in the order they were first
seen, and each gathers what matches it, unless the matched part of that text already belongs to an
earlier family; a paragraph with passages from two sources is a member of two. Time O(matches).

A text that is not matched but stands in two stories is a family by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.compare import Comparison
from dedup.kernels import I32, I64, U8, U64, chunks, kernel, slices, spread
from dedup.kinds import IS_COPIED, IS_RECYCLED, PARTIAL, SAME
from dedup.matches import Matches
from dedup.ragged import offsets_of
from dedup.scratch import passed, zeros
from dedup.settings import cores
from dedup.texts import Texts

_GAP = 10  # words between two runs of one copied clause
_CLAIMED = 0.5  # of a passage: more belongs to another family already
_ROWS = 500_000  # matches that are looked at together
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_NEARLY = 0.8  # of a text: a passage that covers more is the whole text


@dataclass(frozen=True, eq=False, slots=True)
class Families:
    """Families in the order of their first text.

    heads: int64 (families,), the first text of each.
    members: int64 (members,), the texts of each family but the first, in order;
        family f has members[offsets[f]:offsets[f + 1]].
    matches: int64 (members,), the match of each with the first text.
    passages: int32 (members, 2), the first word of the passage in the text, and the word after
        its last.
    wordings: int64 (members,), the number of the wording within its family, 0 for that of the first
        text (wordings.py). In a later wording `matches` has for its first text the match that
        retells the family, and for the others their match with that text.
    """

    heads: I64
    members: I64
    matches: I64
    passages: I32
    offsets: I64
    wordings: I64

    def __len__(self) -> int:
        return len(self.heads)


def assemble(matches: Matches, texts: Texts, stories: I64) -> Families:
    """Gather the copies among the matches into families.

    stories: int64 (paragraphs,), the story of each paragraph.
    """
    rows = np.flatnonzero(IS_COPIED[matches.kinds])
    pairs = matches.pairs[rows]
    passages = _passages(matches.found.take(rows), matches.kinds[rows])
    sizes = matches.found.column("right_words")[rows]
    joins = np.zeros(len(rows), dtype=np.bool_)
    whole = np.zeros(len(texts), dtype=np.bool_)
    _gather(
        pairs, passages, sizes, joins, whole,
        np.full(len(texts), -1, dtype=np.int64), np.full(len(rows), -1, dtype=np.int64),
    )  # fmt: skip
    kept = np.flatnonzero(joins)
    first_story = stories[texts.first]
    last_story = stories[texts.occurrences[texts.offsets[1:] - 1]]
    repeated = (first_story < last_story) & ~whole
    heads = np.union1d(pairs[kept, 0], np.flatnonzero(repeated))
    of = np.searchsorted(heads, pairs[kept, 0])
    offsets = offsets_of(np.bincount(of, minlength=len(heads)))
    wordings = np.zeros(len(kept), dtype=np.int64)
    return Families(heads, pairs[kept, 1], rows[kept], passages[kept], offsets, wordings)


def _passages(found: Comparison, kinds: U8) -> I32:
    """The first word of each match's passage in the right text, and the word after its last."""
    out = np.empty((len(found), 2), dtype=np.int32)
    sizes = np.ascontiguousarray(found.column("right_words"))
    _bound(found.tiles, found.offsets, kinds, sizes, out)
    return out


@kernel
def _bound(tiles: I32, offsets: I64, kinds: U8, sizes: I32, out: I32) -> None:
    """Fill out[k]: all tiles of a copy; of a partial one, those around its longest."""
    for k in range(len(out)):
        low, high = offsets[k], offsets[k + 1] - 1
        if kinds[k] == PARTIAL:
            longest = low
            for t in range(low, high + 1):
                if tiles[t, 2] > tiles[longest, 2]:
                    longest = t
            first, last = longest, longest
            while (
                first > low and tiles[first, 0] - tiles[first - 1, 0] - tiles[first - 1, 2] <= _GAP
            ):
                first -= 1
            while last < high and tiles[last + 1, 0] - tiles[last, 0] - tiles[last, 2] <= _GAP:
                last += 1
            low, high = first, last
        start, end = sizes[k], np.int32(0)
        for t in range(low, high + 1):
            start = min(start, tiles[t, 1])
            end = max(end, tiles[t, 1] + tiles[t, 2])
        if kinds[k] == SAME or end - start >= _NEARLY * sizes[k] or end <= start:
            start, end = np.int32(0), sizes[k]
        out[k, 0], out[k, 1] = start, end


@kernel
def _gather(
    pairs: I64, spans: I32, sizes: I32, joins: np.ndarray, whole: np.ndarray, last: I64, before: I64
) -> None:
    """Mark in `joins` the matches that make their right text a member of their left text's family.

    pairs are sorted by the left text. last[t] and before[k] chain the joining matches of a text.
    whole[t] is set for a text that lies in another family with more than half of its words.
    """
    for k in range(len(pairs)):
        text = pairs[k, 1]
        start, end = spans[k, 0], spans[k, 1]
        claimed = 0
        other = last[text]
        while other >= 0:
            claimed += max(0, min(end, spans[other, 1]) - max(start, spans[other, 0]))
            other = before[other]
        if claimed >= _CLAIMED * (end - start):
            continue
        joins[k] = True
        before[k] = last[text]
        last[text] = k
        if end - start >= _CLAIMED * sizes[k]:
            whole[text] = True


def covered(matches: Matches, words: I32, *, threads: int = 1) -> I32:
    """How many words of each text stand in an earlier text it is matched to, int32 (texts,).

    words: int32 (texts,), how many each has in all. Time O(words in runs), and O(matches) on every
    thread; memory a bit a word.
    """
    first = offsets_of(words)
    out = np.zeros(len(words), dtype=np.int32)

    def cover(texts: slice) -> None:
        begin, end = first[texts.start], first[texts.stop]
        marks = zeros(int(end - begin) // 64 + 1, np.uint64)
        for part in slices(len(matches), _ROWS):
            found = matches.found.part(part)
            rows = IS_RECYCLED[matches.kinds[part]]
            rows &= (matches.pairs[part, 1] >= texts.start) & (matches.pairs[part, 1] < texts.stop)
            _cover(matches.pairs[part], rows, found.tiles, found.offsets, first, begin, marks, out)
            passed()

    workers = threads or cores()
    shares = chunks(words.astype(np.int64), -(-int(first[-1]) // workers) + 1)
    for _ in spread(cover, shares, threads=workers):
        pass
    return out


@kernel
def _cover(
    pairs: I64, chosen: np.ndarray, tiles: I32, offsets: I64, first: I64, begin: int, marks: U64,
    out: I32,
) -> None:  # fmt: skip
    """Mark the words of right texts under any tile, one bit each, and count into `out`.

    first[t] - begin is the bit of the first word of text t.
    """
    for k in range(len(pairs)):
        if not chosen[k]:
            continue
        text = pairs[k, 1]
        for t in range(offsets[k], offsets[k + 1]):
            start = first[text] - begin + tiles[t, 1]
            for place in range(start, start + tiles[t, 2]):
                bit = _ONE << np.uint64(place & 63)
                out[text] += marks[place >> 6] & bit == _ZERO
                marks[place >> 6] |= bit

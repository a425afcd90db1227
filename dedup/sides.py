"""Texts made ready to be compared: cut into words and shingles once, and each text's sorted.

Sorted lists are merged pair by pair in linear time, however many pairs a text stands in. The texts
of many pairs are made ready together and shared by all threads; where they would not fit into WORDS
words, the pairs are cut into groups whose texts do.

Time O(words log words) a text, memory 62 bytes a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from dedup.kernels import I32, I64, U8, U64, chunks, spread
from dedup.ragged import offsets_of
from dedup.settings import DEFAULTS
from dedup.shingles import Shingles, shingle, shingle_offsets
from dedup.sorting import run_starts, sort_spans
from dedup.tokens import Tokens

WORDS = 3_000_000  # of the texts of one group: 190 MB
_PART = 80_000  # words that a thread makes ready at a time
_STEP = 5_000  # pairs that are added to a group at a time


@dataclass(frozen=True, eq=False, slots=True)
class Sides:
    """Texts that stand in pairs.

    values: uint64 (words,), the hashes of their words, in the order of the text; words: sorted.
    flags: uint8 (words,), stems: uint64 (words,), starts, ends: int64 (words,), as in Tokens.
    offsets: int64 (texts + 1,); the words of text k are offsets[k]:offsets[k + 1].
    shingles: of each text, sorted; places: int32 (shingles,), the place of each in the text.
    distinct: int32 (texts,), how many different shingles each has.
    neighbours: the pairs of neighbouring stems of each text, sorted.
    """

    values: U64
    words: U64
    flags: U8
    stems: U64
    starts: I64
    ends: I64
    offsets: I64
    shingles: Shingles
    places: I32
    distinct: I32
    neighbours: Shingles


def ready(tokens: Tokens, *, width: int = DEFAULTS.shingle) -> Sides:
    """Make texts ready; `width` words are a shingle."""
    words = tokens.values.copy()
    sort_spans(words, np.empty(len(words), dtype=np.int32), tokens.offsets)
    shingles, places = _sorted(shingle(tokens, width=width))
    neighbours, _ = _sorted(shingle(replace(tokens, values=tokens.stems), width=2))
    return Sides(
        values=tokens.values,
        words=words,
        flags=tokens.flags,
        stems=tokens.stems,
        starts=tokens.starts,
        ends=tokens.ends,
        offsets=tokens.offsets,
        shingles=shingles,
        places=places,
        distinct=_distinct(shingles),
        neighbours=neighbours,
    )


def _sorted(shingles: Shingles) -> tuple[Shingles, I32]:
    """The shingles of each text sorted, in place, and the places where they stood."""
    places = np.empty(len(shingles.values), dtype=np.int32)
    sort_spans(shingles.values, places, shingles.offsets)
    return shingles, places


def _distinct(shingles: Shingles) -> I32:
    """How many different ones each text has, of sorted shingles; int32 (texts,)."""
    values, offsets = shingles.values, shingles.offsets
    fresh = np.ones(len(values) + 1, dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=fresh[1:-1])
    fresh[offsets] = True
    before = offsets_of(fresh)
    return np.diff(before[offsets]).astype(np.int32)


def in_groups(
    pairs: I64,
    sizes: I64,
    tokens_of: Callable[[I64], Tokens],
    *,
    width: int = DEFAULTS.shingle,
    threads: int = DEFAULTS.threads,
) -> Iterator[tuple[I64, I64, Sides]]:
    """Cut pairs of texts into groups, and make the texts of each ready.

    pairs: int64 (pairs, 2). sizes: int64 (texts,), the words of every text.
    Gives for each group the rows of its pairs, the same pairs as positions in its texts, and these.
    """
    where = np.empty(len(sizes), dtype=np.int64)
    for rows in _groups(pairs, sizes):
        texts = present(pairs[rows], len(sizes))
        where[texts] = np.arange(len(texts))
        yield rows, where[pairs[rows]], _together(texts, sizes, tokens_of, width, threads)


def _together(
    texts: I64, sizes: I64, tokens_of: Callable[[I64], Tokens], width: int, threads: int
) -> Sides:
    """Make some texts ready on all threads, in arrays that are there for all of them."""
    words = sizes[texts]
    parts = chunks(words, _PART)
    if len(parts) == 1:
        return ready(tokens_of(texts), width=width)
    offsets = offsets_of(words)
    cuts, steps = (shingle_offsets(offsets, size) for size in (width, 2))
    out = Sides(
        values=np.empty(offsets[-1], dtype=np.uint64),
        words=np.empty(offsets[-1], dtype=np.uint64),
        flags=np.empty(offsets[-1], dtype=np.uint8),
        stems=np.empty(offsets[-1], dtype=np.uint64),
        starts=np.empty(offsets[-1], dtype=np.int64),
        ends=np.empty(offsets[-1], dtype=np.int64),
        offsets=offsets,
        shingles=Shingles(np.empty(cuts[-1], dtype=np.uint64), cuts, width),
        places=np.empty(cuts[-1], dtype=np.int32),
        distinct=np.empty(len(texts), dtype=np.int32),
        neighbours=Shingles(np.empty(steps[-1], dtype=np.uint64), steps, 2),
    )
    held = spread(lambda part: ready(tokens_of(texts[part]), width=width), parts, threads=threads)
    for part, one in zip(parts, held, strict=True):
        row, cut, step = (slice(at[part.start], at[part.stop]) for at in (offsets, cuts, steps))
        out.values[row], out.words[row] = one.values, one.words
        out.flags[row], out.stems[row] = one.flags, one.stems
        out.starts[row], out.ends[row] = one.starts, one.ends
        out.shingles.values[cut], out.places[cut] = one.shingles.values, one.places
        out.distinct[part] = one.distinct
        out.neighbours.values[step] = one.neighbours.values
    return out


def _groups(pairs: I64, sizes: I64) -> Iterator[I64]:
    """Rows of pairs, related ones together, whose texts have WORDS words or hardly more."""
    every = present(pairs, len(sizes))
    if len(pairs) and int(sizes[every].sum()) <= WORDS:
        yield np.arange(len(pairs))
        return
    order = _related(pairs, len(sizes))
    held = np.zeros(len(sizes), dtype=np.bool_)
    words, first = 0, 0
    for last in range(0, len(order), _STEP):
        texts = present(pairs[order[last : last + _STEP]], len(sizes))
        fresh = texts[~held[texts]]
        if words and words + int(sizes[fresh].sum()) > WORDS:
            yield order[first:last]
            held[:] = False
            words, first, fresh = 0, last, texts
        held[fresh] = True
        words += int(sizes[fresh].sum())
    if len(order):
        yield order[first:]


def _related(pairs: I64, count: int) -> I64:
    """An order of the pairs in which those of texts that are paired with one another come together.

    All texts that are paired with one early text follow it. count: of all texts.
    """
    lead = np.arange(count)
    np.minimum.at(lead, pairs[:, 1], pairs[:, 0])
    return np.argsort(lead[lead[pairs[:, 0]]], kind="stable")


def present(pairs: I64, count: int) -> I64:
    """The texts that stand in pairs, sorted."""
    if len(pairs) < count // 64:
        texts = np.sort(pairs, axis=None)
        return np.asarray(texts[run_starts(texts)])
    there = np.zeros(count, dtype=np.bool_)
    there[pairs] = True
    return np.flatnonzero(there)

"""Candidate pairs of texts, compared and judged: the matches.

Candidates are compared exactly (compared.py); nothing is reported on the word of a sketch. What the
whole corpus knows of the pairs is added (features.py, furniture.py), and each is given its kind
(kinds.py). A large bucket pairs a text with one other only, so a match may be missing between a
text and the first wording of its passage. It is looked for through a third: where u matches v, and
h is the earliest text that u matches, h and v are compared too.

Time O(candidates), memory O(compared pairs that are not plainly unrelated).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedup import furniture
from dedup.background import Background
from dedup.buckets import distinct
from dedup.compare import Comparison
from dedup.compared import Compared, compared, joined_compared
from dedup.features import contested_share, disagree, features
from dedup.furniture import NOTHING_PASTED, Pasted
from dedup.kernels import I64, U8, chunks, spread
from dedup.kinds import NONE, RECYCLED, judge
from dedup.ragged import rows_at
from dedup.settings import DEFAULTS
from dedup.sides import present
from dedup.tokens import Tokens

_ROUNDS = 3  # of looking through a third
_WORDS = 400_000  # whose bytes a thread looks up at a time


@dataclass(frozen=True, eq=False, slots=True)
class Matches:
    """Pairs of texts whose kind is not `none`, sorted by left, then right.

    pairs: int64 (matches, 2), texts; the left one was seen first.
    kinds: uint8 (matches,), positions in KINDS.
    found: the comparison of each pair.
    pasted: the runs of inline furniture; matches that rest on one alone are left out.
    runs: int64 (tiles, 4), the bytes of each tile of `found` in the corpus buffer: start and end
        in the left text, start and end in the right one, each at its first occurrence.
    """

    pairs: I64
    kinds: U8
    found: Comparison
    runs: I64
    pasted: Pasted = NOTHING_PASTED

    def __len__(self) -> int:
        return len(self.pairs)

    def take(self, rows: I64) -> Matches:
        """Some of the matches, in the order of `rows`."""
        tiles, _ = rows_at(self.found.offsets, rows)
        found = self.found.take(rows)
        return Matches(self.pairs[rows], self.kinds[rows], found, self.runs[tiles], self.pasted)


def match(
    pairs: I64,
    tokens_of: Callable[[I64], Tokens],
    *,
    stories: I64,
    by_words: I64 | None = None,
    background: Background | None = None,
    width: int = DEFAULTS.shingle,
    containment: float = DEFAULTS.containment,
    partial_words: int = DEFAULTS.partial_words,
    threads: int = DEFAULTS.threads,
) -> Matches:
    """Compare candidate pairs, int64 (pairs, 2) with the lower text first, and judge them.

    tokens_of: the words of some texts, int64 positions.
    stories: int64 (texts,), the story in which each text was first seen; texts of one story are
        not compared.
    by_words: more pairs, to be compared only if they have weight of words in common; the others
        are if they have that or shared runs.
    background: what the corpus knows of its words; learned from all texts if it is not given.
    """
    count = len(stories)
    known_words = background or Background.of(tokens_of, count)

    def look(fresh: I64, by_runs: np.ndarray, *, retold: bool) -> Compared:
        apart = np.flatnonzero(stories[fresh[:, 0]] != stories[fresh[:, 1]])
        return compared(
            fresh[apart], by_runs[apart], tokens_of, known_words, retold=retold,
            width=width, containment=containment, partial_words=partial_words, threads=threads,
        )  # fmt: skip

    fresh, by_runs = _together(pairs, by_words, count)
    seen = look(fresh, by_runs, retold=True)
    known = np.sort(fresh[by_runs][:, 0] * count + fresh[by_runs][:, 1])
    for _ in range(_ROUNDS):
        fresh = _through_a_third(seen, known, count)
        if not len(fresh):
            break
        known = np.sort(np.concatenate((known, fresh[:, 0] * count + fresh[:, 1])))
        everything = np.ones(len(fresh), dtype=np.bool_)
        seen = joined_compared([seen, look(fresh, everything, retold=False)])
    sizes = np.diff(known_words.offsets)
    return _judged(seen, tokens_of, sizes, containment=containment, threads=threads)


def _together(pairs: I64, by_words: I64 | None, count: int) -> tuple[I64, np.ndarray]:
    """All candidates, each once and sorted, and which of them runs in common make one."""
    loose = pairs[:0] if by_words is None else by_words
    both = np.concatenate((pairs, loose))
    packed = (both[:, 0] * count + both[:, 1]) * 2
    packed[: len(pairs)] += 1
    packed.sort()
    last = np.diff(packed >> 1, append=-1) != 0  # of equal pairs, that of `pairs` if it is there
    packed = packed[last]
    by_runs = (packed & 1).astype(np.bool_)
    packed >>= 1
    return np.stack((packed // count, packed % count), axis=1), by_runs


def _judged(
    seen: Compared,
    tokens_of: Callable[[I64], Tokens],
    sizes: I64,
    *,
    containment: float,
    threads: int,
) -> Matches:
    """Give each pair its kind, and leave out the unrelated. sizes: int64 (texts,), in words."""
    keys = furniture.furniture_keys(seen.longest, seen.pairs, seen.by_runs != NONE)
    rests = keys != 0
    contested = contested_share(
        seen.pairs, (seen.by_runs != NONE) & ~rests, disagree(seen.found), len(sizes)
    )
    values = features(seen.found, seen.by_runs, seen.weights, seen.bigrams, seen.worn, contested)
    judged = judge(values, seen.found, containment=containment)
    on_furniture = np.flatnonzero(rests)
    pasted = furniture.pasted(
        keys[on_furniture],
        seen.pairs[on_furniture],
        _longest_places(seen, on_furniture, tokens_of, sizes, threads=threads),
    )
    kept = np.flatnonzero((judged != NONE) & ~rests)
    kept = kept[np.lexsort((seen.pairs[kept, 1], seen.pairs[kept, 0]))]
    pairs, found = seen.pairs[kept], seen.found.take(kept)
    runs = run_bytes(pairs, found, tokens_of, sizes, threads=threads)
    return Matches(pairs, judged[kept], found, runs, pasted)


def _longest_places(
    seen: Compared, rows: I64, tokens_of: Callable[[I64], Tokens], sizes: I64, *, threads: int
) -> I64:
    """The bytes of the longest run of some pairs in the left text, int64 (pairs, 2)."""
    tiles = furniture.longest_tile(seen.found.take(rows))
    alone = Comparison(seen.found.counts[rows], tiles, np.arange(len(rows) + 1))
    return run_bytes(seen.pairs[rows], alone, tokens_of, sizes, threads=threads)[:, :2]


def run_bytes(
    pairs: I64, found: Comparison, tokens_of: Callable[[I64], Tokens], sizes: I64, *, threads: int
) -> I64:
    """The bytes of every tile, int64 (tiles, 4)."""

    def part_of(part: slice) -> I64:
        texts = present(pairs[part], len(sizes))
        tokens, local = tokens_of(texts), np.searchsorted(texts, pairs[part])
        tiles = found.tiles[found.offsets[part.start] : found.offsets[part.stop]]
        counts = np.diff(found.offsets[part.start : part.stop + 1])
        left = np.repeat(tokens.offsets[local[:, 0]], counts) + tiles[:, 0]
        right = np.repeat(tokens.offsets[local[:, 1]], counts) + tiles[:, 1]
        last = tiles[:, 2] - 1
        columns = (
            tokens.starts[left], tokens.ends[left + last],
            tokens.starts[right], tokens.ends[right + last],
        )  # fmt: skip
        return np.stack(columns, axis=1)

    parts = chunks(sizes[pairs].sum(axis=1), _WORDS)
    return np.concatenate(
        [np.empty((0, 4), dtype=np.int64), *spread(part_of, parts, threads=threads)]
    )


def _through_a_third(seen: Compared, known: I64, count: int) -> I64:
    """Pairs of a match's right text and the earliest text its left one matches, not yet known."""
    links = seen.pairs[np.isin(seen.by_runs, RECYCLED)]
    earliest = np.arange(count, dtype=np.int64)
    np.minimum.at(earliest, links[:, 1], links[:, 0])
    links = links[earliest[links[:, 0]] < links[:, 0]]
    pairs = distinct(np.stack((earliest[links[:, 0]], links[:, 1]), axis=1), count)
    packed = pairs[:, 0] * count + pairs[:, 1]
    places = np.minimum(np.searchsorted(known, packed), len(known) - 1)
    fresh: I64 = pairs[known[places] != packed]
    return fresh

"""Candidate pairs of texts, compared and judged: the matches.

Candidates are compared exactly (compared.py); nothing is reported on the word of a sketch. What the
whole corpus knows of the pairs is added (features.py, furniture.py), and each is given its kind
(kinds.py). A large bucket pairs a text with one other only, so a match may be missing between a
text and the first wording of its passage. It is looked for through a third: where u matches v, and
h is the earliest text that u matches, h and v are compared too.

Time O(candidates), memory 60 bytes a candidate; what is counted of the compared stands in files
where it is much (gathered.py), and so do the matches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedup import furniture
from dedup.background import Background
from dedup.buckets import once, packed, unpacked
from dedup.compare import COLUMNS, Comparison
from dedup.compared import Compared, compared
from dedup.features import contested_share, disagree, features
from dedup.furniture import NOTHING_PASTED, Pasted
from dedup.gathered import Gathering
from dedup.kernels import I64, U8, slices, spread
from dedup.kinds import IS_RECYCLED, NONE, judge
from dedup.ragged import offsets_of, rows_at, sizes_of
from dedup.scratch import Scratch, passed, release
from dedup.screen import Outlines
from dedup.settings import DEFAULTS
from dedup.sorting import among, run_ends, sort_numbers
from dedup.tokens import Tokens
from dedup.weigh import Weights

_ROUNDS = 3  # of looking through a third
_ROWS = 50_000  # pairs that are judged at a time


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
    outlines: Outlines | None = None,
    width: int = DEFAULTS.shingle,
    containment: float = DEFAULTS.containment,
    partial_words: int = DEFAULTS.partial_words,
    threads: int = DEFAULTS.threads,
    scratch: Scratch | None = None,
) -> Matches:
    """Compare candidate pairs, int64 (pairs, 2) with the lower text first, and judge them.

    tokens_of: the words of some texts, int64 positions.
    stories: int64 (texts,), the story in which each text was first seen; texts of one story are
        not compared.
    by_words: more pairs, to be compared only if they have weight of words in common; the others
        are if they have that or shared runs.
    background: what the corpus knows of its words; learned from all texts if it is not given.
    outlines: of the shingles of all texts, which save time.
    scratch: where the columns of the pairs stand.

    Raises:
        BadOutput: the disk has no room for them.
    """
    count = len(stories)
    known_words = background or Background.of(tokens_of, count)

    room = scratch or Scratch()
    held, links = Gathering(room), [pairs[:0]]

    def look(fresh: I64, by_runs: np.ndarray, *, retold: bool) -> None:
        apart = np.flatnonzero(stories[fresh[:, 0]] != stories[fresh[:, 1]])
        for part in compared(
            fresh[apart], by_runs[apart], tokens_of, known_words, outlines=outlines, retold=retold,
            width=width, containment=containment, partial_words=partial_words, threads=threads,
        ):  # fmt: skip
            held.add(part)
            links.append(part.pairs[IS_RECYCLED[part.by_runs]])
            passed()

    fresh, by_runs = _together(pairs, by_words, count, threads=threads)
    known = room.stored(packed(fresh[by_runs], count))
    fresh = room.stored(fresh)
    release()
    look(fresh, by_runs, retold=True)
    for _ in range(_ROUNDS):
        release()
        fresh = _through_a_third(np.concatenate(links), known, count, threads=threads)
        if not len(fresh):
            break
        known = sort_numbers(np.concatenate((known, packed(fresh, count))), threads=threads)
        look(fresh, np.ones(len(fresh), dtype=np.bool_), retold=False)
    return _judged(held.whole(), count, room, containment=containment, threads=threads)


def _together(
    pairs: I64, by_words: I64 | None, count: int, *, threads: int
) -> tuple[I64, np.ndarray]:
    """All candidates, each once and sorted, and which of them runs in common make one."""
    loose = pairs[:0] if by_words is None else by_words
    numbers = np.concatenate((packed(pairs, count), packed(loose, count)))
    numbers <<= 1
    numbers[: len(pairs)] += 1
    numbers = sort_numbers(numbers, threads=threads)
    last = run_ends(numbers >> 1)  # of equal pairs, that of `pairs` if it is there
    numbers = numbers[last]
    by_runs = (numbers & 1).astype(np.bool_)
    numbers >>= 1
    return unpacked(numbers, count), by_runs


def _judged(
    seen: Compared, count: int, scratch: Scratch, *, containment: float, threads: int
) -> Matches:
    """Give each pair its kind, and leave out the unrelated. count: of all texts."""
    by_runs = seen.by_runs != NONE
    keys = furniture.furniture_keys(seen.longest, seen.pairs, by_runs)
    rests = keys != 0
    conflicting = np.empty(len(seen), dtype=np.bool_)
    judged = np.empty(len(seen), dtype=np.uint8)

    def hold_apart(part: slice) -> None:
        conflicting[part] = disagree(seen.found.part(part))

    def name_kinds(part: slice) -> None:
        found, weights = seen.found.part(part), Weights(seen.weights.sums[part])
        values = features(
            found, seen.by_runs[part], weights, seen.bigrams[part], seen.worn[part], contested[part]
        )
        judged[part] = judge(values, found, containment=containment)

    for _ in spread(hold_apart, slices(len(seen), _ROWS), threads=threads):
        pass
    contested = contested_share(seen.pairs, by_runs & ~rests, conflicting, count)
    for _ in spread(name_kinds, slices(len(seen), _ROWS), threads=threads):
        pass
    on_furniture = np.flatnonzero(rests)
    tiles = furniture.longest_tiles(seen.found.take(on_furniture))
    at, _ = rows_at(seen.found.offsets, on_furniture)
    pasted = furniture.pasted(
        keys[on_furniture], seen.pairs[on_furniture], seen.runs[at[tiles], :2]
    )
    kept = np.flatnonzero((judged != NONE) & ~rests)
    kept = kept[np.argsort(packed(seen.pairs[kept], count), kind="stable")]
    release()
    return _matches(seen, judged, kept, pasted, scratch, threads=threads)


def _matches(
    seen: Compared, judged: U8, kept: I64, pasted: Pasted, scratch: Scratch, *, threads: int
) -> Matches:
    """Some of the pairs, in the order of `kept`."""
    offsets = offsets_of(sizes_of(seen.found.offsets)[kept])
    count, tiled = len(kept), int(offsets[-1])
    pairs = scratch.zeros((count, 2), np.int64)
    counts = scratch.zeros((count, len(COLUMNS)), np.int32)
    tiles, runs = scratch.zeros((tiled, 3), np.int32), scratch.zeros((tiled, 4), np.int64)

    def copy(part: slice) -> None:
        rows, own = kept[part], slice(offsets[part.start], offsets[part.stop])
        at, _ = rows_at(seen.found.offsets, rows)
        pairs[part], counts[part] = seen.pairs[rows], seen.found.counts[rows]
        tiles[own], runs[own] = seen.found.tiles[at], seen.runs[at]

    for _ in spread(copy, slices(count, _ROWS), threads=threads):
        passed()
    release()
    return Matches(pairs, judged[kept], Comparison(counts, tiles, offsets), runs, pasted)


def _through_a_third(links: I64, known: I64, count: int, *, threads: int) -> I64:
    """Pairs of a match's right text and the earliest text its left one matches, not yet known.

    links: int64 (links, 2), pairs that match by their runs. known: those that were looked
    at, packed and sorted.
    """
    earliest = np.arange(count, dtype=np.int64)
    np.minimum.at(earliest, links[:, 1], links[:, 0])
    links = links[earliest[links[:, 0]] < links[:, 0]]
    pairs = np.stack((earliest[links[:, 0]], links[:, 1]), axis=1)
    numbers = once(packed(pairs, count), threads=threads)
    return unpacked(numbers[~among(known, numbers)], count)

"""Inline furniture: runs of words that a page pasted into paragraphs that are otherwise unlike.

A widget of headlines behind a politician's name, a share button, a line to sign up: such a run
stands in many texts word for word, long enough to make them look like copies. What tells it from a
copied passage is where it stands. The longest shared run of a match is `embedded` if its sentence
goes on beyond it at three of its four ends. A copied clause is now and then found so too; furniture
is found no other way. So a run is furniture if most matches over it are embedded and join TEXTS
texts or more: it is learned from the corpus, and a small corpus teaches none. What three stories
share inside their sentences is a match until a fourth has it too.

A match rests on furniture if its longest run is, and the two texts share little around it, neither
runs nor weight of words. Around a copied clause, copies share most of what they say.

Runs are counted by their KEY-word shingles, since neighbours may lengthen a run by chance, and of
these by the SAMPLE with the least hashes, which overlapping runs have in common. Counted are only
runs that some match may rest on. Time O(matches), memory that of the keys of these runs.

Broder, "On the resemblance and containment of documents", SEQUENCES 1997, section 3 (the sample).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dedup.buckets import distinct
from dedup.compare import Comparison
from dedup.kernels import I32, I64, U64, chunks, kernel
from dedup.ragged import sizes_of, spans_at
from dedup.scratch import passed
from dedup.seen import Seen
from dedup.shingles import Shingles, shingle
from dedup.sides import Sides
from dedup.sorting import run_starts, sort_spans
from dedup.tokens import OPENS
from dedup.vocabulary import Vocabulary
from dedup.weigh import Weights

KEY = 5  # words
LEAST = 8  # words: shorter runs are stock phrases, and make no match by themselves
SAMPLE = 16  # shingles a run
REST = 0.3  # of the shorter text around the run: words of other runs
ALIKE = 0.5  # of its weight: that of shared words
TEXTS = 4
_KEYS = 1_000_000  # looked at together
SHARE = 0.7  # of the matches over a run


@dataclass(frozen=True, eq=False, slots=True)
class LongestRuns:
    """The longest shared run of each match.

    embedded: bool (matches,).
    alone: bool (matches,), whether it is embedded and little is shared around it.
    keys: uint64 (entries,), a sample of the shingles of each run of LEAST words or more, match by
        match; counts: int32 (matches,), how many each has.
    """

    embedded: np.ndarray
    alone: np.ndarray
    keys: U64
    counts: I32


def longest_tiles(found: Comparison) -> I64:
    """The row of each pair's longest tile in found.tiles, the first of equals; -1 without tiles."""
    sizes = sizes_of(found.offsets)
    owners = np.repeat(np.arange(len(found)), sizes)
    order = np.lexsort((-found.tiles[:, 2], owners))
    out = np.full(len(found), -1, dtype=np.int64)
    tiled = np.flatnonzero(sizes)
    out[tiled] = order[found.offsets[tiled]]
    return out


def longest_tile(found: Comparison) -> I32:
    """Each pair's longest tile, int32 (pairs, 3); three zeros without tiles."""
    top = longest_tiles(found)
    out = np.zeros((len(top), 3), dtype=np.int32)
    tiled = np.flatnonzero(top >= 0)
    out[tiled] = found.tiles[top[tiled]]
    return out


def longest_runs(
    sides: Sides, pairs: I64, found: Comparison, vocabulary: Vocabulary, weights: Weights
) -> LongestRuns:
    """Take the longest run of each pair, int64 (pairs, 2), positions in `sides`."""
    tiles = longest_tile(found)
    words = tiles[:, 2].astype(np.int64)
    ends = np.zeros(len(pairs), dtype=np.int64)
    for side in range(2):
        texts = pairs[:, side]
        start = sides.offsets[texts] + tiles[:, side]
        end, last = start + words, sides.offsets[texts + 1]
        ends += (start > sides.offsets[texts]) & (
            sides.flags[np.minimum(start, last - 1)] & OPENS == 0
        )
        ends += (end < last) & (sides.flags[np.minimum(end, last - 1)] & OPENS == 0)
    embedded = (words >= LEAST) & (ends >= 3)
    shorter = np.minimum(found.column("left_words"), found.column("right_words"))
    rest = (found.column("tiled") - words) / np.maximum(shorter - words, 1)
    alone = embedded & (rest < REST)
    rows = np.flatnonzero(alone)
    alone[rows] = _little_around(
        sides, sides.offsets[pairs[rows, 0]] + tiles[rows, 0], words[rows], vocabulary,
        weights.take(rows),
    )  # fmt: skip

    starts = sides.offsets[pairs[:, 0]] + tiles[:, 0]
    places, offsets = spans_at(starts, np.where(words >= LEAST, words, 0))
    shingles = shingle(Shingles(sides.values[places], offsets, 1), width=KEY)
    sort_spans(shingles.values, np.empty(len(shingles.values), dtype=np.int32), shingles.offsets)
    counts = np.minimum(sizes_of(shingles.offsets), SAMPLE)
    sampled, _ = spans_at(shingles.offsets[:-1], counts)
    return LongestRuns(embedded, alone, shingles.values[sampled], counts.astype(np.int32))


def _little_around(
    sides: Sides, starts: I64, words: I64, vocabulary: Vocabulary, weights: Weights
) -> np.ndarray:
    """Whether little weight is shared around runs of words, bool (runs,)."""
    places, _ = spans_at(starts, words)
    held = vocabulary.weights[vocabulary.slots(sides.stems[places])].astype(np.float64)
    run = np.bincount(np.repeat(np.arange(len(starts)), words), held, len(starts))
    shared = np.maximum(weights.column("shared") - run, 0)
    around = shared + weights.column("shorter")
    return np.asarray(shared < ALIKE * np.maximum(around, 1e-6))


def furniture_keys(runs: LongestRuns, pairs: I64, copied: np.ndarray) -> U64:
    """For each match that rests on furniture the least of its keys, else 0; uint64 (matches,).

    pairs: int64 (matches, 2), the texts of each match.
    copied: bool (matches,), those whose runs make them one; furniture is learned from them.
    """
    out = np.zeros(len(pairs), dtype=np.uint64)
    alone = runs.alone & copied  # what may rest on furniture: only its keys count
    owners, found = _entries(runs, alone)
    if not len(owners):
        return out
    keys = np.sort(found)
    keys = keys[run_starts(keys)]
    furniture = _furniture(runs, pairs, copied, keys)[np.searchsorted(keys, found)]
    hits = np.bincount(owners, weights=furniture, minlength=len(pairs))
    resting = np.flatnonzero(alone & (2 * hits > runs.counts))
    least = np.full(len(pairs), np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, owners[furniture], found[furniture])
    out[resting] = least[resting]
    return out


def _furniture(runs: LongestRuns, pairs: I64, copied: np.ndarray, keys: U64) -> np.ndarray:
    """Which of some keys are of furniture, bool (keys,); keys: each once."""
    known = Seen(len(keys))
    known.add(keys)
    counts = np.zeros((len(keys), 2), dtype=np.int64)
    texts = np.full((len(keys), TEXTS), -1, dtype=np.int64)
    for owners, found in _in_parts(runs):
        rows = np.flatnonzero(copied[owners])
        numbers = known.numbers(found[rows])
        rows, numbers = rows[numbers >= 0], numbers[numbers >= 0]
        _tally(numbers, pairs[owners[rows]], runs.embedded[owners[rows]], counts, texts)
    share = counts[:, 1] / np.maximum(counts[:, 0], 1)
    return np.asarray((share >= SHARE) & (texts[:, -1] >= 0))


@kernel
def _tally(keys: I64, pairs: I64, embedded: np.ndarray, counts: I64, texts: I64) -> None:
    """Count matches over each key, and those that are embedded; list the first texts they join."""
    for k in range(len(keys)):
        key = keys[k]
        counts[key, 0] += 1
        counts[key, 1] += embedded[k]
        for side in range(2):
            for place in range(texts.shape[1]):
                if texts[key, place] == pairs[k, side]:
                    break
                if texts[key, place] < 0:
                    texts[key, place] = pairs[k, side]
                    break


def _entries(runs: LongestRuns, chosen: np.ndarray) -> tuple[I64, U64]:
    """The keys of some matches, and the match of each; chosen: bool (matches,)."""
    owners, found = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint64)]
    for of, keys in _in_parts(runs):
        rows = np.flatnonzero(chosen[of])
        owners.append(of[rows])
        found.append(keys[rows])
    return np.concatenate(owners), np.concatenate(found)


def _in_parts(runs: LongestRuns) -> Iterator[tuple[I64, U64]]:
    """The match of each key and the keys, some at a time."""
    first = 0
    for part in chunks(runs.counts.astype(np.int64), _KEYS):
        owners = np.repeat(np.arange(part.start, part.stop), runs.counts[part])
        yield owners, runs.keys[first : first + len(owners)]
        first += len(owners)
        passed()


def _texts(runs: I64, pairs: I64, count: int) -> I64:
    """How many distinct texts the pairs of each run join; runs: int64 (pairs,)."""
    sides = np.stack((np.tile(runs, 2), pairs.T.reshape(-1)), axis=1)
    span = int(pairs.max(initial=0)) + 1
    return np.bincount(distinct(sides, span)[:, 0], minlength=count)


@dataclass(frozen=True, eq=False, slots=True)
class Pasted:
    """The runs of furniture that were found, the most frequent first.

    texts: int64 (runs,), the first text with the run.
    places: int64 (runs, 2), its bytes there, in the corpus buffer.
    counts: int64 (runs,), the texts that have it and were matched over it.
    """

    texts: I64
    places: I64
    counts: I64

    def __len__(self) -> int:
        return len(self.texts)


NOTHING_PASTED = Pasted(*(np.empty(shape, dtype=np.int64) for shape in (0, (0, 2), 0)))


def pasted(keys: U64, pairs: I64, places: I64) -> Pasted:
    """Gather the matches over furniture by their runs.

    keys: uint64 (matches,), as furniture_keys gives them.
    places: int64 (matches, 2), the bytes of each match's longest run in its left text.
    """
    rows = np.flatnonzero(keys)
    found, index = np.unique(keys[rows], return_inverse=True)
    counts = _texts(index, pairs[rows], len(found))
    order = np.lexsort((pairs[rows, 1], pairs[rows, 0], index))
    first = rows[order[np.searchsorted(index[order], np.arange(len(found)))]]
    by_count = np.lexsort((places[first, 0], pairs[first, 0], -counts))
    first = first[by_count]
    return Pasted(pairs[first, 0], places[first], counts[by_count])

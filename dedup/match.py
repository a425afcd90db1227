"""Candidate pairs of texts, compared and judged: the matches.

Candidates that cannot match are screened out (screen.py, weigh.py), the others compared exactly
(compare.py); nothing is reported on the word of a sketch. What the whole corpus knows of the pairs
is added (features.py, furniture.py), and each is given its kind (kinds.py). A large bucket pairs a
text with one other only, so a match may be missing between a text and the first wording of its
passage. It is looked for through a third: where u matches v, and h is the earliest text that u
matches, h and v are compared too.

Time O(candidates), memory O(compared pairs that are not plainly unrelated).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from dedup import furniture
from dedup.background import Background
from dedup.buckets import distinct
from dedup.compare import Comparison, compare, joined
from dedup.features import contested_share, disagree, features
from dedup.furniture import NOTHING_PASTED, LongestRuns, Pasted, longest_runs
from dedup.kernels import I64, U8, chunks, spread
from dedup.kinds import LEAST_RUN, NONE, RECYCLED, judge, kinds
from dedup.overlap import overlaps
from dedup.screen import promising
from dedup.settings import DEFAULTS
from dedup.shingles import Shingles, shingle
from dedup.tokens import Tokens
from dedup.weigh import Weights, weigh

Part = TypeVar("Part")
_PAIRS = 50_000  # screened and compared by a thread at a time
_ROUNDS = 3  # of looking through a third
_SHARED = 10.0  # weight of the words shared, and …
_ALIKE = 0.12  # … weighted Jaccard similarity: pairs with less retell nothing, nor do …
_UNPHRASED = 0.2  # … those below this one that have no shingle in common


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
        offsets = self.found.offsets
        sizes = np.diff(offsets)[rows]
        ends = np.cumsum(sizes)
        tiles = np.arange(ends[-1] if len(ends) else 0)
        tiles += np.repeat(offsets[rows] - (ends - sizes), sizes)
        found = self.found.take(rows)
        return Matches(self.pairs[rows], self.kinds[rows], found, self.runs[tiles], self.pasted)


@dataclass(frozen=True, eq=False, slots=True)
class _Compared:
    """Pairs that may be related, and what was counted of each.

    pairs: int64 (pairs, 2). by_runs: uint8 (pairs,), what the shared runs alone say.
    found, runs: as in Matches. weights, bigrams, worn: as features.py takes them.
    longest: the longest run of each pair.
    """

    pairs: I64
    by_runs: U8
    found: Comparison
    runs: I64
    weights: Weights
    bigrams: I64
    worn: I64
    longest: LongestRuns


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

    def screened(chosen: I64) -> I64:
        shingles, local = _shingles(chosen, tokens_of, width)
        least = max(1, LEAST_RUN - width + 1)
        return chosen[promising(shingles, local, least=least, share=containment)]

    def retelling(chosen: I64) -> I64:
        weights = weigh(known_words.terms, chosen)
        may = np.flatnonzero(_may_retell(weights))
        shingles, local = _shingles(chosen[may], tokens_of, width)
        phrased = weights.jaccard[may] >= _UNPHRASED
        phrased[promising(shingles, local, least=1, share=1.0)] = True
        return chosen[may[phrased]]

    def look(chosen: I64) -> _Compared:
        return _compared(chosen, tokens_of, known_words, width=width, partial_words=partial_words)

    def each(step: Callable[[I64], Part], fresh: I64) -> Iterator[Part]:
        fresh = fresh[stories[fresh[:, 0]] != stories[fresh[:, 1]]]
        parts = chunks(np.ones(len(fresh), dtype=np.int64), _PAIRS)
        return spread(step, [fresh[part] for part in parts], threads=threads)

    none = np.empty((0, 2), dtype=np.int64)
    fresh, known = distinct(pairs, count), np.empty(0, dtype=np.int64)
    loose = each(retelling, np.concatenate((fresh, none if by_words is None else by_words)))
    tried = fresh
    compared = _joined([])
    for turn in range(1 + _ROUNDS):
        known = np.sort(np.concatenate((known, tried[:, 0] * count + tried[:, 1])))
        fresh = np.concatenate((none, *each(screened, fresh)))
        if not turn:
            fresh = distinct(np.concatenate((fresh, *loose)), count)
        compared = _joined([compared, *each(look, fresh)])
        fresh = tried = _through_a_third(compared, known, count)
        if not len(fresh):
            break
    return _judged(compared, count, containment=containment)


def _shingles(pairs: I64, tokens_of: Callable[[I64], Tokens], width: int) -> tuple[Shingles, I64]:
    """The shingles of the texts of some pairs, and the pairs as positions in them."""
    texts, places = np.unique(pairs, return_inverse=True)
    return shingle(tokens_of(texts), width=width), places.reshape(-1, 2)


def _compared(
    chosen: I64,
    tokens_of: Callable[[I64], Tokens],
    background: Background,
    *,
    width: int,
    partial_words: int,
) -> _Compared:
    """Compare some pairs, and leave out those that are plainly unrelated."""
    weights = weigh(background.terms, chosen)
    texts, places = np.unique(chosen, return_inverse=True)
    tokens, local = tokens_of(texts), places.reshape(-1, 2)
    found = compare(tokens, local, width=width)
    by_runs = kinds(found, partial_words=partial_words)
    kept = np.flatnonzero((by_runs != NONE) | _may_retell(weights))
    found, local = found.take(kept), local[kept]
    weights = Weights(weights.sums[kept])
    return _Compared(
        pairs=chosen[kept],
        by_runs=by_runs[kept],
        found=found,
        runs=_places(tokens, local, found),
        weights=weights,
        bigrams=overlaps(shingle(replace(tokens, values=tokens.stems), width=2), local),
        worn=_worn_words(background.worn_in(texts), tokens, local, found),
        longest=longest_runs(tokens, local, found, background.words, weights),
    )


def _may_retell(weights: Weights) -> np.ndarray:
    """Whether two texts have enough weight of words in common, bool (pairs,)."""
    heavy = weights.column("shared") >= _SHARED
    return np.asarray(heavy & (weights.jaccard >= _ALIKE))


def _judged(compared: _Compared, count: int, *, containment: float) -> Matches:
    """Give each pair its kind, and leave out the unrelated."""
    keys = furniture.furniture_keys(compared.longest, compared.pairs, compared.by_runs != NONE)
    rests = keys != 0
    contested = contested_share(
        compared.pairs, (compared.by_runs != NONE) & ~rests, disagree(compared.found), count
    )
    values = features(
        compared.found, compared.by_runs, compared.weights, compared.bigrams, compared.worn,
        contested,
    )  # fmt: skip
    judged = judge(values, compared.found, containment=containment)
    pasted = furniture.pasted(keys, compared.pairs, _longest_places(compared))
    kept = np.flatnonzero((judged != NONE) & ~rests)
    kept = kept[np.lexsort((compared.pairs[kept, 1], compared.pairs[kept, 0]))]
    whole = Matches(compared.pairs, judged, compared.found, compared.runs, pasted)
    return whole.take(kept)


def _longest_places(compared: _Compared) -> I64:
    """The bytes of each pair's longest run in its left text, int64 (pairs, 2)."""
    top = furniture.longest_tiles(compared.found)
    if not len(compared.runs):
        return np.zeros((len(top), 2), dtype=np.int64)
    return compared.runs[top, :2]


def _through_a_third(compared: _Compared, known: I64, count: int) -> I64:
    """Pairs of a match's right text and the earliest text its left one matches, not yet known."""
    links = compared.pairs[np.isin(compared.by_runs, RECYCLED)]
    earliest = np.arange(count, dtype=np.int64)
    np.minimum.at(earliest, links[:, 1], links[:, 0])
    links = links[earliest[links[:, 0]] < links[:, 0]]
    pairs = distinct(np.stack((earliest[links[:, 0]], links[:, 1]), axis=1), count)
    packed = pairs[:, 0] * count + pairs[:, 1]
    places = np.minimum(np.searchsorted(known, packed), len(known) - 1)
    fresh: I64 = pairs[known[places] != packed]
    return fresh


def _worn_words(worn: np.ndarray, tokens: Tokens, pairs: I64, found: Comparison) -> I64:
    """How many words of each pair's runs are well worn, int64 (pairs,)."""
    before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(worn)))
    owners = np.repeat(np.arange(len(pairs)), np.diff(found.offsets))
    first = tokens.offsets[pairs[owners, 0]] + found.tiles[:, 0]
    counts = before[first + found.tiles[:, 2]] - before[first]
    return np.bincount(owners, counts, len(pairs)).astype(np.int64)


def _places(tokens: Tokens, pairs: I64, found: Comparison) -> I64:
    """The bytes of every tile, int64 (tiles, 4)."""
    sizes = np.diff(found.offsets)
    left = np.repeat(tokens.offsets[pairs[:, 0]], sizes) + found.tiles[:, 0]
    right = np.repeat(tokens.offsets[pairs[:, 1]], sizes) + found.tiles[:, 1]
    last = found.tiles[:, 2] - 1
    columns = (
        tokens.starts[left], tokens.ends[left + last],
        tokens.starts[right], tokens.ends[right + last],
    )  # fmt: skip
    return np.stack(columns, axis=1)


def _joined(parts: list[_Compared]) -> _Compared:
    pairs = np.empty((0, 2), dtype=np.int64)
    nothing = np.empty(0, dtype=np.int64)
    return _Compared(
        np.concatenate([pairs, *(part.pairs for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.uint8), *(part.by_runs for part in parts)]),
        joined([part.found for part in parts]),
        np.concatenate([np.empty((0, 4), dtype=np.int64), *(part.runs for part in parts)]),
        Weights(np.concatenate([Weights.none().sums, *(part.weights.sums for part in parts)])),
        np.concatenate([np.empty((0, 3), dtype=np.int64), *(part.bigrams for part in parts)]),
        np.concatenate([nothing, *(part.worn for part in parts)]),
        furniture.joined([part.longest for part in parts]),
    )

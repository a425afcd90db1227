"""Candidate pairs of texts, compared and judged: the matches.

Candidates that cannot match are screened out (screen.py), the others compared exactly (compare.py)
and given a kind (kinds.py); nothing is reported on the word of a sketch. A large bucket pairs a
text with one other only, so a match may be missing between a text and the first wording of its
passage. It is looked for through a third: where u matches v, and h is the earliest text that u
matches, h and v are compared too.

Time O(candidates), memory O(matches).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dedup import furniture
from dedup.buckets import distinct
from dedup.compare import Comparison, compare, joined
from dedup.furniture import NOTHING_PASTED, LongestRuns, Pasted, longest_runs
from dedup.kernels import I64, U8, chunks, spread
from dedup.kinds import LEAST_RUN, NONE, RECYCLED, kinds
from dedup.screen import promising
from dedup.settings import DEFAULTS
from dedup.shingles import shingle
from dedup.tokens import Tokens

_PAIRS = 50_000  # screened and compared by a thread at a time
_ROUNDS = 3  # of looking through a third


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


def match(
    pairs: I64,
    tokens_of: Callable[[I64], Tokens],
    *,
    stories: I64,
    width: int = DEFAULTS.shingle,
    containment: float = DEFAULTS.containment,
    partial_words: int = DEFAULTS.partial_words,
    threads: int = DEFAULTS.threads,
) -> Matches:
    """Compare candidate pairs, int64 (pairs, 2) with the lower text first, and judge them.

    tokens_of: the words of some texts, int64 positions.
    stories: int64 (texts,), the story in which each text was first seen; texts of one story are
        not compared.
    """

    def judge(chosen: I64) -> tuple[Matches, LongestRuns]:
        texts, places = np.unique(chosen, return_inverse=True)
        likely = promising(
            shingle(tokens_of(texts), width=width),
            places.reshape(-1, 2),
            least=max(1, LEAST_RUN - width + 1),
            share=containment,
        )
        chosen = chosen[likely]
        texts, places = np.unique(chosen, return_inverse=True)
        tokens = tokens_of(texts)
        local = places.reshape(-1, 2)
        found = compare(tokens, local, width=width)
        judged = kinds(found, containment=containment, partial_words=partial_words)
        kept = np.flatnonzero(judged != NONE)
        found, local = found.take(kept), local[kept]
        matches = Matches(chosen[kept], judged[kept], found, _places(tokens, local, found))
        return matches, longest_runs(tokens, local, found)

    count = len(stories)
    fresh, known = distinct(pairs, count), np.empty(0, dtype=np.int64)
    matches, runs = _joined([]), furniture.joined([])
    for _ in range(1 + _ROUNDS):
        fresh = fresh[stories[fresh[:, 0]] != stories[fresh[:, 1]]]
        if not len(fresh):
            break
        parts = chunks(np.ones(len(fresh), dtype=np.int64), _PAIRS)
        judged = list(spread(judge, [fresh[part] for part in parts], threads=threads))
        matches = _joined([matches, *(part for part, _ in judged)])
        runs = furniture.joined([runs, *(part for _, part in judged)])
        known = np.union1d(known, fresh[:, 0] * count + fresh[:, 1])
        fresh = _through_a_third(matches, known, count)
    keys = furniture.furniture_keys(runs, matches.pairs)
    order = np.lexsort((matches.pairs[:, 1], matches.pairs[:, 0]))
    return replace(
        matches.take(order[keys[order] == 0]),
        pasted=furniture.pasted(keys, matches.pairs, _longest_places(matches)),
    )


def _longest_places(matches: Matches) -> I64:
    """The bytes of each match's longest run in its left text, int64 (matches, 2)."""
    top = furniture.longest_tiles(matches.found)
    return matches.runs[top, :2] if len(matches.runs) else np.zeros((len(top), 2), dtype=np.int64)


def _through_a_third(matches: Matches, known: I64, count: int) -> I64:
    """Pairs of a match's right text and the earliest text its left one matches, not yet known."""
    links = matches.pairs[np.isin(matches.kinds, RECYCLED)]
    earliest = np.arange(count, dtype=np.int64)
    np.minimum.at(earliest, links[:, 1], links[:, 0])
    links = links[earliest[links[:, 0]] < links[:, 0]]
    packed = np.setdiff1d(earliest[links[:, 0]] * count + links[:, 1], known)
    return np.stack((packed // count, packed % count), axis=1)


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


def _joined(parts: list[Matches]) -> Matches:
    empty = np.empty((0, 2), dtype=np.int64)
    return Matches(
        np.concatenate([empty, *(part.pairs for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.uint8), *(part.kinds for part in parts)]),
        joined([part.found for part in parts]),
        np.concatenate([np.empty((0, 4), dtype=np.int64), *(part.runs for part in parts)]),
    )

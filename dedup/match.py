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

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from dedup import furniture
from dedup.background import Background
from dedup.buckets import once, packed, unpacked
from dedup.compared import Compared, compared
from dedup.features import contested_share, disagree, features
from dedup.gathered import Gathering
from dedup.kernels import I64, U8, slices, spread
from dedup.kinds import IS_RECYCLED, NONE, judge
from dedup.matches import NO_MATCHES, Matches, woven
from dedup.ragged import rows_at
from dedup.scratch import Scratch, passed, release
from dedup.screen import Outlines
from dedup.settings import DEFAULTS
from dedup.sorting import among, run_ends, sort_numbers
from dedup.tokens import Tokens
from dedup.weigh import Weights

_ROUNDS = 3  # of looking through a third
_ROWS = 50_000  # pairs that are judged at a time


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
    further: Callable[[I64, U8], Matches] | None = None,
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
    further: finds more matches, given the pairs and kinds of all others, as blocks.beside does.
    scratch: where the columns of the pairs stand.

    Raises:
        BadOutput: the disk has no room for them.
    """
    count, room = len(stories), scratch or Scratch()
    look = partial(
        compared, tokens_of=tokens_of, background=background or Background.of(tokens_of, count),
        outlines=outlines, width=width, containment=containment, partial_words=partial_words,
        threads=threads,
    )  # fmt: skip
    seen = _seen(look, pairs, by_words, stories, room, threads=threads)
    loose, order = _judged(seen, count, containment=containment, threads=threads)
    del seen
    release()
    more = further(loose.pairs[order], loose.kinds[order]) if further else NO_MATCHES
    return woven(loose, order, more, count, threads=threads, scratch=room)


def _seen(
    look: Callable[..., Iterator[Compared]], pairs: I64, by_words: I64 | None, stories: I64,
    room: Scratch, *, threads: int,
) -> Compared:  # fmt: skip
    """All pairs that may be related, the candidates and those through a third, compared by `look`.

    The rest is as in `match`.
    """
    count = len(stories)
    held, links = Gathering(room), [pairs[:0]]

    def add(fresh: I64, by_runs: np.ndarray, *, retold: bool) -> None:
        apart = np.flatnonzero(stories[fresh[:, 0]] != stories[fresh[:, 1]])
        for part in look(fresh[apart], by_runs[apart], retold=retold):
            held.add(part)
            links.append(part.pairs[IS_RECYCLED[part.by_runs]])
            passed()

    fresh, by_runs = _together(pairs, by_words, count, threads=threads)
    known = room.stored(packed(fresh[by_runs], count))
    fresh = room.stored(fresh)
    release()
    add(fresh, by_runs, retold=True)
    for _ in range(_ROUNDS):
        release()
        fresh = _through_a_third(np.concatenate(links), known, count, threads=threads)
        if not len(fresh):
            break
        known = sort_numbers(np.concatenate((known, packed(fresh, count))), threads=threads)
        add(fresh, np.ones(len(fresh), dtype=np.bool_), retold=False)
    return held.whole()


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


def _judged(seen: Compared, count: int, *, containment: float, threads: int) -> tuple[Matches, I64]:
    """Give each pair its kind; and which of them match, in the order of the pairs.

    count: of all texts.
    """
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
        passed()
    contested = contested_share(seen.pairs, by_runs & ~rests, conflicting, count)
    for _ in spread(name_kinds, slices(len(seen), _ROWS), threads=threads):
        passed()
    on_furniture = np.flatnonzero(rests)
    tiles = furniture.longest_tiles(seen.found.take(on_furniture))
    at, _ = rows_at(seen.found.offsets, on_furniture)
    pasted = furniture.pasted(
        keys[on_furniture], seen.pairs[on_furniture], seen.runs[at[tiles], :2]
    )
    kept = np.flatnonzero((judged != NONE) & ~rests)
    kept = kept[np.argsort(packed(seen.pairs[kept], count), kind="stable")]
    return Matches(seen.pairs, judged, seen.found, seen.runs, pasted), kept


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

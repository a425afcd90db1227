"""Background comes in blocks: what stands beside recycled paragraphs may be recycled too.

Where two stories tell the same things in the same order, a paragraph among them that says the same
is a retelling, though its words alone would not show it. Two texts are compared again if two things
speak for them: that paragraphs one or two places before or behind them, as far away in both
stories, are recycled from each other, each such place counting once; and that both are recycled
from, or into, one third text. They match if a sentence of one says what a sentence of the other
says (sentences.py). What is found so speaks for others in turn.

Two texts are held against each other at their first places alone, beside the first places of two
texts that match, or beside two places of one text, the first and another. So time is O(paragraphs +
matches).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedup.added import inserted, told_again
from dedup.background import Background
from dedup.buckets import once, packed, unpacked
from dedup.kernels import I64, spread
from dedup.kinds import IS_RECYCLED
from dedup.match import Matches
from dedup.ragged import offsets_of, rows_at
from dedup.scratch import Scratch, release
from dedup.sentences import SHARED, say_the_same
from dedup.settings import DEFAULTS
from dedup.sorting import among, run_ends, sort_numbers
from dedup.tokens import Tokens
from dedup.weigh import weigh

_ROUNDS = 3
_AWAY = (1, 2)  # places in the story
_SPEAKING = 2  # of what speaks for a pair


def with_blocks(
    matches: Matches,
    of: I64,
    stories: I64,
    first: I64,
    tokens_of: Callable[[I64], Tokens],
    background: Background,
    *,
    width: int = DEFAULTS.shingle,
    threads: int = DEFAULTS.threads,
    scratch: Scratch | None = None,
) -> Matches:
    """The matches, and those found beside them.

    of, stories: int64 (paragraphs,), the text, or -1, and the story of each, stories one behind the
        other. first: int64 (texts,), the paragraph in which each text stands first. Texts of which
        `background` knows nothing only stand between others; they are the last.
    tokens_of: the words of some texts, int64 positions. scratch: where the matches stand.

    Raises:
        BadOutput: the disk has no room for them.
    """
    count = len(first)
    links = matches.pairs[IS_RECYCLED[matches.kinds]]
    tried = packed(matches.pairs, count)
    sizes = np.diff(background.offsets)

    def tell(tokens: Tokens, texts: I64, local: I64) -> np.ndarray:
        return say_the_same(tokens, texts, local, background)

    for _ in range(_ROUNDS):
        pairs = _beside(links, tried, of, stories, first, background, threads=threads)
        release()
        found = told_again(pairs, tell, tokens_of, sizes, width=width, threads=threads)
        if not len(found):
            break
        release()
        tried = sort_numbers(np.concatenate((tried, packed(pairs, count))), threads=threads)
        links = np.concatenate((links, found.pairs))
        matches = inserted(matches, found, count, scratch=scratch)
    return matches


def _beside(
    links: I64, tried: I64, of: I64, stories: I64, first: I64, background: Background,
    *, threads: int,
) -> I64:  # fmt: skip
    """Pairs of texts that enough speaks for, sorted; int64 (pairs, 2).

    links: recycled pairs. tried: all pairs that are not to be found, as one number each, sorted.
    """
    count = len(first)
    numbers, speaking = _by_place(links, of, stories, first, threads=threads)
    fresh = ~among(tried, numbers)
    pairs, speaking = unpacked(numbers[fresh], count), speaking[fresh]
    linked = np.zeros(count, dtype=np.bool_)
    linked[links] = True
    hopeful = (speaking >= _SPEAKING) | ((speaking == _SPEAKING - 1) & linked[pairs].all(axis=1))
    known = np.flatnonzero(hopeful & (pairs[:, 1] < len(background.terms)))
    heavy = known[weigh(background.terms, pairs[known]).column("shared") >= SHARED]
    pairs, speaking = pairs[heavy], speaking[heavy]
    one_short = np.flatnonzero(speaking == _SPEAKING - 1)
    speaking[one_short] += _have_a_third(links, pairs[one_short], count)
    return np.asarray(pairs[speaking >= _SPEAKING])


def _by_place(links: I64, of: I64, stories: I64, first: I64, *, threads: int) -> tuple[I64, I64]:
    """Pairs of texts beside recycled ones, packed and sorted; how many places speak for each."""
    count = len(first)
    order = np.flatnonzero(of >= 0)
    texts, owners = of[order], stories[order]
    origins = np.searchsorted(order, first)
    again = np.flatnonzero(origins[texts] != np.arange(len(order)))
    again = again[owners[again] != owners[origins[texts[again]]]]
    left = np.concatenate((origins[links[:, 0]], origins[texts[again]]))
    right = np.concatenate((origins[links[:, 1]], again))

    def beside(away: int) -> I64:
        one, other = left + away, right + away
        inside = (np.minimum(one, other) >= 0) & (np.maximum(one, other) < len(order))
        rows = np.flatnonzero(inside)
        same = (owners[one[rows]] == owners[left[rows]]) & (
            owners[other[rows]] == owners[right[rows]]
        )
        rows = rows[same]
        one, other = one[rows], other[rows]
        firsts = (origins[texts[one]] == one) & (origins[texts[other]] == other)
        pairs = np.sort(np.stack((texts[one[firsts]], texts[other[firsts]]), axis=1), axis=1)
        return packed(pairs, count)

    ways = (*_AWAY, *(-away for away in _AWAY))
    numbers = sort_numbers(
        np.concatenate(list(spread(beside, ways, threads=threads))), threads=threads
    )
    last = np.flatnonzero(run_ends(numbers))
    return numbers[last], np.diff(last, prepend=-1)


def _have_a_third(links: I64, pairs: I64, count: int) -> np.ndarray:
    """Whether both texts of each pair are linked with one third text, bool (pairs,)."""
    linked = once(packed(np.concatenate((links, links[:, ::-1])), count))
    ends = unpacked(linked, count)
    offsets = offsets_of(np.bincount(ends[:, 0], minlength=count))
    fewer = np.diff(offsets)[pairs].argmin(axis=1)
    rows = np.arange(len(pairs))
    at, bounds = rows_at(offsets, pairs[rows, fewer])
    of = np.repeat(rows, np.diff(bounds))
    others = np.stack((pairs[of, 1 - fewer[of]], ends[at, 1]), axis=1)
    there = among(linked, packed(others, count))
    return np.bincount(of, there, len(pairs)) > 0

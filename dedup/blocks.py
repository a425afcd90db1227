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
from dataclasses import dataclass

import numpy as np

from dedup.added import told_again
from dedup.background import Background
from dedup.buckets import bits_of, once, packed, unpacked
from dedup.kernels import I64, U8, kernel, read_only, slices, spread
from dedup.kinds import IS_RECYCLED
from dedup.matches import Matches, in_order
from dedup.ragged import offsets_of, rows_at, sizes_of
from dedup.scratch import release
from dedup.sentences import SHARED, say_the_same
from dedup.settings import DEFAULTS
from dedup.sorting import among, run_ends, sort_numbers
from dedup.tokens import Tokens
from dedup.weigh import weigh

_ROUNDS = 3
_AWAY = read_only(np.array([1, 2, -1, -2]))  # places in the story
_SPEAKING = 2  # of what speaks for a pair
_TOGETHER = 200_000  # pairs that a thread looks beside at a time


def beside(
    pairs: I64,
    kinds: U8,
    of: I64,
    stories: I64,
    first: I64,
    tokens_of: Callable[[I64], Tokens],
    background: Background,
    *,
    width: int = DEFAULTS.shingle,
    threads: int = DEFAULTS.threads,
) -> Matches:
    """The matches that are found beside others, sorted.

    pairs, kinds: of those others, as in Matches.
    of, stories: int64 (paragraphs,), the text, or -1, and the story of each, stories one behind the
        other. first: int64 (texts,), the paragraph in which each text stands first. Texts of which
        `background` knows nothing only stand between others; they are the last.
    tokens_of: the words of some texts, int64 positions.
    """
    count = len(first)
    links = pairs[IS_RECYCLED[kinds]]
    tried = packed(pairs, count)
    sequence = _Sequence.of(of, stories, first)
    sizes = sizes_of(background.offsets)

    def tell(tokens: Tokens, texts: I64, local: I64) -> np.ndarray:
        return say_the_same(tokens, texts, local, background)

    more = list[Matches]()
    for _ in range(_ROUNDS):
        hopeful = _beside(links, tried, sequence, background, threads=threads)
        release()
        found = told_again(hopeful, tell, tokens_of, sizes, width=width, threads=threads)
        if not len(found):
            break
        more.append(found)
        tried = sort_numbers(np.concatenate((tried, packed(hopeful, count))), threads=threads)
        links = np.concatenate((links, found.pairs))
        release()
    return in_order(more, count)


@dataclass(frozen=True, eq=False, slots=True)
class _Sequence:
    """The paragraphs that stand for a text, story by story, in their order.

    texts, stories: int64 (paragraphs,), of each. origins: int64 (texts,), the paragraph in which
        each text stands first. again: int64, those in which a text stands again, in another story.
    """

    texts: I64
    stories: I64
    origins: I64
    again: I64

    @classmethod
    def of(cls, of: I64, stories: I64, first: I64) -> _Sequence:
        """As `beside` takes them."""
        if (of < 0).any():
            order = np.flatnonzero(of >= 0)
            of, stories, first = of[order], stories[order], np.searchsorted(order, first)
        again = np.flatnonzero(first[of] != np.arange(len(of)))
        return cls(of, stories, first, again[stories[again] != stories[first[of[again]]]])


def _beside(
    links: I64, tried: I64, sequence: _Sequence, background: Background, *, threads: int
) -> I64:
    """Pairs of texts that enough speaks for, sorted; int64 (pairs, 2).

    links: recycled pairs. tried: all pairs that are not to be found, as one number each, sorted.
    """
    count = len(sequence.origins)
    numbers, speaking = _by_place(links, sequence, threads=threads)
    linked = np.zeros(count, dtype=np.bool_)
    linked[links] = True

    def hopeful(part: slice) -> tuple[I64, I64]:
        own, spoken = numbers[part], speaking[part]
        pairs = unpacked(own, count)
        both = (spoken == _SPEAKING - 1) & linked[pairs].all(axis=1)
        known = pairs[:, 1] < len(background.terms)
        rows = np.flatnonzero(known & ((spoken >= _SPEAKING) | both) & ~among(tried, own))
        weighed = weigh(background.terms, pairs[rows]).column("shared")
        rows = rows[weighed >= SHARED]
        return pairs[rows], spoken[rows]

    found = list(spread(hopeful, slices(len(numbers), _TOGETHER), threads=threads))
    pairs = np.concatenate([np.empty((0, 2), dtype=np.int64), *(one for one, _ in found)])
    spoken = np.concatenate([speaking[:0], *(one for _, one in found)])
    one_short = np.flatnonzero(spoken == _SPEAKING - 1)
    spoken[one_short] += _have_a_third(links, pairs[one_short], count)
    return np.asarray(pairs[spoken >= _SPEAKING])


def _by_place(links: I64, sequence: _Sequence, *, threads: int) -> tuple[I64, I64]:
    """Pairs of texts beside recycled ones, packed and sorted; how many places speak for each."""
    origins, again = sequence.origins, sequence.again
    bits = bits_of(len(origins))
    places = [read_only(one) for one in (sequence.texts, sequence.stories, origins)]
    left = np.concatenate((origins[links[:, 0]], origins[sequence.texts[again]]))
    right = np.concatenate((origins[links[:, 1]], again))

    def beside(part: slice) -> I64:
        out = np.empty((part.stop - part.start) * len(_AWAY), dtype=np.int64)
        count = _stand_beside(left[part], right[part], *places, _AWAY, bits, out)
        return out[:count].copy()

    found = spread(beside, slices(len(left), _TOGETHER), threads=threads)
    numbers = sort_numbers(np.concatenate([left[:0], *found]), threads=threads)
    last = np.flatnonzero(run_ends(numbers))
    return numbers[last], np.diff(last, prepend=-1)


@kernel
def _stand_beside(
    left: I64, right: I64, texts: I64, stories: I64, origins: I64, away: I64, bits: int, out: I64
) -> int:
    """Write the packed pairs of texts that stand first as far away from both paragraphs; how many.

    left, right: pairs of paragraphs. away: how far, -1 for the one before.
    """
    n = 0
    for i in range(len(left)):
        for step in away:
            one, other = left[i] + step, right[i] + step
            if min(one, other) < 0 or max(one, other) >= len(texts):
                continue
            if stories[one] != stories[left[i]] or stories[other] != stories[right[i]]:
                continue
            low, high = texts[one], texts[other]
            if origins[low] == one and origins[high] == other:
                out[n] = (min(low, high) << bits) | max(low, high)
                n += 1
    return n


def _have_a_third(links: I64, pairs: I64, count: int) -> np.ndarray:
    """Whether both texts of each pair are linked with one third text, bool (pairs,)."""
    linked = once(packed(np.concatenate((links, links[:, ::-1])), count))
    ends = unpacked(linked, count)
    offsets = offsets_of(np.bincount(ends[:, 0], minlength=count))
    fewer = sizes_of(offsets)[pairs].argmin(axis=1)
    rows = np.arange(len(pairs))
    at, bounds = rows_at(offsets, pairs[rows, fewer])
    of = np.repeat(rows, sizes_of(bounds))
    others = np.stack((pairs[of, 1 - fewer[of]], ends[at, 1]), axis=1)
    there = among(linked, packed(others, count))
    return np.bincount(of, there, len(pairs)) > 0

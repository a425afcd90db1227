"""Retellings that a measure of the caller's own finds, as an embedding model can.

What shares no words is beyond this detector. A caller who has a model may pass it: it is asked for
every pair that shares some weight of words, or a run of words, and is no match yet. It sees no pair
that the search did not find; what it calls alike is compared and reported as any retelling is.

Time is that of the measure, for about as many pairs as there are texts; BATCH of them are held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dedup.added import told_again
from dedup.buckets import distinct, packed
from dedup.errors import BadInput
from dedup.kernels import I64
from dedup.matches import Matches, woven
from dedup.scratch import Scratch
from dedup.settings import DEFAULTS
from dedup.sorting import among
from dedup.tokens import Tokens

Similarity = Callable[[list[str], list[str]], Sequence[float] | np.ndarray]
BATCH = 1_000  # pairs that the measure is asked for at a time


def with_similar(
    matches: Matches,
    pairs: I64,
    stories: I64,
    texts_of: Callable[[I64], list[str]],
    tokens_of: Callable[[I64], Tokens],
    sizes: I64,
    similarity: Similarity,
    *,
    similar: float,
    width: int = DEFAULTS.shingle,
    scratch: Scratch | None = None,
) -> Matches:
    """The matches, and those pairs whose similarity is `similar` or more.

    pairs: int64 (pairs, 2), the lower text first. stories: int64 (texts,), where each stands first;
        pairs within one are left out.
    texts_of, tokens_of: some texts as they are written, and their words. sizes: int64 (texts,), how
        many words each has.
    similarity: gives a number for each pair of a text of its first list and that of its second.

    scratch: where the matches stand.

    Raises:
        BadInput: it gives something else.
        BadOutput: the disk has no room for the matches.
    """
    count = len(stories)
    pairs = distinct(pairs[stories[pairs[:, 0]] != stories[pairs[:, 1]]], max(1, count))
    pairs = pairs[~among(packed(matches.pairs, count), packed(pairs, count))]

    def tell(_: Tokens, texts: I64, local: I64) -> np.ndarray:
        out = np.empty(len(local), dtype=np.bool_)
        for first in range(0, len(local), BATCH):
            left, right = (texts_of(texts[side]) for side in local[first : first + BATCH].T)
            out[first : first + BATCH] = _numbers(similarity(left, right), len(left)) >= similar
        return out

    found = told_again(pairs, tell, tokens_of, sizes, width=width, threads=1)
    return woven(matches, np.arange(len(matches)), found, count, scratch=scratch)


def _numbers(given: object, count: int) -> np.ndarray:
    """What the measure gave, as float64 (pairs,)."""
    try:
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape != (count,):
        raise BadInput(
            f"similarity gave no list of {count} numbers for {count} pairs",
            remedy="Return one number for each pair, as a list or an array of one dimension.",
        )
    return numbers

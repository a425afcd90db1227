"""The distinct texts of each family, numbered in the order in which they were first seen.

Occurrences with the same words share one text; 0 is the family's first. From TEXTS on a text has no
number of its own, -1: a banner with a reader's name in it has as many as it has occurrences.

Time O(occurrences), with a sort.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64
from dedup.ragged import sizes_of
from dedup.report.columns import Columns

TEXTS = 200  # of one family


def text_numbers(columns: Columns) -> I64:
    """The number within its family of each occurrence's text, or -1, int64 (occurrences,)."""
    places = columns.places
    of = columns.texts.of[places.paragraphs]
    keys = (places.words[:, 1], places.words[:, 0], of, places.wordings, places.families)
    order = np.lexsort((np.arange(len(places)), *keys))
    fresh = np.zeros(len(order), dtype=bool)
    fresh[:1] = True
    for key in keys:
        fresh[1:] |= np.diff(key[order]) != 0
    firsts = order[fresh]  # the first occurrence of each text
    rank = np.empty(len(firsts), dtype=np.int64)
    by_place = np.argsort(firsts)
    rank[by_place] = np.arange(len(firsts))
    before = np.searchsorted(np.sort(firsts), places.offsets[:-1])
    out = np.empty(len(places), dtype=np.int64)
    out[order] = rank[np.cumsum(fresh) - 1]
    out -= before[places.families]
    return np.where(out < TEXTS, out, -1)


def first_of_text(numbers: I64, offsets: I64) -> np.ndarray:
    """Whether each occurrence is the first of a numbered text, bool (occurrences,).

    numbers: of families one after the other, in the order of their occurrences, so that a text is
        new where its number is higher than all before it in the family.
    offsets: int64 (families + 1,).
    """
    owners = np.repeat(np.arange(len(offsets) - 1), sizes_of(offsets))
    highest = np.maximum.accumulate(numbers + owners * (TEXTS + 1))
    return np.asarray(np.diff(highest, prepend=-1) > 0)

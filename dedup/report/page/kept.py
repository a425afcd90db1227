"""What a page holds: everything, or the widest families and the most recycled stories.

A site has room for all. One file has room for so many bytes of text; of a larger corpus, two parts
of three go to the most recycled stories and one to the widest families, counted with their distinct
texts. What these name is listed without its text.

Time O(occurrences), with a sort.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.kernels import I64
from dedup.ragged import sizes_of
from dedup.report.columns import Columns
from dedup.report.page.numbering import first_of_text

OCCURRENCES = 2_000  # of one family, listed in a page that cannot hold everything
_STORIES = 2 / 3  # of the room
_ROW = 24  # bytes that an occurrence takes, about


@dataclass(frozen=True, eq=False, slots=True)
class Kept:
    """The stories and families of a page.

    stories, families: int64, those that are listed, as positions in the columns, sorted.
    with_text: bool (listed stories,), those that can be read.
    opened: bool (listed families,), those that can be opened.
    occurrences: at most so many of each family.
    """

    stories: I64
    families: I64
    with_text: np.ndarray
    opened: np.ndarray
    occurrences: int

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return bool(self.with_text.all() and self.opened.all() and self.occurrences < 0)


def everything(columns: Columns) -> Kept:
    """All stories and families."""
    stories, families = len(columns.corpus), len(columns.places.offsets) - 1
    return Kept(
        np.arange(stories),
        np.arange(families),
        np.ones(stories, dtype=bool),
        np.ones(families, dtype=bool),
        occurrences=-1,
    )


def within(columns: Columns, room: int, texts: I64) -> Kept:
    """As much as fits into `room` bytes of text.

    texts: as numbering.py gives them.
    """
    sizes = columns.corpus.ends - columns.corpus.starts
    if sizes.sum() <= room:
        return everything(columns)
    readable = _fitting(_most_recycled(columns), sizes, room * _STORIES)
    places = columns.places
    counts = sizes_of(places.offsets)
    listed = np.arange(len(places)) - places.firsts < OCCURRENCES
    told = listed & first_of_text(texts, places.offsets)
    bytes_ = listed * _ROW + told * np.diff(columns.place_bytes, axis=1)[:, 0]
    cost = np.bincount(places.families, bytes_, len(counts))
    opened = _fitting(_widest(columns), cost.astype(np.int64), room * (1 - _STORIES))

    of_story = columns.paragraphs.stories[places.paragraphs]
    can_read = np.zeros(len(columns.corpus), dtype=bool)
    can_read[readable] = True
    can_open = np.zeros(len(counts), dtype=bool)
    can_open[opened] = True
    named = np.union1d(opened, places.families[can_read[of_story]])
    first = of_story[places.offsets[named]]
    carrying = of_story[listed & can_open[places.families]]
    stories = np.union1d(np.union1d(readable, first), carrying).astype(np.int64)
    return Kept(stories, named, can_read[stories], can_open[named], OCCURRENCES)


def _most_recycled(columns: Columns) -> I64:
    words, recycled, furniture = columns.story_words.T
    shares = recycled / np.maximum(words - furniture, 1)
    return np.lexsort((np.arange(len(words)), -words, -shares))


def _widest(columns: Columns) -> I64:
    places = columns.places
    of_story = columns.paragraphs.stories[places.paragraphs]
    again = (np.diff(of_story, prepend=-1) == 0) & (np.diff(places.families, prepend=-1) == 0)
    stories = np.bincount(places.families, ~again, len(places.offsets) - 1)
    words = columns.texts.words[places.paragraphs[places.offsets[:-1]]]
    return np.lexsort((np.arange(len(words)), -words, -stories))


def _fitting(order: I64, sizes: I64, room: float) -> I64:
    """The first of `order` whose sizes fit, sorted."""
    fits = np.cumsum(sizes[order]) <= room
    return np.sort(order[fits])

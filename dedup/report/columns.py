"""What the steps found, as the columns they left it in, and figures drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dedup.alike import AlikeStories
from dedup.buckets import packed, unpacked
from dedup.characters import Characters, characters
from dedup.evidence import Evidence
from dedup.kernels import I64
from dedup.kinds import IS_RECYCLED, TEMPLATE
from dedup.lsh import bands, expected_recall
from dedup.matches import Matches
from dedup.occurrences import Occurrences, recycled_words
from dedup.paragraphs import Paragraphs
from dedup.ragged import offsets_of, sizes_of
from dedup.scratch import passed
from dedup.settings import Settings
from dedup.stories import Corpus
from dedup.texts import Texts
from dedup.tokens import FoldTable, tokenise
from dedup.wordings import frames

_CUT = 4_000  # passages that are cut into words at a time


@dataclass(frozen=True, eq=False, slots=True)
class MatchRows:
    """Paragraphs that are matched, by the left one, then the right; int64 (rows,) each.

    links: rows of Columns.matches, or -1 where the paragraphs are equal.
    """

    left: I64
    right: I64
    links: I64

    def part(self, rows: slice) -> MatchRows:
        """Some of them."""
        return MatchRows(self.left[rows], self.right[rows], self.links[rows])


@dataclass(frozen=True, eq=False, slots=True)
class Shares:
    """What two matched texts share, as Comparison has it; float64 (matches,) each."""

    jaccard: np.ndarray
    left_containment: np.ndarray
    right_containment: np.ndarray


@dataclass(frozen=True, eq=False)
class Columns:
    """The findings of one scan. Everything a report shows is derived from these."""

    corpus: Corpus
    settings: Settings
    paragraphs: Paragraphs
    texts: Texts
    fold: FoldTable
    matches: Matches
    places: Occurrences
    evidence: Evidence
    alike: AlikeStories

    @cached_property
    def paragraph_numbers(self) -> I64:
        """Each paragraph's number in its story, from 0, int64 (paragraphs,)."""
        sizes = np.bincount(self.paragraphs.stories, minlength=len(self.corpus))
        first = np.repeat(offsets_of(sizes)[:-1], sizes)
        return np.asarray(np.arange(len(first)) - first, dtype=np.int64)

    @cached_property
    def paragraph_spans(self) -> I64:
        """Each paragraph's characters in its story's text, int64 (paragraphs, 2)."""
        paragraphs = self.paragraphs
        bytes_ = np.stack((paragraphs.starts, paragraphs.ends), axis=1)
        return self.to_characters(paragraphs.stories[:, None], bytes_)

    def to_characters(self, stories: I64, positions: I64) -> I64:
        """Byte positions in the corpus buffer as character offsets in the texts of `stories`.

        Both int64; their shapes are broadcast.
        """
        return self._characters.before(positions) - self._first_characters[stories]

    @cached_property
    def _characters(self) -> Characters:
        return characters(self.corpus.buffer, threads=self.settings.threads)

    @cached_property
    def _first_characters(self) -> I64:
        """How many characters stand before each story in the corpus buffer."""
        return self._characters.before(self.corpus.starts)

    @cached_property
    def place_bytes(self) -> I64:
        """The bytes of each occurrence's passage in the corpus buffer, int64 (occurrences, 2)."""
        rows, paragraphs = self.places.paragraphs, self.paragraphs
        out = np.stack((paragraphs.starts[rows], paragraphs.ends[rows]), axis=1)
        words = self.places.words
        inside = np.flatnonzero(np.diff(words, axis=1)[:, 0] < self.texts.words[rows])
        for first in range(0, len(inside), _CUT):
            part = inside[first : first + _CUT]
            own = paragraphs.starts[rows[part]], paragraphs.ends[rows[part]]
            tokens = tokenise(self.corpus.buffer, *own, self.fold)
            out[part, 0] = tokens.starts[tokens.offsets[:-1] + words[part, 0]]
            out[part, 1] = tokens.ends[tokens.offsets[:-1] + words[part, 1] - 1]
            passed()
        return out

    @cached_property
    def paragraph_words(self) -> I64:
        """Words of each paragraph: all, recycled, and in furniture; int64 (3, paragraphs)."""
        words = self.texts.words.astype(np.int64)
        recycled = recycled_words(
            self.matches, self.texts, self.paragraphs, threads=self.settings.threads
        )
        return np.stack((words, recycled, np.where(self.texts.furniture, words, 0)))

    @cached_property
    def story_words(self) -> I64:
        """Words of each story: all, recycled, and in furniture; int64 (stories, 3)."""
        stories, size = self.paragraphs.stories, len(self.corpus)
        return np.stack(
            [np.bincount(stories, n, size).astype(np.int64) for n in self.paragraph_words], axis=1
        )

    @cached_property
    def recycled(self) -> I64:
        """Rows of `matches` that are recycling."""
        return np.flatnonzero(IS_RECYCLED[self.matches.kinds])

    @cached_property
    def templates(self) -> I64:
        """Rows of `matches` that are templates."""
        return np.flatnonzero(self.matches.kinds == TEMPLATE)

    @cached_property
    def match_rows(self) -> MatchRows:
        """The matches that are recycling.

        Distinct texts are matched where each was first seen; an equal paragraph, with the first.
        """
        texts, of_story = self.texts, self.paragraphs.stories
        again = texts.occurrences
        first = np.repeat(texts.first, sizes_of(texts.offsets))
        kept = of_story[first] != of_story[again]
        first, again = first[kept], again[kept]
        count = len(of_story)
        equal = packed(np.stack((first, again), axis=1), count)
        similar = packed(texts.first[self.matches.pairs[self.recycled]], count)
        places = np.searchsorted(similar, equal)  # both are sorted, as the texts are
        pairs = unpacked(np.insert(similar, places, equal), count)
        return MatchRows(pairs[:, 0], pairs[:, 1], np.insert(self.recycled, places, -1))

    @cached_property
    def template_rows(self) -> MatchRows:
        """The matches that are templates, in the order in which they were found."""
        pairs = self.texts.first[self.matches.pairs[self.templates]]
        return MatchRows(pairs[:, 0], pairs[:, 1], self.templates)

    @cached_property
    def shares(self) -> Shares:
        """How much the texts of each of `matches` share."""
        found = self.matches.found
        shares = Shares(found.jaccard, found.left_containment, found.right_containment)
        passed()
        return shares

    @cached_property
    def frames(self) -> I64:
        """The first text of each text's template, or -1 for a text of none; int64 (texts,)."""
        return frames(self.matches, len(self.texts))

    @property
    def expected_recall(self) -> float:
        """The share of pairs at the threshold that the LSH is expected to find."""
        settings = self.settings
        cut = bands(settings.permutations, threshold=settings.threshold, recall=settings.recall)
        return expected_recall(cut, settings.threshold)

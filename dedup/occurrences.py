"""Where each family stands, paragraph by paragraph, and what that makes of each story.

A family is kept by its texts (families.py); here every paragraph that holds one of them, or the
passage of one, becomes a row. Time and memory O(occurrences).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.families import Families, covered
from dedup.kernels import I32, I64, U8
from dedup.kinds import NONE, SAME
from dedup.matches import Matches
from dedup.paragraphs import Paragraphs
from dedup.ragged import offsets_of, sizes_of
from dedup.settings import DEFAULTS
from dedup.texts import Texts


@dataclass(frozen=True, eq=False, slots=True)
class Occurrences:
    """One row for each place of each family, sorted by family, then as in the corpus.

    families, paragraphs: int64 (occurrences,).
    kinds: uint8 (occurrences,), towards the first text of its wording; REWRITTEN where it is that
        text in a later wording; NONE on the first row of each family.
    matches: int64 (occurrences,), the match that says so, or -1 where the text is the first one.
    wordings: int64 (occurrences,), the number of the wording in the family, from 0.
    words: int32 (occurrences, 2), the first word of the passage in the paragraph, and the word
        after its last.
    offsets: int64 (families + 1,); family f has the rows offsets[f]:offsets[f + 1].
    """

    families: I64
    paragraphs: I64
    kinds: U8
    matches: I64
    words: I32
    offsets: I64
    wordings: I64

    def __len__(self) -> int:
        return len(self.families)

    @property
    def firsts(self) -> I64:
        """The first row of each row's family, int64 (occurrences,)."""
        return np.repeat(self.offsets[:-1], sizes_of(self.offsets))


def occurrences(families: Families, matches: Matches, texts: Texts) -> Occurrences:
    """List every place of every family."""
    members = np.repeat(np.arange(len(families)), sizes_of(families.offsets))
    of = np.concatenate((np.arange(len(families)), members))
    held = np.concatenate((families.heads, families.members))
    links = np.concatenate((np.full(len(families), -1), families.matches)).astype(np.int64)
    kinds = np.concatenate(
        (np.full(len(families), SAME, dtype=np.uint8), matches.kinds[families.matches])
    )
    wordings = np.concatenate((np.zeros(len(families), dtype=np.int64), families.wordings))
    whole = np.zeros((len(families), 2), dtype=np.int32)
    whole[:, 1] = texts.words[texts.first[families.heads]]
    words = np.concatenate((whole, families.passages))

    places = sizes_of(texts.offsets)[held]
    ends = np.cumsum(places)
    rows = np.repeat(np.arange(len(held)), places)
    paragraphs = texts.occurrences[
        np.arange(len(rows)) + np.repeat(texts.offsets[held] - (ends - places), places)
    ]
    order = np.lexsort((paragraphs, of[rows]))
    rows, paragraphs = rows[order], paragraphs[order]
    counts = np.bincount(of[rows], minlength=len(families))
    offsets = offsets_of(counts)
    row_kinds = kinds[rows]
    row_kinds[offsets[:-1]] = NONE
    return Occurrences(
        of[rows], paragraphs, row_kinds, links[rows], words[rows], offsets, wordings[rows]
    )


def recycled_words(
    matches: Matches, texts: Texts, paragraphs: Paragraphs, *, threads: int = DEFAULTS.threads
) -> I64:
    """Words of each paragraph that stand in an earlier paragraph of another story.

    int64 (paragraphs,). A paragraph equal to an earlier one is recycled whole; another one, the
    words in its shared runs: what is told in other words is new wording.
    """
    out = np.zeros(len(paragraphs), dtype=np.int64)
    held = np.flatnonzero(texts.of >= 0)
    of = texts.of[held]
    again = paragraphs.stories[held] != paragraphs.stories[texts.first[of]]
    inside = covered(matches, texts.words[texts.first], threads=threads)
    out[held] = np.where(again, texts.words[held], inside[of])
    return out

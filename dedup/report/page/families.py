"""What a page shows of a family: where it stands, its distinct texts, and what joins a retelling.

The texts of widely edited families are cut off after TEXTS (numbering.py); the occurrences of later
ones stay.

Time O(occurrences); Python objects only for distinct texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.kernels import I64
from dedup.kinds import REWRITTEN
from dedup.ragged import rows_at, sizes_of
from dedup.report.page.kept import Kept
from dedup.report.page.numbering import first_of_text

if TYPE_CHECKING:
    from dedup.report.model import Report


@dataclass(frozen=True, eq=False, slots=True)
class Opened:
    """The families that can be opened, ready to be cut into blocks.

    rows: int64 (families,), their numbers in the list.
    places: int64, rows of columns.places, family after family; offsets: int64 (families + 1,).
    story: int64 (places,), numbers in the list. texts: int64 (places,), as `text_numbers`.
    firsts: bool (places,), the first occurrences of texts that are kept, but for a family's first.
    """

    report: Report
    rows: I64
    places: I64
    offsets: I64
    story: I64
    texts: I64
    firsts: np.ndarray

    @property
    def sizes(self) -> I64:
        """About how many bytes each family takes."""
        bytes_ = np.diff(self.report.columns.place_bytes[self.places], axis=1)[:, 0]
        cost = np.where(self.firsts, bytes_, 0) + 24
        ends = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(cost)))
        return np.asarray(np.diff(ends[self.offsets]), dtype=np.int64)

    def block(self, part: slice) -> dict[str, Any]:
        """Some of the families, as a page reads them."""
        columns = self.report.columns
        bounds = self.offsets[part.start : part.stop + 1]
        inside = slice(int(bounds[0]), int(bounds[-1]))
        rows = self.places[inside]
        places = columns.places
        table = self.report.to_arrow()["occurrences"]
        told = np.flatnonzero(places.kinds[rows] == REWRITTEN)
        words = table["evidence"].take(rows[told]).to_pylist()
        text = np.flatnonzero(self.firsts[inside])
        bytes_ = columns.place_bytes[rows[text]].tolist()
        return {
            "rows": self.rows[part],
            "offsets": bounds - bounds[0],
            "story": self.story[inside],
            "kind": places.kinds[rows],
            "wording": places.wordings[rows],
            "text": self.texts[inside],
            "firsts": text,
            "texts": [columns.corpus.slice(*place) for place in bytes_],
            "told": told,
            "evidence": words,
        }


def opened(report: Report, kept: Kept, story_rows: I64, texts: I64) -> Opened:
    """Make the families of `kept` ready.

    story_rows: int64 (stories,), the number in the list of each story.
    texts: as `text_numbers` gives them.
    """
    columns = report.columns
    places, offsets = rows_at(columns.places.offsets, kept.families[kept.opened])
    if kept.occurrences >= 0:
        rank = np.arange(len(places)) - np.repeat(offsets[:-1], sizes_of(offsets))
        stays = rank < kept.occurrences
        places = places[stays]
        sizes = np.minimum(sizes_of(offsets), kept.occurrences)
        offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    numbers = texts[places]
    fresh = first_of_text(numbers, offsets)
    fresh[offsets[:-1]] = False
    of_story = columns.paragraphs.stories[columns.places.paragraphs[places]]
    return Opened(
        report, np.flatnonzero(kept.opened), places, offsets, story_rows[of_story], numbers, fresh
    )

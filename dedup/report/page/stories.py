"""What a page shows of a story: its text as published, and where each family stands in it.

A passage is `same` as a whole; of an edited or partial one the shared runs are told, since the
words between them are its own. A run is known as words of a text where it was first seen; here it
becomes characters of this story, whose spelling may differ.

Time O(text), with a sort of the occurrences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.kernels import I64
from dedup.kinds import EDITED, PARTIAL
from dedup.report.columns import Columns
from dedup.report.page.blocks import ragged
from dedup.report.page.kept import Kept
from dedup.tokens import tokenise

if TYPE_CHECKING:
    from dedup.report.model import Report


@dataclass(frozen=True, eq=False, slots=True)
class Readable:
    """The stories that can be read, ready to be cut into blocks.

    stories: int64 (stories,), positions in the corpus. rows: their numbers in the list.
    places: int64 (marks,), rows of columns.places, story after story, by where they begin.
    offsets: int64 (stories + 1,). families: int64 (marks,), numbers in the list.
    texts: int64 (marks,), which of its family's texts each is.
    spans: int64 (marks, 2), characters.
    runs: int64 (runs, 2), characters. run_offsets: int64 (marks + 1,).
    paragraphs: int64 (paragraphs,). paragraph_offsets: int64 (stories + 1,).
    """

    columns: Columns
    stories: I64
    rows: I64
    places: I64
    offsets: I64
    families: I64
    texts: I64
    spans: I64
    runs: I64
    run_offsets: I64
    paragraphs: I64
    paragraph_offsets: I64

    @property
    def sizes(self) -> I64:
        """About how many bytes each story takes."""
        corpus = self.columns.corpus
        return np.asarray((corpus.ends - corpus.starts)[self.stories] + 100, dtype=np.int64)

    def block(self, part: slice) -> dict[str, Any]:
        """Some of the stories, as a page reads them."""
        columns = self.columns
        bounds = self.offsets[part.start : part.stop + 1]
        marks = slice(int(bounds[0]), int(bounds[-1]))
        run_bounds = self.run_offsets[marks.start : marks.stop + 1]
        runs = self.runs[run_bounds[0] : run_bounds[-1]]
        rows = self.places[marks]
        cuts = self.paragraph_offsets[part.start : part.stop + 1]
        spans = columns.paragraph_spans[self.paragraphs[cuts[0] : cuts[-1]]]
        return {
            "rows": self.rows[part],
            "texts": [columns.corpus.text(story) for story in self.stories[part].tolist()],
            "paragraphs": cuts - cuts[0],
            "starts": np.ascontiguousarray(spans[:, 0]),
            "ends": np.ascontiguousarray(spans[:, 1]),
            "offsets": bounds - bounds[0],
            "family": self.families[marks],
            "start": np.ascontiguousarray(self.spans[marks, 0]),
            "end": np.ascontiguousarray(self.spans[marks, 1]),
            "kind": columns.places.kinds[rows],
            "wording": columns.places.wordings[rows],
            "text": self.texts[marks],
            "runs": run_bounds - run_bounds[0],
            "run_starts": np.ascontiguousarray(runs[:, 0]),
            "run_ends": np.ascontiguousarray(runs[:, 1]),
        }


def readable(report: Report, kept: Kept, family_rows: I64, texts: I64) -> Readable:
    """Make the stories of `kept` ready.

    family_rows: int64 (families,), the number in the list of each family.
    texts: int64 (occurrences,), which of its family's texts each is.
    """
    columns = report.columns
    stories = kept.stories[kept.with_text]
    of_story = columns.paragraphs.stories[columns.places.paragraphs]
    table = report.to_arrow()["occurrences"]
    spans = np.stack((table["start"].to_numpy(), table["end"].to_numpy()), axis=1)
    order = np.lexsort((-spans[:, 1], spans[:, 0], of_story))
    everyone = np.arange(len(columns.corpus) + 1)
    marked, offsets = ragged(np.searchsorted(of_story[order], everyone), stories)
    places = order[marked]
    runs, run_offsets = _runs(columns, places)
    bounds = np.searchsorted(columns.paragraphs.stories, everyone)
    paragraphs, paragraph_offsets = ragged(bounds, stories)
    return Readable(
        columns=columns,
        stories=stories,
        rows=np.flatnonzero(kept.with_text),
        places=places,
        offsets=offsets,
        families=family_rows[columns.places.families[places]],
        texts=texts[places],
        spans=spans[places],
        runs=runs,
        run_offsets=run_offsets,
        paragraphs=paragraphs,
        paragraph_offsets=paragraph_offsets,
    )


def _runs(columns: Columns, places: I64) -> tuple[I64, I64]:
    """The shared runs of each edited or partial occurrence in characters, and their offsets."""
    held, paragraphs = columns.places, columns.paragraphs
    kinds, matches = held.kinds[places], held.matches[places]
    chosen = np.flatnonzero(((kinds == EDITED) | (kinds == PARTIAL)) & (matches >= 0))
    rows = places[chosen]
    found = columns.matches.found
    tiles, bounds = ragged(found.offsets, matches[chosen])
    owners = np.repeat(np.arange(len(chosen)), np.diff(bounds))
    at = held.paragraphs[rows]
    tokens = tokenise(
        columns.corpus.buffer, paragraphs.starts[at], paragraphs.ends[at], columns.fold
    )
    first = tokens.offsets[owners] + found.tiles[tiles, 1]
    last = first + found.tiles[tiles, 2] - 1
    passage = columns.place_bytes[rows[owners]]
    starts = np.maximum(tokens.starts[first], passage[:, 0])
    ends = np.minimum(tokens.ends[last], passage[:, 1])
    inside = np.flatnonzero(starts < ends)
    inside = inside[np.lexsort((starts[inside], owners[inside]))]
    bytes_ = np.stack((starts[inside], ends[inside]), axis=1).reshape(-1)
    of_story = np.repeat(paragraphs.stories[at[owners[inside]]], 2)
    counts = np.bincount(chosen[owners[inside]], minlength=len(places))
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
    return columns.to_characters(of_story, bytes_).reshape(-1, 2), offsets

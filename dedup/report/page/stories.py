"""What a page shows of a story: its text as published, and where each family stands in it.

What is recycled is told by runs (runs.py), apart from the passages that families make of it: the
words between two runs of an edited passage are its own.

Time O(text), with a sort of the occurrences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.kernels import I64
from dedup.ragged import rows_at
from dedup.report.columns import Columns
from dedup.report.page.kept import Kept
from dedup.report.page.runs import recycled_runs

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
    paragraphs: int64 (paragraphs,), story after story. paragraph_offsets: int64 (stories + 1,).
    runs: int64 (runs, 2), characters. run_offsets: int64 (stories + 1,).
    """

    columns: Columns
    stories: I64
    rows: I64
    places: I64
    offsets: I64
    families: I64
    texts: I64
    spans: I64
    paragraphs: I64
    paragraph_offsets: I64
    runs: I64
    run_offsets: I64

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
        run_bounds = self.run_offsets[part.start : part.stop + 1]
        runs = self.runs[run_bounds[0] : run_bounds[-1]]
        rows = self.places[marks]
        cuts = self.paragraph_offsets[part.start : part.stop + 1]
        spans = columns.paragraph_spans[self.paragraphs[cuts[0] : cuts[-1]]]
        return {
            "rows": self.rows[part],
            "texts": [columns.corpus.text(story) for story in self.stories[part].tolist()],
            "paragraphs": cuts - cuts[0],
            "gaps": _gaps(spans, cuts - cuts[0]),
            "sizes": _sizes(spans),
            "offsets": bounds - bounds[0],
            "family": self.families[marks],
            "start": np.ascontiguousarray(self.spans[marks, 0]),
            "size": _sizes(self.spans[marks]),
            "kind": columns.places.kinds[rows],
            "wording": columns.places.wordings[rows],
            "text": self.texts[marks],
            "runs": run_bounds - run_bounds[0],
            "run_gaps": _gaps(runs, run_bounds - run_bounds[0]),
            "run_sizes": _sizes(runs),
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
    marked, offsets = rows_at(np.searchsorted(of_story[order], everyone), stories)
    places = order[marked]
    bounds = np.searchsorted(columns.paragraphs.stories, everyone)
    paragraphs, paragraph_offsets = rows_at(bounds, stories)
    runs, run_offsets = recycled_runs(columns, paragraphs)
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
        run_offsets=run_offsets[paragraph_offsets],
        paragraphs=paragraphs,
        paragraph_offsets=paragraph_offsets,
    )


def _sizes(spans: I64) -> I64:
    return np.ascontiguousarray(spans[:, 1] - spans[:, 0])


def _gaps(spans: I64, bounds: I64) -> I64:
    """The distance of each span from the end of the one before it in its story."""
    before = np.concatenate((np.zeros(1, dtype=np.int64), spans[:-1, 1]))[: len(spans)]
    before[bounds[:-1][bounds[:-1] < len(spans)]] = 0
    return np.ascontiguousarray(spans[:, 0] - before)

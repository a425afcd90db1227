"""The pairs of a corpus as a table: which story, which paragraph, how alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.characters import Characters, characters
from dedup.errors import BadSetting, quoted
from dedup.kernels import I64
from dedup.pairs import Pairs, Progress, search
from dedup.paragraphs import Paragraphs, split
from dedup.settings import CLASSIC, Settings
from dedup.stories import Corpus
from dedup.strings import Spans

if TYPE_CHECKING:
    import pyarrow as pa

UNITS = ("stories", "paragraphs")


@dataclass(frozen=True, eq=False)
class Listing:
    """The pairs of a corpus.

    pairs: of stories, in the order in which they were first seen, or of paragraphs, in the order of
        their stories.
    paragraphs: where these are, if pairs are of paragraphs.
    """

    corpus: Corpus
    pairs: Pairs
    paragraphs: Paragraphs | None = None

    @property
    def unit(self) -> str:
        """What is paired."""
        return UNITS[self.paragraphs is not None]

    def text(self, position: int) -> str:
        """The text of a story or paragraph."""
        if self.paragraphs is None:
            return self.corpus.text(position)
        start, end = self.paragraphs.starts[position], self.paragraphs.ends[position]
        return self.corpus.slice(int(start), int(end))

    def story(self, position: int) -> int:
        """The story that it is or is in."""
        return position if self.paragraphs is None else int(self.paragraphs.stories[position])

    def to_arrow(self, rows: slice = slice(None)) -> pa.Table:
        """A row a pair, its left side first published; docs/pairs.md says what each column is."""
        import pyarrow as pa

        columns = {
            **self._side("left", self.pairs.left[rows]),
            **self._side("right", self.pairs.right[rows]),
            "jaccard": self.pairs.jaccard[rows],
        }
        return pa.table(columns)

    @cached_property
    def _characters(self) -> Characters:
        return characters(self.corpus.buffer)

    def _side(self, side: str, positions: I64) -> dict[str, Any]:
        import pyarrow as pa

        paragraphs = self.paragraphs
        if paragraphs is None:
            return {f"{side}_story": self.corpus.ids.take(pa.array(positions))}
        stories = paragraphs.stories[positions]
        places = np.stack((paragraphs.starts[positions], paragraphs.ends[positions]), axis=1)
        before = self._characters.before
        spans = before(places) - before(self.corpus.starts[stories])[:, None]
        return {
            f"{side}_story": self.corpus.ids.take(pa.array(stories)),
            f"{side}_paragraph": positions - np.searchsorted(paragraphs.stories, stories),
            f"{side}_start": spans[:, 0],
            f"{side}_end": spans[:, 1],
        }


def list_pairs(
    corpus: Corpus,
    settings: Settings = CLASSIC,
    *,
    unit: str = "stories",
    progress: Progress | None = None,
) -> Listing:
    """Find the near-duplicate pairs among the stories of a corpus, or among their paragraphs.

    Raises:
        BadSetting: the settings cannot be met, or there is no such unit.
    """
    if unit not in UNITS:
        raise BadSetting(f"unit is {quoted(unit)}", remedy=f"Choose from {', '.join(UNITS)}.")
    if unit == "stories":
        spans = Spans(corpus.buffer, corpus.starts, corpus.ends)
        return Listing(corpus, search(spans, settings, progress))
    paragraphs = split(corpus.buffer, corpus.starts, corpus.ends)
    spans = Spans(corpus.buffer, paragraphs.starts, paragraphs.ends)
    return Listing(corpus, search(spans, settings, progress), paragraphs)

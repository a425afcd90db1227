"""What a report holds, one value a thing: passages, occurrences, families, matches, stories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, overload

Row = TypeVar("Row")
_AHEAD = 1024  # rows made at a time while a sequence is walked through


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one story.

    paragraph: its number in the story, from 0.
    start, end: characters of the story's text, half-open.
    """

    story: str
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place where a family stands.

    kind: what it is to the first text of its wording: first, same, edited or partial; `rewritten`
        if it is the first text of a later wording, and so to the text that it retells.
    wording: its number in the family, from 0.
    jaccard: of its shingles and that text's.
    containment: the part of its shingles that that text has.
    first_containment: the part of that text's shingles that it has.
    evidence: of a retelling, the heaviest words that it has from the text it retells.
    """

    passage: Passage
    headline: str
    source: str
    published: datetime | None
    kind: str
    wording: int
    jaccard: float
    containment: float
    first_containment: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """One paragraph, its copies and retellings, in the order of publication.

    id: the same wherever the first text is the same.
    kind: of the copy that is closest to the first text.
    text: the first text. words: how many it has.
    wordings: in how many ways it is told.
    stories, sources: how many carry it.
    """

    id: str
    kind: str
    text: str
    words: int
    wordings: int
    stories: int
    sources: int
    occurrences: tuple[Occurrence, ...]

    @property
    def first_seen(self) -> Occurrence:
        """Its earliest occurrence in this corpus; where it truly comes from may lie outside."""
        return self.occurrences[0]


@dataclass(frozen=True, slots=True)
class Match:
    """Two paragraphs of two stories, the left one published first.

    jaccard: shared shingles as a part of all, exact. left_containment: the part of the left
        paragraph's shingles that the right one has; right_containment likewise.
    runs: what is copied, as (left start, left end, right start, right end) in characters.
    evidence: of a retelling, the heaviest words that the right paragraph has from the left one.
    """

    kind: str
    left: Passage
    right: Passage
    jaccard: float
    left_containment: float
    right_containment: float
    runs: tuple[tuple[int, int, int, int], ...]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryShare:
    """How much of one story was seen before.

    furniture_words: words of short lines that stand in other stories too; they count neither as
        recycled nor as new.
    recycled: recycled words as a part of the words that are no furniture.
    """

    id: str
    headline: str
    source: str
    published: datetime | None
    paragraphs: int
    words: int
    recycled_words: int
    furniture_words: int
    recycled: float

    @property
    def new(self) -> float:
        """The share of the story that was not seen before."""
        return 1 - self.recycled


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two whole stories that are mostly the same text, the left one published first.

    group: the earliest story that the right one is a near-duplicate of.
    """

    left: str
    right: str
    group: str
    jaccard: float
    left_containment: float
    right_containment: float


@dataclass(frozen=True, slots=True)
class PastedRun:
    """Words that a page pasted into paragraphs that are otherwise unlike.

    paragraphs: how many distinct ones were set side by side because of it.
    story, headline, source, published: the first story with it.
    """

    paragraphs: int
    story: str
    headline: str
    source: str
    published: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures that open a report.

    recycled: recycled words as a part of all words that are no furniture.
    wordings: ways of telling a family beyond its first.
    templates: pairs. frames: the sentences they are made after.
    furniture: runs of words that pages pasted into paragraphs.
    expected_recall: share of the pairs at the LSH's threshold that it is expected to find; the
        passage lookup finds more.
    replaced: stories left out because a higher version is there.
    """

    stories: int
    empty_stories: int
    sources: int
    first_published: datetime | None
    last_published: datetime | None
    paragraphs: int
    words: int
    recycled_words: int
    furniture_words: int
    recycled: float
    families: int
    families_by_kind: Mapping[str, int]
    wordings: int
    matches: int
    templates: int
    frames: int
    furniture: int
    near_duplicate_pairs: int
    near_duplicate_groups: int
    expected_recall: float
    skipped: int
    replaced: int


class Rows(Sequence[Row]):
    """Objects made from table rows when they are asked for."""

    def __init__(self, count: int, make: Callable[[int, int], list[Row]]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        chosen = range(self._count)[index]
        if isinstance(chosen, int):
            return self._make(chosen, chosen + 1)[0]
        return [self[k] for k in chosen]

    def __iter__(self) -> Iterator[Row]:
        for start in range(0, self._count, _AHEAD):
            yield from self._make(start, min(start + _AHEAD, self._count))

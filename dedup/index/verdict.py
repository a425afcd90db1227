"""What is said of one story: paragraph by paragraph, what of it was seen before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

NEW, FURNITURE = "new", "furniture"


@dataclass(frozen=True, slots=True)
class Origin:
    """A story in the index."""

    story: str
    headline: str
    source: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The earlier paragraph that one of the story is most like.

    kind: what the later one is to it; of several earlier ones the first of the closest kind.
    paragraph: its number in its story, from 0. start, end: its characters there.
    runs: what is copied, as (its start, its end, own start, own end) in characters of both stories.
    containment: the part of the story's paragraph that it has; own_containment: the part of it that
        the story's paragraph has; jaccard: shared shingles as a part of all.
    text: the earlier paragraph, or nothing where the index keeps no texts.
    evidence: where it is retold, the heaviest words in common.
    """

    kind: str
    origin: Origin
    paragraph: int
    start: int
    end: int
    runs: tuple[tuple[int, int, int, int], ...]
    jaccard: float
    containment: float
    own_containment: float
    text: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One paragraph of the story.

    start, end: characters of the story's text.
    kind: same, edited, partial, rewritten or template, as `match` has it; `new` where nothing
        earlier is like it; `furniture` where it is too short to be matched and stands elsewhere.
    recycled_words: those that stand in an earlier story.
    family: the id of the family it is part of, as in a report, or nothing.
    first_seen: where the first text of that family was first seen; the story itself may be it.
    further: other places of the family in the index, its first one among them.
    """

    paragraph: int
    start: int
    end: int
    words: int
    recycled_words: int
    kind: str
    family: str = ""
    first_seen: Origin | None = None
    further: int = 0
    match: Earlier | None = None


@dataclass(frozen=True, slots=True)
class AlikeStory:
    """A whole story in the index that is mostly the same text.

    containment: the part of the story's shingles that it has; own_containment: the part of its
    shingles that the story has.
    """

    origin: Origin
    jaccard: float
    containment: float
    own_containment: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of a story was seen before.

    words, recycled_words, furniture_words, recycled: as in a report's row of the story.
    near_duplicates: stories that are mostly the same text, the earliest first.
    complete: whether all that is near was looked at; of a paragraph with very many variants only
        the earliest are, and `further` counts no more than those.
    """

    story: str
    words: int
    recycled_words: int
    furniture_words: int
    recycled: float
    paragraphs: tuple[Seen, ...]
    near_duplicates: tuple[AlikeStory, ...]
    complete: bool

    @property
    def new(self) -> float:
        """The share of the story that was not seen before."""
        return 1 - self.recycled

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return asdict(self)

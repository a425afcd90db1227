"""Stories on their way into the index, or to be compared with it; and the order of all stories.

The order is that of a corpus (stories.py): by date, version and id, ids in counting order where all
of them are whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.errors import BadInput, quoted
from dedup.kernels import I64, U8
from dedup.stories import EPOCH, UNDATED, Corpus, Story, batch_of_stories

if TYPE_CHECKING:
    import pyarrow as pa

Order = tuple[int, int, int, str]
_LONGEST = 2**31 - 1  # bytes of a story


@dataclass(frozen=True, eq=False, slots=True)
class Incoming:
    """Stories with different ids, as lists; their texts are starts[k]:ends[k] of `buffer`.

    published: microseconds since 1970, or UNDATED.
    came: of each, all its versions that came, in their order; the highest is what is here.
    replaced: of each, how many were left out for another.
    """

    ids: list[str]
    versions: list[int]
    published: list[int]
    headlines: list[str]
    sources: list[str]
    came: list[tuple[int, ...]]
    replaced: list[int]
    buffer: U8
    starts: I64
    ends: I64

    def __len__(self) -> int:
        return len(self.ids)

    def text(self, k: int) -> bytes:
        """The text of one story."""
        return self.buffer[int(self.starts[k]) : int(self.ends[k])].tobytes()

    def take(self, chosen: Sequence[int]) -> Incoming:
        """Some of them, in this order."""
        index = np.array(chosen, dtype=np.int64)
        lists = (self.ids, self.versions, self.published, self.headlines, self.sources)
        ids, versions, published, headlines, sources = ([one[k] for k in chosen] for one in lists)
        return Incoming(
            ids, versions, published, headlines, sources,  # type: ignore[arg-type]
            [self.came[k] for k in chosen], [self.replaced[k] for k in chosen], self.buffer,
            self.starts[index], self.ends[index],
        )  # fmt: skip

    def cut(self, start: int, end: int) -> Incoming:
        """Consecutive ones, with no more text than theirs."""
        part = self.take(range(start, min(end, len(self))))
        if not len(part):
            return part
        low, high = int(part.starts.min()), int(part.ends.max())
        if high - low > 4 * int((part.ends - part.starts).sum()):
            low, high = 0, len(self.buffer)
        return Incoming(
            part.ids, part.versions, part.published, part.headlines, part.sources, part.came,
            part.replaced, self.buffer[low:high], part.starts - low, part.ends - low,
        )  # fmt: skip


def of_story(story: Story) -> Incoming:
    """One story.

    Raises:
        BadInput: it is none, or a field of it is of another type.
    """
    return _plain(story) or of_table(batch_of_stories([story], "the story given").table)


def _plain(story: object) -> Incoming | None:
    """A story in no doubt, without the way through a table."""
    if not isinstance(story, Story):
        return None
    names = (story.id, story.text, story.headline, story.source)
    if not all(isinstance(one, str) for one in names) or not isinstance(story.version, int):
        return None
    moment = UNDATED
    if story.published is not None:
        try:
            aware = story.published
            aware = aware if aware.tzinfo else aware.replace(tzinfo=EPOCH.tzinfo)
            gone = aware - EPOCH
        except (AttributeError, TypeError):
            return None
        moment = (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds
    try:
        text = story.text.encode()
        "".join((story.id, story.headline, story.source)).encode()
    except UnicodeEncodeError:
        return None
    if not -(2**31) <= story.version < 2**31 or len(text) > _LONGEST:
        return None
    return Incoming(
        [story.id], [int(story.version)], [int(moment)], [story.headline], [story.source],
        [(int(story.version),)], [0],
        np.frombuffer(text, dtype=np.uint8), np.zeros(1, np.int64), np.array([len(text)], np.int64),
    )  # fmt: skip


def of_corpus(corpus: Corpus) -> Incoming:
    """All stories of a corpus.

    Raises:
        BadInput: one is longer than can be stored.
    """
    ids = corpus.ids.to_pylist()
    sizes = corpus.ends - corpus.starts
    if len(sizes) and int(sizes.max()) > _LONGEST:
        raise BadInput(
            f"story {quoted(ids[int(sizes.argmax())])} is longer than 2 GB", remedy="Cut it up."
        )
    versions = corpus.versions.tolist()
    came = [corpus.came.get(k, (version,)) for k, version in enumerate(versions)]
    return Incoming(
        ids,
        versions,
        corpus.published.tolist(),
        corpus.headlines.to_pylist(),
        corpus.sources.to_pylist(),
        came,
        [len(one) - 1 for one in came],
        corpus.buffer,
        corpus.starts,
        corpus.ends,
    )


def of_table(table: pa.Table) -> Incoming:
    """All rows of a table of stories (`stories.schema()`), of each id the last highest version."""
    ids = table["id"].to_pylist()
    versions = table["version"].fill_null(0).to_pylist()
    published = table["published"].cast("int64").fill_null(int(UNDATED)).to_pylist()
    kept: dict[str, int] = {}
    earliest: dict[str, int] = {}
    came: dict[str, tuple[int, ...]] = {}
    for row, name in enumerate(ids):
        first = kept.setdefault(name, row)
        earliest[name] = min(published[row], earliest.get(name, published[row]))
        came[name] = (*came.get(name, ()), versions[row])
        if versions[row] >= versions[first]:
            kept[name] = row
    buffer, offsets = _text_buffer(table["text"])
    everything = Incoming(
        ids, versions, [earliest[name] for name in ids], table["headline"].to_pylist(),
        table["source"].to_pylist(), [came[name] for name in ids],
        [left_for_another(came[name]) for name in ids], buffer, offsets[:-1], offsets[1:],
    )  # fmt: skip
    return everything.take(sorted(kept.values()))


def _text_buffer(column: pa.ChunkedArray) -> tuple[U8, I64]:
    """The bytes of texts end to end, and their offsets."""
    texts = [text.encode() for text in column.to_pylist()]
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    return np.frombuffer(b"".join(texts), dtype=np.uint8), offsets


def left_for_another(came: Sequence[int]) -> int:
    """How many of the versions that came, in their order, were left out for another one.

    One that is equal to the newest takes its place, and none is left out.
    """
    newest, count = came[0], 0
    for version in came[1:]:
        count += version != newest
        newest = max(newest, version)
    return count


def order_of(published: int, version: int, name: str, *, counted: bool) -> Order:
    """By what a story is sorted.

    counted: whether the ids of all stories are whole numbers.
    """
    return published, version, len(name) if counted else 0, name

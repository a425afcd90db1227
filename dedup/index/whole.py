"""All stories of an index at once: as a corpus, in figures; and many at once on their way in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from dedup.errors import BadInput
from dedup.index import merging
from dedup.index.content import unpack
from dedup.index.incoming import Incoming, of_corpus, of_table
from dedup.index.view import View
from dedup.pipeline import Source, corpus_from
from dedup.scratch import Scratch
from dedup.stories import UNDATED, Batch, Corpus, batch_of_stories, corpus_of, moment, schema

STORIES, BYTES = 2_000, 6_000_000  # of a transaction, at most
_FIRST = 5  # times as many of the first
MEMORY = 256 << 20  # bytes: texts of more than an eighth of it are read into a temporary file


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures on an index.

    texts: distinct paragraphs that are long enough to be matched; words: of those.
    bytes: of the file and of what is beside it.
    postings, lists: what texts are found by, and in how many sorted lists on disk that is.
    """

    stories: int
    sources: int
    first_published: datetime | None
    last_published: datetime | None
    paragraphs: int
    texts: int
    words: int
    bytes: int
    postings: int
    lists: int
    schema: int
    keeps_text: bool

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return asdict(self)


def stats(connection: sqlite3.Connection, view: View, path: Path) -> Stats:
    """The figures on an index."""
    stories, sources, first = connection.execute(
        "SELECT count(*), count(DISTINCT nullif(source, '')), min(published) FROM story"
    ).fetchone()
    last = connection.execute(
        "SELECT max(published) FROM story WHERE published < ?", (int(UNDATED),)
    ).fetchone()[0]
    paragraphs = connection.execute("SELECT coalesce(sum(again + 1), 0) FROM text").fetchone()[0]
    beside = (path.with_name(path.name + end) for end in ("", "-wal"))
    postings = sum(segment.size for segment in view.segments) + sum(map(len, view.recent))
    return Stats(
        stories=stories,
        sources=sources,
        first_published=None if first is None else moment(first),
        last_published=None if last is None else moment(last),
        paragraphs=paragraphs,
        texts=view.texts,
        words=int(view.meta["words"]),
        bytes=sum(one.stat().st_size for one in beside if one.exists()),
        postings=postings,
        lists=merging.lists(view.segments),
        schema=connection.execute("PRAGMA user_version").fetchone()[0],
        keeps_text=bool(view.meta["keep_text"]),
    )


def whole(connection: sqlite3.Connection, where: str) -> Corpus:
    """All stories as a corpus.

    Raises:
        BadInput: the index keeps no texts.
    """
    import pyarrow as pa

    columns: dict[str, list[Any]] = {name: [] for name in schema().names}
    replaced = 0
    for name, version, published, headline, source, older, held in connection.execute(
        "SELECT id, version, published, headline, source, replaced, text FROM story"
    ):
        text = unpack(held, where).text
        if text is None:
            raise BadInput(
                "the index keeps no texts, so that it cannot be scanned",
                where=where,
                remedy="Build one that keeps them.",
            )
        row = (name, text, headline, source, None if published == UNDATED else published, version)
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
        replaced += older
    texts = pa.array(columns["text"], pa.large_binary()).cast(pa.large_string())
    moments = pa.array(columns["published"], pa.int64()).cast(pa.timestamp("us", "UTC"))
    table = pa.table({**columns, "text": texts, "published": moments}, schema=schema())
    return replace(corpus_of([Batch(table, where)]), replaced=replaced)


def arriving(
    source: Source,
    scratch: Scratch,
    *,
    fields: Mapping[str, str] | None,
    encoding: str,
    skip_bad: bool,
) -> Iterator[Incoming]:
    """The stories of a source: files and tables at once, a stream of stories in parts.

    scratch: where the texts of files stand.
    """

    def read(given: Source) -> Incoming:
        return of_corpus(
            corpus_from(given, fields=fields, encoding=encoding, skip_bad=skip_bad, scratch=scratch)
        )

    if not _is_stream(source):
        yield read(source)
        return
    given: Iterator[Any] = iter(source)  # type: ignore[arg-type]
    first = list(islice(given, 1))
    if first and isinstance(first[0], str | Path):
        yield read([*first, *given])
        return
    while first or (first := list(islice(given, 1))):
        part = [*first, *islice(given, STORIES - 1)]
        yield of_table(batch_of_stories(part).table)
        first = []


def _is_stream(source: object) -> bool:
    return (
        isinstance(source, Iterable)
        and not isinstance(source, str | Path)
        and not hasattr(source, "__arrow_c_stream__")
    )


def portions(incoming: Incoming, *, empty: bool) -> Iterator[tuple[int, int]]:
    """Where to cut stories, so that each part makes one transaction.

    empty: whether they come into an empty index. Then the first part is larger: what comes first is
        counted anew each time that slots get more bits (words.py), and so that is seldomer.
    """
    sizes = np.cumsum(incoming.ends - incoming.starts)
    start, count, times = 0, len(incoming), _FIRST if empty else 1
    while start < count:
        before = int(sizes[start - 1]) if start else 0
        end = int(np.searchsorted(sizes, before + times * BYTES, side="right"))
        end = min(max(end, start + 1), start + times * STORIES, count)
        yield start, end
        start, times = end, 1

"""Stories, and the corpus they make.

A corpus is one byte buffer of UTF-8 text and columns beside it; no Python object stands for a
story. Stories are kept in the order they were first seen: by `published`, then `version`, then
`id`, those without a date last. So a story's position is its rank, the lower of two positions is
the earlier story, and the order in which files were read changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.errors import BadInput, quoted
from dedup.scratch import Growing, Scratch

if TYPE_CHECKING:
    import pyarrow as pa

UNDATED = np.iinfo(np.int64).max
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """One story as a newsroom holds it.

    id: its name in the corpus, unlike every other.
    published: when it was first published; without a time zone it is taken as UTC.
    version: of two stories with one id, the higher version replaces the lower, and counts as seen
        when the earliest was published.
    """

    id: str
    text: str
    headline: str = ""
    source: str = ""
    published: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or record that was left out because it could not be read, and why."""

    where: str
    what: str


@dataclass(frozen=True, eq=False)
class Batch:
    """Stories from one origin, as a table with the columns of `schema()`."""

    table: pa.Table
    origin: str = "stories"


@dataclass(frozen=True, eq=False)
class Corpus:
    """Stories in the order they were first seen.

    buffer: uint8 (bytes,), valid UTF-8.
    starts, ends: int64 (stories,), the bytes of each story's text in `buffer`.
    published: int64 (stories,), microseconds since 1970 in UTC, or UNDATED.
    versions: int32 (stories,).
    ids, headlines, sources: Arrow large_string (stories,).
    skipped: what was left out while reading.
    replaced: stories left out because a higher version of the same id is there.
    came: the versions of each story that came in several, by its position, in their order.
    fields: for each origin, which of its fields served as what.
    """

    buffer: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    published: NDArray[np.int64]
    versions: NDArray[np.int32]
    ids: pa.LargeStringArray
    headlines: pa.LargeStringArray
    sources: pa.LargeStringArray
    skipped: tuple[Skipped, ...] = ()
    replaced: int = 0
    came: dict[int, tuple[int, ...]] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column in (self.buffer, self.starts, self.ends, self.published, self.versions):
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, story: int) -> str:
        """The text of the story at this position."""
        return self.slice(int(self.starts[story]), int(self.ends[story]))

    def stories(self) -> Iterator[Story]:
        """Each as an object."""
        columns = (one.to_pylist() for one in (self.ids, self.headlines, self.sources))
        for k, (name, headline, source) in enumerate(zip(*columns, strict=True)):
            version = int(self.versions[k])
            yield Story(name, self.text(k), headline, source, self.date(k), version)

    def slice(self, start: int, end: int) -> str:
        """The text between two byte positions of `buffer`."""
        return self.buffer[start:end].tobytes().decode()

    def date(self, story: int) -> datetime | None:
        """When the story at this position was published, in UTC."""
        return moment(int(self.published[story]))


def moment(micros: int) -> datetime | None:
    """A time in UTC, from microseconds since 1970, or UNDATED."""
    return None if micros == UNDATED else EPOCH + timedelta(microseconds=micros)


def schema() -> pa.Schema:
    """The columns every reader delivers; `published` and `version` may hold nulls."""
    import pyarrow as pa

    return pa.schema(
        [
            ("id", pa.large_string()),
            ("text", pa.large_string()),
            ("headline", pa.large_string()),
            ("source", pa.large_string()),
            ("published", pa.timestamp("us", tz="UTC")),
            ("version", pa.int32()),
        ]
    )


def batch_of_stories(stories: Iterable[Story | tuple[str, str]], origin: str = "stories") -> Batch:
    """Take stories, or pairs of id and text, from Python.

    Raises:
        BadInput: an element is neither, or a field of it is of another type.
    """
    import pyarrow as pa

    columns: dict[str, list[Any]] = {name: [] for name in schema().names}
    for number, given in enumerate(stories, 1):
        story = _as_story(given, f"{origin}, story {number}")
        columns["id"].append(story.id)
        columns["text"].append(story.text)
        columns["headline"].append(story.headline)
        columns["source"].append(story.source)
        columns["published"].append(_utc(story.published))
        columns["version"].append(story.version)
    try:
        return Batch(pa.table(columns, schema=schema()), origin)
    except (pa.ArrowException, UnicodeEncodeError, OverflowError) as error:
        raise BadInput(
            f"a field cannot be stored ({error})",
            where=origin,
            remedy="Texts are Unicode without lone surrogates; a version is a whole number.",
        ) from error


def _as_story(given: object, where: str) -> Story:
    if isinstance(given, tuple) and len(given) == 2:
        given = Story(*given)
    if not isinstance(given, Story):
        raise BadInput(
            f"{type(given).__name__} is not a story",
            where=where,
            remedy="Pass Story objects or pairs of (id, text).",
        )
    for name in ("id", "text", "headline", "source"):
        value = getattr(given, name)
        if not isinstance(value, str):
            raise BadInput(
                f"{name} is of type {type(value).__name__}", where=where, remedy="Pass a str."
            )
    if not isinstance(given.published, datetime | None):
        raise BadInput(
            f"published is of type {type(given.published).__name__}",
            where=where,
            remedy="Pass a datetime or None.",
        )
    return given


def _utc(published: datetime | None) -> datetime | None:
    if published is None or published.tzinfo is not None:
        return published
    return published.replace(tzinfo=UTC)


def corpus_of(
    batches: Sequence[Batch],
    *,
    scratch: Scratch | None = None,
    skip_bad: bool = False,
    skipped: Sequence[Skipped] = (),
    fields: dict[str, dict[str, str]] | None = None,
) -> Corpus:
    """Join batches into one corpus, in the order the stories were first seen.

    The texts are not copied when they come as one batch; of several, one copy is made.

    Raises:
        BadInput: two stories have one id and one version (with skip_bad the first stays).
    """
    import pyarrow as pa

    tables = [batch.table for batch in batches] or [schema().empty_table()]
    table = pa.concat_tables(tables)
    table = table.set_column(table.column_names.index("id"), "id", _column(table["id"]))
    once = _stand_once(table["id"])
    table = table if once else _first_published(table)
    order = _first_seen_order(table)
    rows, repeats, came = (order, [], {}) if once else _one_a_id(table, order)
    left_out = list(skipped)
    for row, first in repeats:
        fault = _repeated_id(table, batches, row, first)
        if not skip_bad:
            raise fault
        left_out.append(Skipped(fault.where, fault.what))
    buffer, starts, ends = _text_buffer(table["text"], scratch or Scratch())
    small = table.drop_columns(["text"]).combine_chunks()
    if len(rows) < len(table) or np.any(np.diff(rows) != 1):
        small = small.take(pa.array(rows)).combine_chunks()
    return Corpus(
        buffer=buffer,
        starts=starts[rows],
        ends=ends[rows],
        published=_micros(small["published"]),
        versions=_integers(small["version"], 0).astype(np.int32),
        ids=_column(small["id"]),
        headlines=_column(small["headline"]),
        sources=_column(small["source"]),
        skipped=tuple(left_out),
        replaced=sum(map(len, came.values())) - len(came),
        came=came,
        fields=fields or {},
    )


def _stand_once(ids: pa.ChunkedArray) -> bool:
    """Whether each id stands once; no Python object is made of any."""
    import pyarrow.compute as pc

    column = _column(ids)
    if pc.all(pc.less(column[:-1], column[1:])).as_py():  # in order, as ids mostly are
        return True
    return bool(pc.count_distinct(column).as_py() == len(column))


def _first_published(table: pa.Table) -> pa.Table:
    """The table with each story's date that of its earliest version, which was seen first."""
    import pyarrow as pa

    ids = table["id"].to_pylist()
    published = _micros(table["published"])
    earliest: dict[str, int] = {}
    for name, moment in zip(ids, published.tolist(), strict=True):
        earliest[name] = min(moment, earliest.get(name, moment))
    moments = np.array([earliest[name] for name in ids], dtype=np.int64)
    column = pa.array(moments, mask=moments == UNDATED).cast(table.schema.field("published").type)
    return table.set_column(table.column_names.index("published"), "published", column)


def _first_seen_order(table: pa.Table) -> NDArray[np.int64]:
    """Rows by published, version and id; ids that are whole numbers stand in counting order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = _column(table["id"])
    counting = pc.all(pc.utf8_is_decimal(ids)).as_py()
    lengths = pc.utf8_length(ids).to_numpy() if counting else np.zeros(len(ids), dtype=np.int64)
    numbers = [_micros(table["published"]), _integers(table["version"], 0), lengths]
    later = pc.less_equal(ids[:-1], ids[1:]).to_numpy(zero_copy_only=False)
    for column in reversed(numbers):
        later = (column[:-1] < column[1:]) | ((column[:-1] == column[1:]) & later)
    if later.all():
        return np.arange(len(ids))
    keys = {str(place): pa.array(column) for place, column in enumerate(numbers)}
    order = pc.sort_indices(
        pa.table({**keys, "id": ids}), sort_keys=[(name, "ascending") for name in (*keys, "id")]
    )
    return np.asarray(order.to_numpy(), dtype=np.int64)


def _one_a_id(
    table: pa.Table, order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[tuple[int, int]], dict[int, tuple[int, ...]]]:
    """Rows to keep in order, (row, first row) of repeated ids, and Corpus.came."""
    ids = table["id"].to_pylist()
    versions = _integers(table["version"], 0)
    newest: dict[str, int] = {}
    for row in range(len(ids)):
        if versions[row] > versions[newest.setdefault(ids[row], row)]:
            newest[ids[row]] = row
    kept = np.array([newest[name] for name in ids])
    repeats = [
        (row, int(kept[row]))
        for row in range(len(ids))
        if row != kept[row] and versions[row] == versions[kept[row]]
    ]
    rows = order[kept[order] == order]
    came: defaultdict[str, list[int]] = defaultdict(list)
    left_out = {row for row, _ in repeats}
    for row, (name, version) in enumerate(zip(ids, versions.tolist(), strict=True)):
        if row not in left_out:
            came[name].append(version)
    held = ((k, came[ids[row]]) for k, row in enumerate(rows.tolist()))
    return rows, repeats, {k: tuple(one) for k, one in held if len(one) > 1}


def _repeated_id(table: pa.Table, batches: Sequence[Batch], row: int, first: int) -> BadInput:
    name = table["id"][row].as_py()
    return BadInput(
        f"id {quoted(name)} stands twice, first in {_origin(batches, first)}",
        where=_origin(batches, row),
        remedy="Give each story its own id (--id-field), a version, or skip it with --skip-bad.",
    )


def _origin(batches: Sequence[Batch], row: int) -> str:
    for batch in batches:
        if row < len(batch.table):
            return f"{batch.origin}, story {row + 1}" if len(batch.table) > 1 else batch.origin
        row -= len(batch.table)
    raise IndexError(row)


def _text_buffer(
    column: pa.ChunkedArray, scratch: Scratch
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """The bytes of a text column, and where each text starts and ends in them.

    Without a copy if its chunks lie in one buffer.
    """
    held = [_content(chunk) for chunk in column.chunks if len(chunk)]
    one = len({content.ctypes.data for content, _ in held if len(content)}) <= 1
    content, joined = np.empty(0, dtype=np.uint8), Growing(scratch, np.uint8)
    starts, ends = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for own, bounds in held:
        at = 0
        if one:
            content = own if len(own) >= len(content) else content
        else:
            at = len(joined) - int(bounds[0])
            joined.add(own[bounds[0] : bounds[-1]])
        starts.append(bounds[:-1] + at)
        ends.append(bounds[1:] + at)
    return content if one else joined.whole(), np.concatenate(starts), np.concatenate(ends)


def _content(texts: pa.LargeStringArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of an array of texts and its offsets, int64 (texts + 1,), without a copy."""
    _, offsets, values = texts.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64, count=len(texts) + 1, offset=8 * texts.offset)
    return np.frombuffer(values, dtype=np.uint8) if values else np.empty(0, np.uint8), bounds


def _column(column: pa.ChunkedArray) -> Any:
    """The column as one array."""
    import pyarrow as pa

    if column.num_chunks == 1:
        return column.chunk(0)
    joined = column.combine_chunks()
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.chunk(0) if joined.num_chunks else pa.array([], type=column.type)
    return joined


def _integers(column: pa.ChunkedArray, missing: int) -> NDArray[np.int64]:
    if column.null_count == len(column):
        return np.full(len(column), missing, dtype=np.int64)
    values = _column(column.cast("int64").fill_null(missing)).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.int64)


def _micros(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return _integers(column, int(UNDATED))

"""Whole columns at once: the fast way to a table, for input that is in no doubt.

It never says what is wrong. At the first doubt it gives up, and records.py decides; on what it
accepts the two agree, which the tests hold them to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dedup.readers import dates
from dedup.readers.faults import Origin
from dedup.readers.records import Read
from dedup.stories import schema

if TYPE_CHECKING:
    import pyarrow as pa


def convert(
    raw: pa.Table, chosen: Mapping[str, str], *, origin: Origin, valid: bool = False
) -> Read | None:
    """Make the columns of `stories.schema()`, or nothing if any value is in doubt.

    Args:
        raw: a column for each part of a story that was found, by the part's name.
        valid: its texts are known to be valid large strings.
    """
    import pyarrow as pa

    converters: dict[str, Callable[[pa.ChunkedArray], Any]] = {
        "id": _ids,
        "text": _present if valid else _texts,
        "headline": _labels,
        "source": _labels,
        "published": _published,
        "version": _versions,
    }
    columns = {}
    try:
        for part, convert_column in converters.items():
            if part in raw.column_names:
                columns[part] = convert_column(raw[part])
            else:
                columns[part] = _absent(part, len(raw), origin)
    except (ValueError, pa.ArrowException):
        return None
    return Read(pa.table(columns, schema()), dict(chosen))


def _absent(part: str, rows: int, origin: Origin) -> Any:
    """A column for a part that no field holds: a story without an id is named by its place."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if part == "id":
        numbers = pa.array(np.arange(1, rows + 1)).cast(pa.large_string())
        return pc.binary_join_element_wise(f"{origin.name}:", numbers, "")
    if part in ("headline", "source"):
        nowhere = pa.py_buffer(np.zeros(rows + 1, dtype=np.int64))
        return pa.LargeStringArray.from_buffers(rows, nowhere, pa.py_buffer(b""))
    return pa.nulls(rows, schema().field(part).type)


def _ids(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(column.type):
        column = column.cast(pa.large_string())
    ids = _texts(column)
    if pc.any(pc.equal(ids, "")).as_py():
        raise ValueError("an empty id")
    return ids


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return _present(_strings(column))


def _present(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    if texts.null_count:
        raise ValueError("a null")
    return texts


def _labels(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return _strings(column).fill_null("")


def _published(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    plain = (pa.types.is_temporal, pa.types.is_integer, pa.types.is_floating)
    if not any(is_plain(column.type) for is_plain in plain):
        column = _strings(column)
    return dates.column(column)


def _versions(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(column.type):
        return column.cast(pa.int32())
    digits = _strings(column)
    if not pc.all(pc.match_substring_regex(digits, "^[0-9]{0,10}$"), min_count=0).as_py():
        raise ValueError("a version that is no number")
    return pc.if_else(pc.equal(digits, ""), None, digits).cast(pa.int32())


def _strings(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as strings, if it holds any kind of them, and all of them valid UTF-8."""
    import pyarrow as pa

    held = column.type
    if not (
        pa.types.is_null(held)
        or pa.types.is_string(held)
        or pa.types.is_large_string(held)
        or pa.types.is_string_view(held)
        or pa.types.is_binary(held)
        or pa.types.is_large_binary(held)
    ):
        raise ValueError(f"no strings but {held}")
    strings = column.cast(pa.large_string())
    strings.validate(full=True)
    return strings

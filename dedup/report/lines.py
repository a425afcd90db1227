"""Rows of an Arrow table as JSON objects, a line each, put together by columns.

Every column becomes Arrow strings, each cell as orjson spells it, and Arrow joins the cells of a
row with the names between them: there is no Python object a row. Numbers and times are spelled as
one JSON list, whose bytes are the cells of a column once it is known where its commas are. Texts
stay as they are, but for the few with a character that JSON escapes.

Time and memory O(bytes written): hand over a part of a table at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.kernels import I64, U8
from dedup.ragged import sizes_of
from dedup.sorting import run_starts
from dedup.stories import EPOCH

_TEXT = pa.large_string()
_ESCAPED = np.zeros(256, dtype=bool)  # by byte; U+007F and all beyond ASCII stand as they are
_ESCAPED[[*range(32), ord('"'), ord("\\")]] = True
_SECOND = 1_000_000  # microseconds
_TIME = len("2022-01-31 12:00:00")
_NONE: Mapping[str, pa.Array] = {}


def lines(table: pa.Table, end: str, *, spelled: Mapping[str, pa.Array] = _NONE) -> memoryview:
    """Each row as a JSON object with `end` behind it, UTF-8.

    spelled: JSON that stands for a column of the table, by its name.
    """
    return content(objects(table, end, spelled=spelled))


def objects(table: pa.Table, end: str = "", *, spelled: Mapping[str, pa.Array] = _NONE) -> pa.Array:
    """The same as an Arrow string a row."""
    pieces: list[Any] = []
    names = table.column_names
    before = "{"
    for name in names:
        closing = "}" if name == names[-1] else ","
        column = table[name].combine_chunks()
        opened, cells, closed = (
            ("", spelled[name], closing) if name in spelled else _cells(column, closing)
        )
        key = f"{orjson.dumps(name).decode()}:"
        pieces += (pa.scalar(f"{before}{key}{opened}", _TEXT), cells)
        before = closed
    return pc.binary_join_element_wise(
        *pieces, pa.scalar(before + end, _TEXT), pa.scalar("", _TEXT)
    )


def arrays(items: pa.Array, offsets: I64) -> pa.Array:
    """JSON lists, of JSON items that lie end to end; list k is items[offsets[k]:offsets[k + 1]]."""
    listed = pa.LargeListArray.from_arrays(pa.array(offsets), items)
    joined = pc.binary_join(listed, pa.scalar(",", _TEXT))
    return _between("[", joined, "]")


def content(texts: pa.Array) -> memoryview:
    """The bytes of large strings, end to end."""
    bounds = _bounds(texts)
    return memoryview(_octets(texts))[bounds[0] : bounds[-1]]


def moments(column: pa.Array) -> list[datetime | None]:
    """Times, made here, since Arrow would ask for a time zone database."""
    return [
        None if micros is None else EPOCH + timedelta(microseconds=micros)
        for micros in column.cast("int64").to_pylist()
    ]


def figures(values: np.ndarray) -> tuple[U8, I64]:
    """Numbers in a row as JSON spells them, each with a byte behind it, and where these bytes are.

    The bytes behind are commas; the caller may write others there.
    """
    flat = np.ascontiguousarray(values).reshape(-1)
    return _listed(orjson.dumps(flat, option=orjson.OPT_SERIALIZE_NUMPY), len(flat))


def cut(octets: U8, offsets: I64) -> pa.Array:
    """Bytes as texts that lie end to end; text k is octets[offsets[k]:offsets[k + 1]]."""
    bounds = np.ascontiguousarray(offsets, dtype=np.int64)
    return pa.LargeStringArray.from_buffers(
        len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(octets)
    )


def after(places: I64) -> I64:
    """The bounds of cells that lie end to end, from the last byte of each."""
    return np.concatenate((np.zeros(1, dtype=np.int64), places + 1))


def _cells(column: pa.Array, closing: str) -> tuple[str, pa.Array, str]:
    """What stands before the cells of a column, the cells, and what stands behind them."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return "", _times(column, closing), ""
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "", _parted(*figures(column.to_numpy(zero_copy_only=False)), closing), ""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return '"', _escaped(column.cast(_TEXT)), f'"{closing}'
    bounds = column.offsets.to_numpy().astype(np.int64)
    bounds -= bounds[0]
    items = column.flatten()
    if pa.types.is_struct(items.type):
        return "[", _quads(items, bounds), closing
    return "", arrays(_between('"', _escaped(items.cast(_TEXT)), '"'), bounds), closing


def _times(column: pa.Array, closing: str) -> pa.Array:
    """Times with what is to stand behind them."""
    if not column.null_count and not np.any(column.cast("int64").to_numpy() % _SECOND):
        seconds = column.cast(pa.timestamp("us")).cast(pa.timestamp("s")).cast(_TEXT)
        octets = np.frombuffer(content(seconds), dtype=np.uint8)
        if len(octets) == _TIME * len(column):
            digits = octets.reshape(-1, _TIME)
            pattern = np.frombuffer(f'"{"_" * _TIME}Z"{closing}'.encode(), dtype=np.uint8)
            spelled = np.tile(pattern, (len(column), 1))
            spelled[:, 1 : _TIME + 1] = digits
            spelled[:, 1 + len("2022-01-31")] = ord("T")
            return cut(spelled.reshape(-1), np.arange(len(column) + 1) * len(pattern))
    made = orjson.dumps(moments(column), option=orjson.OPT_UTC_Z)
    return _parted(*_listed(made, len(column)), closing)


def _listed(made: bytes, count: int) -> tuple[U8, I64]:
    """The items of a flat JSON list without a comma in them, each with a comma behind it."""
    octets = np.frombuffer(made, dtype=np.uint8)[1:].copy()
    octets[-1] = ord(",")
    return octets, np.flatnonzero(octets == ord(","))[:count]


def _parted(octets: U8, places: I64, closing: str) -> pa.Array:
    """Items with what is to stand behind them."""
    octets[places] = ord(closing)
    return cut(octets, after(places))


def _quads(items: pa.StructArray, bounds: I64) -> pa.Array:
    """Structs of numbers as lists, in lists that are not opened yet; see `arrays` for bounds."""
    rows = np.stack([field.to_numpy(zero_copy_only=False) for field in items.flatten()], axis=1)
    made = orjson.dumps(np.ascontiguousarray(rows), option=orjson.OPT_SERIALIZE_NUMPY)
    octets = np.frombuffer(made, dtype=np.uint8)[1:].copy()
    behind = np.flatnonzero(octets == ord("]"))[: len(rows)] + 1
    some = np.flatnonzero(sizes_of(bounds))
    octets[behind[bounds[some + 1] - 1]] = ord("]")  # was the comma before the next row's first
    lists = cut(octets, after(behind)[bounds])
    if len(some) == len(lists):
        return lists
    empty = np.ones(len(lists), dtype=bool)
    empty[some] = False
    return pc.if_else(pa.array(empty), pa.scalar("]", _TEXT), lists)


def _escaped(texts: pa.Array) -> pa.Array:
    """Large strings as they stand between the quotes of JSON."""
    bounds = _bounds(texts)
    octets = np.frombuffer(_octets(texts), dtype=np.uint8)[: bounds[-1] if len(texts) else 0]
    places = np.flatnonzero(_ESCAPED[octets[bounds[0] :]]) + bounds[0]
    if not len(places):
        return texts
    held = np.searchsorted(bounds, places, side="right") - 1
    rows = held[run_starts(held)]
    spelled = [orjson.dumps(text)[1:-1].decode() for text in texts.take(pa.array(rows)).to_pylist()]
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(spelled, _TEXT))


def _between(before: str, texts: pa.Array, behind: str) -> pa.Array:
    return pc.binary_join_element_wise(
        pa.scalar(before, _TEXT), texts, pa.scalar(behind, _TEXT), pa.scalar("", _TEXT)
    )


def _bounds(texts: pa.Array) -> I64:
    """Where each text starts, and where the last one ends, in the buffer they lie in."""
    if not len(texts):
        return np.zeros(1, dtype=np.int64)
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)
    return offsets[texts.offset : texts.offset + len(texts) + 1]


def _octets(texts: pa.Array) -> Any:
    """The buffer that large strings lie in."""
    held = texts.buffers()[2]
    return held if held is not None and held.size else b""

"""CSV and TSV: one story a row, below a row of names.

As in jsonl.py two ways lead to the same table. Both must see where a quoted value has no end:
such a value swallows the rest of the file. So a last row is added that no file holds; if it does
not come back as a row of its own, it was swallowed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from dedup.errors import BadInput
from dedup.readers import columns, encodings, fields
from dedup.readers.faults import Faults, Origin
from dedup.readers.records import Found, Read, collect

if TYPE_CHECKING:
    import pyarrow as pa

_END = "\x1f"  # the unit separator of ASCII
_BLOCK = 1 << 22
_LONGEST = 2**31 - 2


class Opening(NamedTuple):
    """The row of names, and what divides the rows."""

    names: list[str]
    delimiter: str


def stories(
    content: bytes,
    *,
    delimiters: str,
    named: Mapping[str, str],
    origin: Origin,
    faults: Faults,
) -> Read:
    """Read UTF-8 content.

    Args:
        delimiters: of these, the one that gives the first row the most names.

    Raises:
        BadInput: a row is no story, unless bad input is skipped; no field holds the text.
    """
    if b"\0" in content:
        raise BadInput(
            "it holds NUL bytes and is no text file",
            where=origin.where,
            remedy=encodings.guess(content),
        )
    opening = _opening(content, delimiters)
    if not opening.names:
        return collect((), {}, origin=origin, faults=faults)  # an empty file has no stories
    chosen = fields.choose(dict.fromkeys(opening.names, True), named=named, where=origin.where)
    fields.check_once(opening.names, chosen, where=origin.where)
    whole = all_at_once(content, opening, chosen, origin=origin)
    return whole or row_by_row(content, opening, chosen, origin=origin, faults=faults)


def row_by_row(
    content: bytes, opening: Opening, chosen: Mapping[str, str], *, origin: Origin, faults: Faults
) -> Read:
    """The slow way."""
    return collect(_records(content, opening, origin), chosen, origin=origin, faults=faults)


def all_at_once(
    content: bytes, opening: Opening, chosen: Mapping[str, str], *, origin: Origin
) -> Read | None:
    """The fast way, or nothing if there is any doubt."""
    import pyarrow as pa

    if not encodings.is_utf8(content):
        return None
    last = opening.delimiter.join([_END] * len(opening.names))
    closed = b"%b\n%b\n" % (content, last.encode())
    table = _parsed(closed, opening, chosen, block=_BLOCK)
    if table is None and _BLOCK < len(closed) <= _LONGEST:  # a row may be longer than a block
        table = _parsed(closed, opening, chosen, block=len(closed))
    if table is None or not len(table) or table[chosen["text"]][-1].as_py() != _END:
        return None
    rows = table.slice(0, len(table) - 1)
    raw = pa.table({part: rows[name] for part, name in chosen.items()})
    return columns.convert(raw, chosen, origin=origin)


def _opening(content: bytes, delimiters: str) -> Opening:
    """The names, divided as suits them best."""
    with _long_values():
        first = next(filter(None, (line.strip("\r\n") for line in _lines(content))), "")
        widths = [len(next(csv.reader([first], delimiter=one), [])) for one in delimiters]
        delimiter = delimiters[widths.index(max(widths))]
        names = next(filter(None, csv.reader(_lines(content), delimiter=delimiter)), [])
    return Opening(names, delimiter)


def _records(content: bytes, opening: Opening, origin: Origin) -> Iterator[Found]:
    """Every row below the names, by its name for each value or as what is wrong with it."""
    garbled = not encodings.is_utf8(content)
    rows = _rows(content, opening.delimiter)
    line, row = next(rows)  # the names
    number = 0
    for number, (next_line, next_row) in enumerate(rows):
        if number:
            where = origin.at("line", line)
            fault = _fault(row, opening.names, where)
            if garbled and not fault:
                fault = _garbled(row, where, content)
            yield Found(number, where, fault or dict(zip(opening.names, row, strict=True)))
        line, row = next_line, next_row
    if row != [_END]:
        where = origin.at("line", line)
        what = "a quoted value begins here that has no end"
        remedy = "Close the quote, or leave out all that follows with --skip-bad."
        yield Found(number + 1, where, BadInput(what, where=where, remedy=remedy))


def _rows(content: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The line a row begins on, and its values; a blank line is no row."""
    reader = csv.reader(chain(_lines(content), [_END]), delimiter=delimiter)
    with _long_values():
        while True:
            line = reader.line_num + 1
            row = next(reader, None)
            if row is None:
                return
            if row:
                yield line, row


def _fault(row: list[str], names: list[str], where: str) -> BadInput | None:
    if len(row) == len(names):
        return None
    return BadInput(
        f"{len(row)} values where the first row has {len(names)} names",
        where=where,
        remedy="Put quotes around a value that holds the delimiter, or use --skip-bad.",
    )


def _garbled(row: list[str], where: str, content: bytes) -> BadInput | None:
    """The first byte of a row that is not UTF-8; `_lines` carries it as a lone surrogate."""
    for value in row:
        try:
            value.encode()
        except UnicodeEncodeError as error:
            byte = ord(value[error.start]) - 0xDC00
            return encodings.bad_byte(byte, error.start, where=where, whole=content)
    return None


def _parsed(
    content: bytes, opening: Opening, chosen: Mapping[str, str], *, block: int
) -> pa.Table | None:
    import pyarrow as pa
    import pyarrow.csv

    kept = list(chosen.values())
    try:
        return pyarrow.csv.read_csv(
            pa.BufferReader(content),
            read_options=pyarrow.csv.ReadOptions(block_size=block),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=opening.delimiter, newlines_in_values=True
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=list(dict.fromkeys(kept)),
                column_types=dict.fromkeys(kept, pa.large_string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowException:
        return None


def _lines(content: bytes) -> Iterator[str]:
    """Lines with their ends as they are, decoded as they are asked for."""
    return io.TextIOWrapper(
        io.BytesIO(content), encoding="utf-8", errors="surrogateescape", newline=""
    )


@contextmanager
def _long_values() -> Iterator[None]:
    """Let values be as long as texts are; the limit is the whole process's, so it is put back."""
    limit = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)

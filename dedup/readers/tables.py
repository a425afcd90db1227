"""Arrow tables: one story a row. Polars, pandas, DuckDB and Parquet files come this way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dedup.errors import BadInput
from dedup.readers import columns, fields
from dedup.readers.faults import Faults, Origin, reason
from dedup.readers.records import Found, Read, collect
from dedup.readers.values import kind

if TYPE_CHECKING:
    import pyarrow as pa


def arrow(table: object, *, origin: Origin) -> pa.Table:
    """What is given, as an Arrow table.

    Raises:
        BadInput: it is no table, or its values cannot be had.
    """
    import pyarrow as pa

    remedy = "Pass an Arrow table or reader, or a data frame of Polars, pandas or DuckDB."
    try:
        if isinstance(table, pa.Table):
            return table
        if isinstance(table, pa.RecordBatchReader):
            return table.read_all()
        if hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__"):
            return pa.table(table)
    except Exception as error:  # a frame runs its own code here, with errors of its own
        raise BadInput(
            f"its rows cannot be had ({reason(error)})", where=origin.where, remedy=remedy
        ) from error
    raise BadInput(f"it is {kind(table)}, no table", where=origin.where, remedy=remedy)


def stories(table: pa.Table, *, named: Mapping[str, str], origin: Origin, faults: Faults) -> Read:
    """Read the rows of a table.

    Raises:
        BadInput: a row is no story, unless bad input is skipped; no column holds the text.
    """
    chosen = choose(table.schema, named=named, origin=origin)
    raw = _plain(table, chosen)
    whole = columns.convert(raw, chosen, origin=origin)
    return whole or collect(_records(raw, chosen, origin), chosen, origin=origin, faults=faults)


def choose(schema: pa.Schema, *, named: Mapping[str, str], origin: Origin) -> dict[str, str]:
    """Find the column for each part of a story.

    Raises:
        BadInput: no column holds the text, or two have one name.
    """
    present = dict.fromkeys(schema.names, True)
    chosen = fields.choose(present, named=named, where=origin.where)
    fields.check_once(schema.names, chosen, where=origin.where)
    return chosen


def row_by_row(
    table: pa.Table, *, named: Mapping[str, str], origin: Origin, faults: Faults
) -> Read:
    """The slow way."""
    chosen = choose(table.schema, named=named, origin=origin)
    records = _records(_plain(table, chosen), chosen, origin)
    return collect(records, chosen, origin=origin, faults=faults)


def _plain(table: pa.Table, chosen: Mapping[str, str]) -> pa.Table:
    """The chosen columns by part, categories as what they stand for, times in microseconds."""
    import pyarrow as pa

    plain = {}
    for part, name in chosen.items():
        column = table.column(name)
        try:
            if pa.types.is_dictionary(column.type):
                column = column.cast(column.type.value_type)
            if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
                finer = getattr(column.type, "unit", "") == "ns"
                column = column.cast(pa.timestamp("us", "UTC"), safe=not finer)
        except pa.ArrowException:
            pass  # row by row it will be seen which one is at fault
        plain[part] = column
    return pa.table(plain)


def _records(raw: pa.Table, chosen: Mapping[str, str], origin: Origin) -> Iterator[Found]:
    names = [chosen[part] for part in raw.column_names]
    columns_ = [raw.column(part) for part in raw.column_names]
    for number, scalars in enumerate(zip(*columns_, strict=True), 1):
        record = {name: _value(scalar) for name, scalar in zip(names, scalars, strict=True)}
        yield Found(number, origin.at("row", number), record)


def _value(scalar: pa.Scalar) -> object:
    """A value as Python has it, or what stands for one that Python cannot hold."""
    import pyarrow as pa

    try:
        return scalar.as_py()
    except (ValueError, OverflowError):
        pass  # a string that is not UTF-8, a time before the year 1 or after 9999
    try:
        return scalar.cast(pa.large_binary()).as_py()
    except pa.ArrowException:
        return _Unheld(scalar)


class _Unheld:
    """A value of no Python type; every part of a story refuses it."""

    def __init__(self, scalar: pa.Scalar) -> None:
        self.scalar = scalar

    def __str__(self) -> str:
        import pyarrow as pa

        try:
            return f"{self.scalar.cast(pa.int64()).as_py()} as {self.scalar.type}"
        except pa.ArrowException:
            return str(self.scalar.type)

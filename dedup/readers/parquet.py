"""Parquet: one story a row; of the columns, only those of a story are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dedup.errors import BadInput
from dedup.readers import contents, tables
from dedup.readers.faults import Faults, reason
from dedup.readers.records import Read

if TYPE_CHECKING:
    import pyarrow as pa

    from dedup.readers.paths import File


def stories(file: File, *, named: Mapping[str, str], faults: Faults) -> Read:
    """Read a file.

    Raises:
        BadInput: it is no Parquet, or a row is no story and bad input is not skipped.
    """
    table = _table(file, named)
    return tables.stories(table, named=named, origin=file.origin, faults=faults)


def _table(file: File, named: Mapping[str, str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        if file.packing or file.path is None:
            source = pa.BufferReader(contents.content(file))
        else:
            source = pa.OSFile(str(file.path))
        with source, pyarrow.parquet.ParquetFile(source) as parquet:
            chosen = tables.choose(parquet.schema_arrow, named=named, origin=file.origin)
            table = parquet.read(columns=list(dict.fromkeys(chosen.values())))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise BadInput(
            f"it cannot be read as Parquet ({reason(error)})",
            where=file.origin.where,
            remedy="The file is damaged or cut short: write it again.",
        ) from error
    return table

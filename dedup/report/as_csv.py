"""The report as CSV, a table a file, for spreadsheets.

A cell that a spreadsheet would take for a formula begins with an apostrophe instead, and control
characters, which may command a terminal, are U+FFFD: texts and headlines come from outside. Shared
runs are written as "left start-left end:right start-right end", parted by spaces.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from dedup.report.files import Fill
    from dedup.report.model import Report

_FORMULA = r"^([=+\-@\t\r])"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def csv_files(report: Report, place: Path) -> dict[Path, Fill]:
    """What goes into each file of the folder `place`: a table of the report each."""
    from dedup.report.model import TABLES

    return {place / f"{name}.csv": partial(_dump, report, name) for name in TABLES}


def _dump(report: Report, name: str, file: BinaryIO) -> None:
    from pyarrow import csv

    from dedup.report.parts import by_parts, part

    empty = plain_cells(part(report, name, slice(0)))
    with csv.CSVWriter(file, empty.schema) as out:
        for rows in by_parts(report, name, lambda table, _: plain_cells(table)):
            out.write(rows)


def plain_cells(table: pa.Table) -> pa.Table:
    """The table with plain cells only."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for index, name in enumerate(table.column_names):
        column = table[name].combine_chunks()
        if name == "runs":
            table = table.set_column(index, name, _plain_runs(column))
        elif name == "evidence":
            table = table.set_column(
                index, name, pc.binary_join(column, pa.scalar(" ", column.type.value_type))
            )
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            safe = pc.replace_substring_regex(column, pattern=_CONTROL, replacement="\ufffd")
            safe = pc.replace_substring_regex(safe, pattern=_FORMULA, replacement=r"'\1")
            table = table.set_column(index, name, safe)
        elif pa.types.is_timestamp(column.type):
            table = table.set_column(index, name, pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ"))
    return table


def _plain_runs(column: pa.Array) -> pa.Array:
    """Lists of runs as text."""
    import pyarrow.compute as pc

    from dedup.report.lines import after, cut, figures

    fields = [field.to_numpy(zero_copy_only=False) for field in column.flatten().flatten()]
    octets, behind = figures(np.stack(fields, axis=1))
    for place, mark in enumerate("-:- "):
        octets[behind[place::4]] = ord(mark)
    bounds = column.offsets.to_numpy()
    runs = cut(octets, after(behind)[4 * (bounds - bounds[0])])
    return pc.utf8_rtrim_whitespace(runs)

"""The report as CSV, a table a file, for spreadsheets.

A cell that a spreadsheet would take for a formula begins with an apostrophe instead, and control
characters, which may command a terminal, are U+FFFD: texts and headlines come from outside. Shared
runs are written as "left start-left end:right start-right end", parted by spaces.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dedup.report.files import folder, write_aside

if TYPE_CHECKING:
    import pyarrow as pa

    from dedup.report.model import Report

_FORMULA = r"^([=+\-@\t\r])"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def write_csv(report: Report, place: Path) -> None:
    """Write each table of the report to a file of its own in the folder `place`."""
    from pyarrow import csv

    for name, table in report.to_arrow().items():
        flat = plain_cells(table)
        write_aside(
            folder(place) / f"{name}.csv",
            lambda file, flat=flat: csv.write_csv(flat, file),  # type: ignore[misc]
        )


def plain_cells(table: pa.Table) -> pa.Table:
    """The table with plain cells only."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for index, name in enumerate(table.column_names):
        column = table[name]
        if name == "runs":
            plain = [
                " ".join("{}-{}:{}-{}".format(*run.values()) for run in runs)
                for runs in column.to_pylist()
            ]
            table = table.set_column(index, name, pa.array(plain, pa.large_string()))
        elif name == "evidence":
            words = [" ".join(row) for row in column.to_pylist()]
            table = table.set_column(index, name, pa.array(words, pa.large_string()))
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            safe = pc.replace_substring_regex(column, pattern=_CONTROL, replacement="\ufffd")
            safe = pc.replace_substring_regex(safe, pattern=_FORMULA, replacement=r"'\1")
            table = table.set_column(index, name, safe)
        elif pa.types.is_timestamp(column.type):
            table = table.set_column(index, name, pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ"))
    return table

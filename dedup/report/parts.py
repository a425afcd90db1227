"""The tables of a report a part at a time: a report of any size is written in little memory.

The long tables are made by parts too, and never exist whole unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from dedup.kernels import slices, spread
from dedup.report import tables
from dedup.scratch import passed, release

if TYPE_CHECKING:
    import pyarrow as pa

    from dedup.report.model import Report

Made = TypeVar("Made")
ROWS = 1 << 13  # of a table, made at a time


def by_parts(
    report: Report,
    name: str,
    work: Callable[[pa.Table, slice], Made],
    parts: list[slice] | None = None,
) -> Iterator[Made]:
    """What `work` makes of each part of a table and its rows, in their order, on several threads.

    parts: the rows of each part, if they are not to be alike in number.
    """
    part(report, name, slice(0))  # so that what all parts need is made once
    release()
    if parts is None:
        count = _count(report, name)
        parts = slices(count, ROWS)
    made = spread(
        lambda rows: work(part(report, name, rows), rows), parts, threads=report.settings.threads
    )
    for one in made:
        yield one
        passed()


def part(report: Report, name: str, rows: slice) -> pa.Table:
    """Some rows of a table."""
    if name in tables.LONG:
        return tables.LONG[name](report.columns, rows)
    table = report.table(name)
    return table.slice(rows.start or 0, rows.stop - (rows.start or 0))


def _count(report: Report, name: str) -> int:
    columns = report.columns
    counts = {
        "occurrences": columns.places.paragraphs,
        "matches": columns.match_rows.links,
        "templates": columns.template_rows.links,
    }
    return len(counts[name]) if name in counts else len(report.table(name))

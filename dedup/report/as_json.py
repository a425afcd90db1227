"""The report as one JSON document, or as JSON Lines, a table a file.

The same stories give the same bytes. Every list stands one row a line, so that a document of any
size can be read by line too. docs/report.md says what each field means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import orjson

from dedup.kernels import chunks
from dedup.ragged import sizes_of
from dedup.report import tables
from dedup.report.lines import arrays, lines, objects
from dedup.report.parts import ROWS, by_parts
from dedup.settings import NO_RESULT

if TYPE_CHECKING:
    import pyarrow as pa

    from dedup.report.files import Fill
    from dedup.report.model import Report

SCHEMA = "dedup-report/1"
LISTS = ("families", "matches", "templates", "stories", "near_duplicate_stories", "furniture")


def jsonl_files(report: Report, place: Path) -> dict[Path, Fill]:
    """What goes into each file of the folder `place`: a list of the report each."""
    return {place / f"{name}.jsonl": partial(_dump_lines, report, name) for name in LISTS}


def _dump_lines(report: Report, name: str, file: BinaryIO) -> None:
    file.writelines(_lines(report, name, "\n"))


def dump(report: Report, file: BinaryIO) -> None:
    """Write the whole report to an open file."""
    head = {
        "schema": SCHEMA,
        "summary": asdict(report.summary),
        "settings": {
            name: value for name, value in asdict(report.settings).items() if name not in NO_RESULT
        },
        "fields": report.columns.corpus.fields,
        "skipped": [asdict(one) for one in report.skipped],
    }
    opening = b",\n".join(
        orjson.dumps(name) + b":" + orjson.dumps(value, option=orjson.OPT_UTC_Z)
        for name, value in head.items()
    )
    file.write(b"{" + opening)
    for name in LISTS:
        file.write(b",\n" + orjson.dumps(name) + b":[")
        for number, part in enumerate(_lines(report, name, ",\n")):
            file.write(b",\n" if number else b"\n")
            file.write(part[: -len(",\n")])
        file.write(b"]")
    file.write(b"}\n")


def _lines(report: Report, name: str, end: str) -> Iterator[memoryview]:
    """One JSON object a row with `end` behind it, some rows at a time."""
    if name != "families":
        return by_parts(report, name, lambda table, _: lines(table, end))
    offsets = report.columns.places.offsets

    def with_occurrences(table: pa.Table, rows: slice) -> memoryview:
        bounds = offsets[rows.start : rows.stop + 1]
        places = tables.occurrences(report.columns, slice(bounds[0], bounds[-1]))
        listed = arrays(objects(places.drop_columns(["family"])), bounds - bounds[0])
        return lines(table, end, spelled={"occurrences": listed})

    tables.occurrences(report.columns, slice(0))  # as by_parts has it
    parts = chunks(sizes_of(offsets) + 1, ROWS)
    return by_parts(report, name, with_occurrences, parts)

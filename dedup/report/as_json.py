"""The report as one JSON document, or as JSON Lines, a table a file.

The same stories give the same bytes. Every list stands one row a line, so that a document of any
size can be read by line too. docs/report.md says what each field means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from dedup.report.files import folder, write_aside
from dedup.report.tables import rows
from dedup.settings import NO_RESULT

if TYPE_CHECKING:
    import pyarrow as pa

    from dedup.report.model import Report

SCHEMA = "dedup-report/1"
LISTS = ("families", "matches", "templates", "stories", "near_duplicate_stories", "furniture")
_ROWS = 4096  # turned into Python at a time
_OPTIONS = orjson.OPT_UTC_Z


def write_json(report: Report, path: Path) -> None:
    """Write the whole report to `path`."""
    write_aside(path, lambda file: dump(report, file))


def write_jsonl(report: Report, place: Path) -> None:
    """Write each list of the report to a file of its own in the folder `place`."""
    for name in LISTS:
        lines = _lines(report, name)
        write_aside(
            folder(place) / f"{name}.jsonl",
            lambda file, lines=lines: file.writelines(line + b"\n" for line in lines),  # type: ignore[misc]
        )


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
        orjson.dumps(name) + b":" + orjson.dumps(value, option=_OPTIONS)
        for name, value in head.items()
    )
    file.write(b"{" + opening)
    for name in LISTS:
        file.write(b",\n" + orjson.dumps(name) + b":[")
        for number, line in enumerate(_lines(report, name)):
            file.write((b",\n" if number else b"\n") + line)
        file.write(b"]")
    file.write(b"}\n")


def _lines(report: Report, name: str) -> Iterator[bytes]:
    """One JSON object a row."""
    table = report.to_arrow()[name]
    for start in range(0, len(table), _ROWS):
        made = _rows(table.slice(start, _ROWS))
        if name == "families":
            _add_occurrences(report, start, made)
        for row in made:
            yield orjson.dumps(row, option=_OPTIONS)


def _add_occurrences(report: Report, start: int, made: list[dict[str, Any]]) -> None:
    """Give each family its occurrences."""
    offsets = report.columns.places.offsets[start : start + len(made) + 1].tolist()
    low, high = offsets[0], offsets[-1]
    places = _rows(report.to_arrow()["occurrences"].drop_columns(["family"]).slice(low, high - low))
    for row, first, last in zip(made, offsets[:-1], offsets[1:], strict=True):
        row["occurrences"] = places[first - low : last - low]


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as dictionaries; runs as lists of four numbers, evidence as a list of words."""
    lists = [name for name in _LISTED if name in table.column_names]
    made = rows(table.drop_columns(lists))
    for name in lists:
        for row, own in zip(made, _LISTED[name](table[name]), strict=True):
            row[name] = own
    return made


def _words(column: pa.ChunkedArray) -> list[list[str]]:
    """Lists of words, made without an Arrow value each."""
    out: list[list[str]] = []
    for chunk in column.chunks:
        flat, bounds = chunk.flatten().to_pylist(), chunk.offsets.to_pylist()
        out.extend(flat[a - bounds[0] : b - bounds[0]] for a, b in pairwise(bounds))
    return out


def _runs(column: pa.ChunkedArray) -> list[list[list[int]]]:
    """Lists of (left start, left end, right start, right end), made without a struct each."""
    out: list[list[list[int]]] = []
    for chunk in column.chunks:
        structs = chunk.flatten()
        flat = [field.to_pylist() for field in structs.flatten()]
        quads = [list(quad) for quad in zip(*flat, strict=True)]
        bounds = chunk.offsets.to_pylist()
        out.extend(quads[a - bounds[0] : b - bounds[0]] for a, b in pairwise(bounds))
    return out


_LISTED: dict[str, Callable[[pa.ChunkedArray], list[Any]]] = {"runs": _runs, "evidence": _words}

"""The pairs as JSON Lines, as CSV, and as one JSON document.

The same stories give the same bytes. Rows are put together by Arrow, some thousands at a time and
none of them in Python, for there may be millions. docs/pairs.md says what each field means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from dedup.listing.model import Listing
from dedup.report.as_csv import plain_cells
from dedup.report.lines import lines

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA = "dedup-pairs/1"
_ROWS = 1 << 16  # put together at a time
_SAID = ("threshold", "shingle", "permutations", "recall", "bucket", "min_words", "seed")


def dump_jsonl(listing: Listing, file: BinaryIO) -> None:
    """Write a JSON object a line."""
    for rows in _parts(listing):
        file.write(lines(rows, "\n"))


def dump_csv(listing: Listing, file: BinaryIO) -> None:
    """Write a header and a row a pair; no cell of it is a formula."""
    from pyarrow import csv

    empty = plain_cells(listing.to_arrow(slice(0)))
    with csv.CSVWriter(file, empty.schema) as out:
        for rows in _parts(listing):
            out.write(plain_cells(rows))


def dump_json(listing: Listing, file: BinaryIO) -> None:
    """Write one document, a pair a line of it."""
    file.write(b"{" + b",\n".join(_head(listing)) + b',\n"pairs":[')
    opened = False
    for rows in _parts(listing):
        file.write(b",\n" if opened else b"\n")
        file.write(lines(rows, ",\n")[: -len(",\n")])
        opened = True
    file.write(b"]}\n")


def _head(listing: Listing) -> Iterator[bytes]:
    pairs, corpus = listing.pairs, listing.corpus
    settings = asdict(pairs.settings)
    ids = corpus.ids
    values: dict[str, Any] = {
        "schema": SCHEMA,
        "unit": listing.unit,
        "summary": {
            "stories": len(corpus),
            "texts": pairs.texts,
            "pairs": len(pairs),
            "total": pairs.total,
            "kept": len(pairs.kept),
            "expected_recall": round(pairs.expected_recall, 6),
        },
        "settings": {name: settings[name] for name in _SAID},
        "fields": corpus.fields,
        "skipped": [asdict(one) for one in corpus.skipped],
        "hot": [
            {"story": ids[listing.story(first)].as_py(), "copies": copies}
            for first, copies in pairs.hot.tolist()
        ],
    }
    for name, value in values.items():
        yield orjson.dumps(name) + b":" + orjson.dumps(value)


def _parts(listing: Listing) -> Iterator[pa.Table]:
    for start in range(0, len(listing.pairs), _ROWS):
        yield listing.to_arrow(slice(start, start + _ROWS))

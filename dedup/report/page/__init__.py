"""The report as a page for people: one file that needs nothing else, or a folder for any size.

The same stories give the same bytes. What is drawn is drawn in the reader's browser by the scripts
in assets/, from the blocks that families.py and stories.py make of the report's columns; nothing is
loaded from elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from dedup.kernels import I64, spread
from dedup.report.files import Fill, folder, write_aside
from dedup.report.page.blocks import cut, numbered, pack
from dedup.report.page.families import opened
from dedup.report.page.kept import Kept, everything, within
from dedup.report.page.listing import lists
from dedup.report.page.markup import render
from dedup.report.page.numbering import text_numbers
from dedup.report.page.overview import figures
from dedup.report.page.stories import readable
from dedup.report.words import count

if TYPE_CHECKING:
    from dedup.report.model import Report

ROOM = 20_000_000  # bytes of text in a page, which then takes some 14 MB
_INDEX = "index.html"
_FOLDER = "dedup-"
_DATA = re.compile(_FOLDER + "[0-9a-f]{12}")
_BLOCK = re.compile(r"(lists|[fs]\d+)\.js")


def write_page(
    report: Report,
    path: Path,
    *,
    room: int = ROOM,
    start: str = "",
    shared: Sequence[tuple[Any, ...]] = (),
) -> None:
    """Write one file that needs nothing else.

    room: bytes of text that it may hold.
    start: the part after # of the view that it opens with.
    shared: what that view joins, if it shows two stories and more is known than their families
        tell: kind, left start and end, right start and end.
    """
    texts = text_numbers(report.columns)
    kept = within(report.columns, room, texts)
    blocks = [(name, content.decode()) for name, content in _blocks(report, kept, texts)]
    page = _page(report, kept, blocks, {"start": start, "shared": shared})
    write_aside({path: lambda file: _fill(file, page)})


def write_site(report: Report, place: Path) -> None:
    """Write a page and its data as a folder, for a corpus of any size.

    The data go into a folder named after what they hold, and the page that names it comes last, so
    that what stood there before works until the new one is whole.
    """
    kept = everything(report.columns)
    blocks = [
        (name, b'dedup("' + name.encode() + b'","' + content + b'")\n')
        for name, content in _blocks(report, kept, text_numbers(report.columns))
    ]
    digest = hashlib.sha256(b"".join(content for _, content in blocks)).hexdigest()
    data = folder(folder(place) / f"{_FOLDER}{digest[:12]}")
    page = _page(report, kept, [], {"start": "", "folder": data.name})
    fills: dict[Path, Fill] = {
        data / f"{name}.js": partial(_put, content=content) for name, content in blocks
    }
    write_aside({**fills, place / _INDEX: lambda file: _fill(file, page)})
    for old in place.glob(f"{_FOLDER}*"):
        if old != data and _DATA.fullmatch(old.name):
            _remove(old)


def _remove(data: Path) -> None:
    """Take away the data of an earlier page, and nothing else that may lie there."""
    with suppress(OSError):
        for file in data.glob("*.js"):
            if _BLOCK.fullmatch(file.name):
                file.unlink()
        data.rmdir()


def _put(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def _fill(file: BinaryIO, page: Iterable[str]) -> None:
    for part in page:
        file.write(part.encode())


def _page(
    report: Report,
    kept: Kept,
    blocks: list[tuple[str, str]],
    head: dict[str, Any],
) -> Iterable[str]:
    columns = report.columns
    return render(
        report.summary,
        figures(report),
        carrying=int(np.count_nonzero(columns.story_words[:, 1])),
        data=blocks,
        head=head,
        notice="" if kept.whole else _notice(kept, report),
    )


def _notice(kept: Kept, report: Report) -> str:
    texts, families = int(kept.with_text.sum()), int(kept.opened.sum())
    return (
        f"This page has room for the {count(texts, 'most recycled story', 'most recycled stories')}"
        f" of {len(report.stories):,} and the {count(families, 'widest family', 'widest families')}"
        f" of {len(report.families):,}. The figures are of them all. A folder written with"
        " --html FOLDER/ has room for everything."
    )


def _blocks(report: Report, kept: Kept, texts: I64) -> Iterator[tuple[str, bytes]]:
    """Everything that is drawn on demand, by name: the lists, then families, then stories."""
    columns = report.columns
    story_rows = _rows(kept.stories, len(columns.corpus))
    family_rows = _rows(kept.families, len(columns.places.offsets) - 1)
    families = opened(report, kept, story_rows, texts)
    stories = readable(report, kept, family_rows, texts)
    jobs = []
    where = []
    for sign, made, listed in (("f", families, kept.opened), ("s", stories, kept.with_text)):
        parts = cut(made.sizes)
        jobs += [(f"{sign}{k}", made, part) for k, part in enumerate(parts)]
        blocks = np.full(len(listed), -1, dtype=np.int64)
        blocks[listed] = numbered(parts, len(made.sizes))
        where.append(blocks)
    yield "lists", pack(lists(report, kept, story_rows, where[1], where[0]))
    packed = spread(lambda job: pack(job[1].block(job[2])), jobs, threads=report.settings.threads)
    yield from zip((job[0] for job in jobs), packed, strict=True)


def _rows(listed: I64, count: int) -> I64:
    """The number in the list of each of `count` things, or -1."""
    out = np.full(count, -1, dtype=np.int64)
    out[listed] = np.arange(len(listed))
    return out

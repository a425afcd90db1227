"""The pairs on a terminal: the figures, and the first pairs."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dedup.listing.model import Listing
from dedup.report.terminal import on_page
from dedup.report.words import count, legible, shortened

SHOWN = 10
_OPENING = 32  # characters of a text
_HOT, _SKIPPED = 3, 5


def show(listing: Listing, file: TextIO, *, pairs: int = SHOWN) -> None:
    """Print the figures, and at most so many pairs."""
    on_page(file, lambda console: _print(listing, console, pairs))


def _print(listing: Listing, console: Console, most: int) -> None:
    pairs, settings = listing.pairs, listing.pairs.settings
    noun = ("story", "stories") if listing.paragraphs is None else ("paragraph", "paragraphs")
    console.print(
        Text.assemble(
            (count(pairs.total, "pair"), "bold"),
            f" of {count(pairs.texts, *noun)} with a Jaccard similarity of {settings.threshold:g}"
            f" or more, by runs of {count(settings.shingle, 'word')}",
        )
    )
    lines = Table.grid(padding=(0, 2))
    lines.add_row("kept", f"{count(len(pairs.kept), *noun)} are near none before them")
    if len(pairs) < pairs.total:
        lines.add_row("listed", f"{count(len(pairs), 'pair')}; of hot texts one a copy")
    for first, copies in pairs.hot[pairs.hot[:, 1].argsort(kind="stable")[::-1]][:_HOT].tolist():
        opening = shortened(listing.text(first), _OPENING)
        lines.add_row("hot", Text(f"{copies:,} times, first in {_name(listing, first)}: {opening}"))
    told = f"{pairs.expected_recall:.1%} of pairs at Jaccard {settings.threshold:g}"
    lines.add_row("search", f"built to find {told}, and more above; every pair is counted exactly")
    console.print(Padding(lines, (0, 0, 0, 2)))
    if most and len(pairs):
        console.print()
        console.print(Padding(_rows(listing, min(most, len(pairs))), (0, 0, 0, 2)))
    skipped = listing.corpus.skipped
    for one in skipped[:_SKIPPED]:
        console.print(Text(f"skipped  {legible(one.where)}: {legible(one.what)}", style="dim"))
    if len(skipped) > _SKIPPED:
        console.print(Text(f"skipped  {len(skipped) - _SKIPPED:,} more", style="dim"))


def _rows(listing: Listing, most: int) -> Table:
    rows = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("jaccard", "left", "right", "right begins"):
        rows.add_column(name, no_wrap=True, header_style="dim")
    pairs = listing.pairs
    for left, right, jaccard in zip(
        pairs.left[:most].tolist(), pairs.right[:most].tolist(), pairs.jaccard[:most], strict=True
    ):
        opening = shortened(listing.text(right), _OPENING)
        names = [Text(_name(listing, one)) for one in (left, right)]
        rows.add_row(f"{jaccard:.3f}", *names, Text(opening))
    return rows


def _name(listing: Listing, position: int) -> str:
    """The story's id, and the number of the paragraph in it."""
    story = listing.story(position)
    name = shortened(listing.corpus.ids[story].as_py(), _OPENING)
    if listing.paragraphs is None:
        return name
    return f"{name} ¶{position - int(listing.paragraphs.stories.searchsorted(story))}"

"""Verdicts, figures and families for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dedup.report.terminal import KIND_STYLES, on_page
from dedup.report.words import count, day, legible, shortened

if TYPE_CHECKING:
    from dedup.index.verdict import Verdict
    from dedup.report.values import Family
    from dedup.stories import Story

_EXCERPT = 60  # characters


def show_verdict(verdict: Verdict, story: Story, file: TextIO) -> None:
    """What is said of a story, a line a paragraph."""

    def draw(console: Console) -> None:
        console.print(
            Text.assemble(
                (legible(verdict.story), "bold"),
                f"  {verdict.recycled:.0%} recycled of {count(verdict.words, 'word')}",
            )
        )
        table = Table(box=None, pad_edge=False, padding=(0, 2), show_edge=False)
        for name in ("", "kind", "words", "first seen", "further", "text"):
            table.add_column(name, justify="right" if name in ("words", "further") else "left")
        for one in verdict.paragraphs:
            origin = one.first_seen or (one.match.origin if one.match else None)
            where = f"{day(origin.published)} {legible(origin.story)}".strip() if origin else ""
            table.add_row(
                str(one.paragraph + 1),
                Text(one.kind, style=KIND_STYLES.get(one.kind, "")),
                str(one.words),
                where,
                str(one.further or ""),
                Text(shortened(legible(story.text[one.start : one.end]), _EXCERPT)),
            )
        console.print(table)
        for alike in verdict.near_duplicates:
            console.print(
                f"near-duplicate of {legible(alike.origin.story)},"
                f" which has {alike.containment:.0%} of it"
            )
        console.print()

    on_page(file, draw)


def show_figures(figures: Mapping[str, Any], file: TextIO) -> None:
    """Figures, a line each."""

    def draw(console: Console) -> None:
        table = Table.grid(padding=(0, 2))
        for name, value in figures.items():
            table.add_row(name.replace("_", " "), _figure(value))
        console.print(table)

    on_page(file, draw)


def _figure(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return day(value)
    return f"{value:,}" if isinstance(value, int) else str(value if value is not None else "")


def show_families(families: Sequence[Family], file: TextIO) -> None:
    """Families, a line each."""

    def draw(console: Console) -> None:
        table = Table(box=None, pad_edge=False, padding=(0, 2), show_edge=False)
        for name in ("family", "kind", "stories", "sources", "first seen", "text"):
            table.add_column(name, justify="right" if name in ("stories", "sources") else "left")
        for family in families:
            first = family.first_seen
            table.add_row(
                family.id,
                Text(family.kind, style=KIND_STYLES.get(family.kind, "")),
                f"{family.stories:,}",
                f"{family.sources:,}",
                f"{day(first.published)} {legible(first.passage.story)}".strip(),
                Text(shortened(legible(family.text), _EXCERPT)),
            )
        console.print(table)

    on_page(file, draw)

"""The report on a terminal: the figures that matter, the widest families, the least new stories."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, TextIO

import numpy as np
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dedup.report.words import changes, count, day, legible, shortened

if TYPE_CHECKING:
    from dedup.report.model import Report
    from dedup.report.values import Family

FAMILIES, STORIES = 8, 10
_WIDTH = 100
_EXCERPT = 280  # characters
_SKIPPED = 5
_MARGIN = 80  # characters of the paragraph on either side of a copied passage
_STYLES = {"equal": "", "skipped": "dim", "dropped": "red strike", "added": "green"}
_MARKS = {"dropped": ("[-", "-]"), "added": ("{+", "+}")}
KIND_STYLES = {
    "same": "bold yellow",
    "edited": "bold cyan",
    "partial": "bold magenta",
    "rewritten": "bold blue",
}


def show(report: Report, file: TextIO, *, families: int = FAMILIES, stories: int = STORIES) -> None:
    """Print the report; with colours only where `file` is a terminal.

    families, stories: at most so many of each.
    """
    on_page(file, lambda console: _print(report, console, families, stories))


def on_page(file: TextIO, draw: Callable[[Console], None]) -> None:
    """Let `draw` print; where `file` is no terminal, plainly and at a fixed width."""
    if file.isatty():
        draw(Console(file=file, highlight=False, emoji=False))
        return
    page = StringIO()
    draw(Console(file=page, width=_WIDTH, highlight=False, emoji=False, color_system=None))
    file.writelines(line.rstrip() + "\n" for line in page.getvalue().splitlines())


def _print(report: Report, console: Console, families: int, stories: int) -> None:
    console.print(_figures(report))
    widest = _widest(report, families)
    if widest:
        console.print(Text("\nWidest families", style="bold"))
        for family in widest:
            console.print(_family(report, family))
    if stories and report.summary.recycled_words:
        console.print(Text("\nMost recycled stories", style="bold"))
        console.print(_stories(report, stories))
    for one in report.skipped[:_SKIPPED]:
        console.print(Text(f"skipped  {legible(one.where)}: {legible(one.what)}", style="dim"))
    if len(report.skipped) > _SKIPPED:
        console.print(Text(f"skipped  {len(report.skipped) - _SKIPPED:,} more", style="dim"))


def _figures(report: Report) -> Group:
    summary = report.summary
    lines = [
        Text.assemble(
            (count(summary.stories, "story", "stories"), "bold"),
            f", {count(summary.sources, 'source')}" if summary.sources else "",
            f", {day(summary.first_published)} to {day(summary.last_published)}"
            if summary.first_published
            else "",
            f", {count(summary.paragraphs, 'paragraph')}",
        )
    ]
    rows = Table.grid(padding=(0, 2))
    counted = summary.words - summary.furniture_words
    rows.add_row(
        "recycled",
        Text(f"{summary.recycled:.1%} of {counted:,} words"),
    )
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in summary.families_by_kind.items() if n)
    told = f"; {count(summary.wordings, 'further wording')}" if summary.wordings else ""
    rows.add_row("families", Text(f"{summary.families:,}" + (f": {kinds}" if kinds else "") + told))
    if summary.near_duplicate_pairs:
        rows.add_row(
            "stories",
            Text(
                f"{count(summary.near_duplicate_pairs, 'near-duplicate pair')} of whole stories"
                f" in {count(summary.near_duplicate_groups, 'group')}"
            ),
        )
    if summary.templates:
        rows.add_row(
            "templates",
            Text(
                f"{count(summary.templates, 'pair')} after {count(summary.frames, 'sentence')}:"
                " the words agree, the facts do not; not recycled"
            ),
        )
    if summary.furniture:
        pasted = report.furniture[0]
        rows.add_row(
            "furniture",
            Text(
                f"{count(summary.furniture, 'run')} inside paragraphs otherwise unlike, as in"
                f" {pasted.paragraphs:,}: “{shortened(pasted.text, 60)}”"
            ),
        )
    jaccard, run = report.settings.threshold, report.settings.passage
    rows.add_row(
        "search",
        Text(
            f"built to find {summary.expected_recall:.0%} of pairs at Jaccard {jaccard:g},"
            f" and those that share {run} words in a row"
        ),
    )
    fields = _fields(report)
    if fields:
        rows.add_row("fields", Text(fields))
    notes = [
        f"{count(summary.empty_stories, 'story', 'stories')} without text"
        if summary.empty_stories
        else "",
        f"{count(summary.replaced, 'older version')} left out" if summary.replaced else "",
        f"{count(summary.skipped, 'bad value or record', 'bad values and records')} left out"
        if summary.skipped
        else "",
    ]
    if any(notes):
        rows.add_row("note", Text(", ".join(note for note in notes if note)))
    return Group(*lines, Padding(rows, (0, 0, 0, 2)))


def _fields(report: Report) -> str:
    """Which fields served as what, where they are not called so."""
    renamed = {
        f"{name} from {legible(field)}"
        for mapping in report.columns.corpus.fields.values()
        for name, field in mapping.items()
        if name != field
    }
    return ", ".join(sorted(renamed))


def _widest(report: Report, limit: int) -> list[Family]:
    table = report.table("families")
    stories = table["stories"].to_numpy()
    words = table["words"].to_numpy()
    order = np.lexsort((np.arange(len(stories)), -words, -stories))[:limit]
    return [report.families[int(k)] for k in order]


def _family(report: Report, family: Family) -> Padding:
    first = family.first_seen
    head = Text.assemble(
        "\n",
        (family.kind, KIND_STYLES.get(family.kind, "bold")),
        f"  in {count(family.stories, 'story', 'stories')}",
        f" of {count(family.sources, 'source')}" if family.sources else "",
        f", {count(family.wordings, 'wording')}" if family.wordings > 1 else "",
        f", first seen {day(first.published)} in {shortened(first.passage.story, 50)}",
        f" ({shortened(first.source, 40)})" if first.source else "",
    )
    body = [
        Text(shortened(family.text, _EXCERPT)),
        *_changed(report, family),
        *_retold(report, family),
    ]
    return Padding(Group(head, *(Padding(text, (0, 0, 0, 2)) for text in body)), (0, 0, 0, 2))


def _changed(report: Report, family: Family) -> list[Text]:
    """The earliest edited copy, or else the earliest that is not word for word, changes marked."""
    altered = [copy for copy in family.occurrences[1:] if copy.jaccard < 1 and not copy.wording]
    if not altered:
        return []
    copy = next((copy for copy in altered if copy.kind == "edited"), altered[0])
    line = Text.assemble(
        (f"{copy.kind} ", KIND_STYLES.get(copy.kind, "")),
        (f"{day(copy.published)}, {shortened(copy.passage.story, 50)}: ", "dim"),
    )
    if copy.kind == "partial":
        return [line.append(shortened(report.text(copy.passage), _EXCERPT))]
    now = report.around(copy.passage, _MARGIN)
    if not any(what in _MARKS for what, _ in changes(family.text, now)):
        return []
    return [line.append(marked(family.text, now))]


def _retold(report: Report, family: Family) -> list[Text]:
    """The earliest retelling, and the words that join it to what it retells."""
    for copy in family.occurrences:
        if copy.kind == "rewritten":
            return [
                Text.assemble(
                    ("rewritten ", KIND_STYLES["rewritten"]),
                    (f"{day(copy.published)}, {shortened(copy.passage.story, 50)}: ", "dim"),
                    shortened(report.text(copy.passage), _EXCERPT),
                    (f" (shared: {shortened(', '.join(copy.evidence), _EXCERPT)})", "dim"),
                )
            ]
    return []


def marked(first: str, later: str) -> Text:
    """What changed from one text to another: [-dropped-] and {+added+} words, cut to an excerpt."""
    line = Text()
    used = 0
    for what, words in changes(first, later):
        line.append(in_marks(what, shortened(words, _EXCERPT))).append(" ")
        used += len(words)
        if used > _EXCERPT:
            line.append("…", style="dim")
            break
    return line


def in_marks(what: str, words: str) -> Text:
    """Words as equal, skipped, [-dropped-] or {+added+}."""
    left, right = _MARKS.get(what, ("", ""))
    return Text(f"{left}{words}{right}", style=_STYLES[what])


def _stories(report: Report, limit: int) -> Padding:
    table = report.table("stories")
    shares, words = table["recycled"].to_numpy(), table["words"].to_numpy()
    order = np.lexsort((np.arange(len(words)), -words, -shares))[:limit]
    rows = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    rows.add_column("recycled", justify="right", no_wrap=True, min_width=8)
    rows.add_column("words", justify="right", no_wrap=True, min_width=6)
    rows.add_column("published", no_wrap=True, min_width=11)
    rows.add_column("story", overflow="ellipsis", no_wrap=True, max_width=34)
    if report.summary.sources:
        rows.add_column("source", overflow="ellipsis", no_wrap=True, max_width=20)
    for k in order:
        story = report.stories[int(k)]
        if not story.recycled_words:
            break
        cells: list[str | Text] = [
            f"{story.recycled:.0%}",
            f"{story.words:,}",
            day(story.published),
            Text(shortened(story.id, 60)),
        ]
        if report.summary.sources:
            cells.append(Text(shortened(story.source, 60)))
        rows.add_row(*cells)
    return Padding(rows, (0, 0, 0, 2))

"""The evaluation on a terminal: the figures, the kinds against the labels, what went wrong."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dedup.evaluation.model import Evaluation, Mistake, Rates, Side
from dedup.kinds import KINDS
from dedup.report.terminal import marked, on_page
from dedup.report.words import changes, count, shortened

ERRORS = 10
_EXCERPT = 280  # characters
_NOTHING = "-"  # where a figure has nothing to be divided


def show(
    evaluation: Evaluation, file: TextIO, *, errors: int = ERRORS, curve: bool = False
) -> None:
    """Print the evaluation; with colours only where `file` is a terminal.

    errors: at most so many. curve: also what other values of `containment` would do.
    """
    on_page(file, lambda console: _print(evaluation, console, errors, curve))


def _print(evaluation: Evaluation, console: Console, errors: int, curve: bool) -> None:
    left_out = f", {evaluation.unsure:,} unsure left out" if evaluation.unsure else ""
    console.print(Text(f"{count(evaluation.pairs, 'labelled pair')}{left_out}", style="bold"))
    console.print(Padding(_figures(evaluation), (1, 0, 0, 2)))
    console.print(Padding(_notes(evaluation), (1, 0, 0, 2)))
    console.print(Text("\nLabel (down) and what the report says (across)", style="bold"))
    console.print(Padding(_confusion(evaluation), (0, 0, 0, 2)))
    if curve:
        console.print(Text("\nCopy at other values of --containment", style="bold"))
        console.print(Padding(_curve(evaluation), (0, 0, 0, 2)))
    shown = evaluation.errors[:errors]
    if shown:
        of = f"{len(shown):,} of {count(len(evaluation.errors), 'error')}, the gravest first"
        console.print(Text(f"\n{of}", style="bold"))
        for mistake in shown:
            console.print(_mistake(mistake))


def _figures(evaluation: Evaluation) -> Table:
    rows = _table("", "precision", "recall", "F1")
    for name, told in (("copy", evaluation.copy), ("recycling", evaluation.recycling)):
        rows.add_row(name, *_rates(told))
    return rows


def _notes(evaluation: Evaluation) -> Table:
    rows = Table.grid(padding=(0, 2))
    rows.add_row("agreement", f"{_figure(evaluation.agreement)} of the pairs have their label")
    recycled, templates = evaluation.templates
    rows.add_row(
        "templates",
        f"{_figure(evaluation.templates_recycled)} called recycled, {recycled:,} of {templates:,}",
    )
    if evaluation.weighted_recall is not None:
        rows.add_row(
            "weighted", f"{_figure(evaluation.weighted_recall)} of the population's copies found"
        )
    best = evaluation.best
    if best:
        rows.add_row(
            "containment",
            f"{evaluation.containment:g} in use; {best.containment:g} is best for these passages,"
            f" copy F1 {_figure(best.f1)}",
        )
    return rows


def _confusion(evaluation: Evaluation) -> Table:
    rows = _table("", *KINDS)
    for label, counts in zip(KINDS, evaluation.confusion, strict=True):
        cells = [
            Text(f"{n:,}" if n else "·", style="bold" if said == label else "" if n else "dim")
            for said, n in zip(KINDS, counts, strict=True)
        ]
        rows.add_row(label, *cells)
    return rows


def _curve(evaluation: Evaluation) -> Table:
    rows = _table("containment", "precision", "recall", "F1", "")
    best = evaluation.best
    for point in evaluation.curve:
        notes = ["in use"] if point.containment == evaluation.containment else []
        notes += ["best"] if point == best else []
        told = Rates(point.precision, point.recall, point.f1)
        rows.add_row(
            f"{point.containment:g}",
            *_rates(told),
            ", ".join(notes),
            style="bold" if notes else "",
        )
    return rows


def _table(first: str, *others: str) -> Table:
    rows = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    rows.add_column(first, no_wrap=True)
    for name in others:
        rows.add_column(name, justify="right" if name else "left", no_wrap=True)
    return rows


def _rates(told: Rates) -> tuple[str, str, str]:
    return _figure(told.precision), _figure(told.recall), _figure(told.f1)


def _figure(figure: float | None) -> str:
    return _NOTHING if figure is None else f"{figure:.3f}"


def _mistake(mistake: Mistake) -> Padding:
    head = Text.assemble(
        "\n",
        ("labelled ", "dim"),
        (mistake.label, "bold"),
        (", said ", "dim"),
        (mistake.said, "bold"),
        (f"  stratum {shortened(mistake.stratum, 20)}" if mistake.stratum else "", "dim"),
    )
    body = [_side(mistake.a), _side(mistake.b)]
    first, later = mistake.a.text, mistake.b.text
    if any(what == "equal" for what, _ in changes(first, later)):
        body.append(Text.assemble(("words  ", "dim"), marked(first, later)))
    return Padding(Group(head, *(Padding(text, (0, 0, 0, 2)) for text in body)), (0, 0, 0, 2))


def _side(side: Side) -> Text:
    place = f"{shortened(side.story, 50)} {side.start}-{side.end}  "
    return Text.assemble((place, "dim"), shortened(side.text, _EXCERPT))

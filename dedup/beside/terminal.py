"""Two stories on a terminal: each shared passage once, with the words that were changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from dedup.beside.shared import SharedPassage, SideBySide
from dedup.report.terminal import KIND_STYLES, in_marks, on_page
from dedup.report.words import changes, count, day, legible, shortened
from dedup.stories import Story

_NAME = 50  # characters
_OWN = ("equal", "added")


def show(found: SideBySide, file: TextIO) -> None:
    """Print what two stories share; with colours only where `file` is a terminal."""
    on_page(file, lambda console: _print(found, console))


def _print(found: SideBySide, console: Console) -> None:
    console.print(_named("left ", found.left))
    console.print(_named("right", found.right))
    kinds = [one.kind for one in found.passages]
    said = ", ".join(f"{kinds.count(kind)} {kind}" for kind in KIND_STYLES if kind in kinds)
    total = count(len(kinds), "shared passage") if kinds else "no shared passage"
    console.print(Text(f"{total}: {said}" if said else total))
    for number, one in enumerate(found.passages, 1):
        console.print(_passage(found, number, one))


def _named(side: str, story: Story) -> Text:
    parts = [
        shortened(story.id, _NAME),
        shortened(story.headline, _NAME),
        shortened(story.source, _NAME),
        day(story.published),
    ]
    return Text.assemble((f"{side}  ", "dim"), ", ".join(part for part in parts if part))


def _own(other: str, text: str, what: str) -> Text:
    """A text with the words marked that the other one has not."""
    found = changes(other, text, whole=True)
    return _spelled((what if way == "added" else way, words) for way, words in found if way in _OWN)


def _spelled(parts: Iterable[tuple[str, str]]) -> Text:
    return Text(" ").join(in_marks(what, words) for what, words in parts)


def _passage(found: SideBySide, number: int, one: SharedPassage) -> Padding:
    left, right = found.left.text[slice(*one.left)], found.right.text[slice(*one.right)]
    head = Text.assemble(
        "\n",
        f"{number}  ",
        (one.kind, KIND_STYLES[one.kind]),
        (f"  left {one.left[0]}-{one.left[1]}, right {one.right[0]}-{one.right[1]}", "dim"),
    )
    if one.kind == "rewritten":
        body = [
            Text.assemble(("left   ", "dim"), _own(right, left, "dropped")),
            Text.assemble(("right  ", "dim"), _own(left, right, "added")),
            Text.assemble(("shared ", "dim"), legible(", ".join(one.evidence))),
        ]
    else:
        body = [_spelled(changes(left, right, whole=True))]
    return Padding(Group(head, *(Padding(text, (0, 0, 0, 2)) for text in body)), (0, 0, 0, 2))

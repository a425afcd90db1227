"""Words for people: text from outside made legible, dates, counts, and what changed in a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from difflib import SequenceMatcher

_CONTEXT = 5  # words kept on each side of a change
_DIFFED = 600  # words of a text that are compared for display


def legible(text: str) -> str:
    """Text from outside as one line that can do nothing to a terminal.

    White space becomes single spaces; control, formatting (bidirectional overrides among them) and
    unassigned characters go, but for the joiners that some scripts need.
    """
    kept = (
        c
        if c in "\u200c\u200d" or unicodedata.category(c)[0] != "C"
        else " "
        if c in "\n\r\t"
        else ""
        for c in text
    )
    return " ".join("".join(kept).split())


def shortened(text: str, limit: int) -> str:
    """Legible text of at most `limit` characters, cut between words where there are any."""
    line = legible(text[: 4 * limit])
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,;:–—-") + "…"


def day(moment: datetime | None) -> str:
    """A date as people write it, or what to say where there is none."""
    return f"{moment.day} {moment:%b %Y}" if moment else "undated"


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: 1 story, 2,000 stories."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def changes(first: str, later: str, *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """What a reader sees when one text became another, as (what, words).

    `what` is equal, dropped, added or skipped; equal words far from a change are skipped.
    whole: skip nothing.
    """
    a, b = legible(first).split()[:_DIFFED], legible(later).split()[:_DIFFED]
    plain_a, plain_b = [_plain(word) for word in a], [_plain(word) for word in b]
    codes = SequenceMatcher(None, plain_a, plain_b, autojunk=False).get_opcodes()
    for number, (code, i, j, k, m) in enumerate(codes):
        if code == "equal" and whole:
            yield "equal", " ".join(b[k:m])
        elif code == "equal":
            yield from _around(b[k:m], number == 0, number == len(codes) - 1)
        else:
            if j > i:
                yield "dropped", " ".join(a[i:j])
            if m > k:
                yield "added", " ".join(b[k:m])


def _around(words: list[str], opens: bool, closes: bool) -> Iterator[tuple[str, str]]:
    """The words of an unchanged stretch that stand near a change."""
    head = 0 if opens else _CONTEXT
    tail = 0 if closes else _CONTEXT
    if len(words) <= head + tail + 1:
        yield "equal", " ".join(words)
        return
    if head:
        yield "equal", " ".join(words[:head])
    yield "skipped", "…"
    if tail:
        yield "equal", " ".join(words[-tail:])


def _plain(word: str) -> str:
    """A word without case and punctuation, so that these alone are no change."""
    return "".join(c for c in word.casefold() if c.isalnum())

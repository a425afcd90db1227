"""What an index must say, from a scan of the stories that are in it."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np

from dedup import Settings, Story, scan
from dedup.index import Index, Verdict
from dedup.report.as_json import dump
from dedup.report.model import Report
from tests import wire

KINDS = ["same", "edited", "partial", "rewritten", "template"]
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
SHORT = ["Read more here", "By our staff in Osdal", "Contact the newsroom: 555 12 34"]


def document(report: Report) -> bytes:
    """A report as its JSON."""
    file = BytesIO()
    dump(report, file)
    return file.getvalue()


@dataclass
class Model:
    """All versions of all stories, in a dictionary."""

    versions: dict[str, list[Story]] = field(default_factory=dict)

    def add(self, story: Story) -> None:
        """As `Index.add`; a version that is there already takes its place."""
        held = self.versions.setdefault(story.id, [])
        known = [k for k, one in enumerate(held) if one.version == story.version]
        if known:
            story = replace(story, published=earliest([held.pop(known[0]), story]))
        held.append(story)

    def knows_better(self, story: Story) -> bool:
        """Whether this version was there and is not the newest."""
        held = [one.version for one in self.versions.get(story.id, [])]
        return story.version in held and story.version < max(held)

    def expire(self, before: datetime) -> int:
        """As `Index.expire`."""
        dates = {name: earliest(held) for name, held in self.versions.items()}
        gone = [name for name, date in dates.items() if date is not None and date < before]
        for name in gone:
            del self.versions[name]
        return len(gone)

    def stories(self, without: str = "") -> list[Story]:
        """Every version of every story but one."""
        return [one for name, held in self.versions.items() if name != without for one in held]

    def with_story(self, story: Story) -> list[Story]:
        """All, with a story in place of what has its id."""
        date = earliest([*self.versions.get(story.id, []), story])
        return [*self.stories(without=story.id), replace(story, published=date)]


def earliest(stories: list[Story]) -> datetime | None:
    """The first date among stories, if any has one."""
    return min((one.published for one in stories if one.published), default=None)


def said(verdict: Verdict) -> dict[str, Any]:
    """A verdict in the terms of a report."""
    return {
        "words": (verdict.words, verdict.recycled_words, verdict.furniture_words),
        "recycled": verdict.recycled,
        "matches": {
            one.paragraph: (
                one.match.kind, one.match.origin.story, one.match.paragraph, one.match.start,
                one.match.end, one.match.runs, one.match.jaccard, one.match.containment,
                one.match.own_containment, one.match.evidence,
            )
            for one in verdict.paragraphs
            if one.match
        },
        "families": {
            one.paragraph: (one.family, one.first_seen.story, one.further)
            for one in verdict.paragraphs
            if one.family and one.first_seen
        },
        "near": {
            one.origin.story: (one.jaccard, one.containment, one.own_containment)
            for one in verdict.near_duplicates
        },
    }  # fmt: skip


def expected(report: Report, name: str, verdict: Verdict) -> dict[str, Any]:
    """The same from a report; where two answers are as good, the one that the verdict gives."""
    row = next(one for one in report.stories if one.id == name)
    given = said(verdict)
    matches = defaultdict(list)
    for match in [*report.matches, *report.templates]:
        if match.right.story == name:
            rank = (KINDS.index(match.kind), -match.right_containment)
            told = (
                match.kind, match.left.story, match.left.paragraph, match.left.start,
                match.left.end, match.runs, match.jaccard, match.right_containment,
                match.left_containment, match.evidence,
            )  # fmt: skip
            matches[match.right.paragraph].append((rank, told))
    for first, later, moved in _again(report, name):  # a report shows a match at the first of them
        if first in matches and later not in matches:
            matches[later] = [
                (rank, (*told[:5], _shifted(told[5], moved), *told[6:]))
                for rank, told in matches[first]
            ]
    families = defaultdict(list)
    for family in report.families:
        others = sum(one.passage.story != name for one in family.occurrences)
        for one in family.occurrences:
            if one.passage.story == name:
                told = family.id, family.first_seen.passage.story, others
                families[one.passage.paragraph].append(told)
    near = {}
    for pair in report.near_duplicate_stories:
        if pair.left == name:
            near[pair.right] = pair.jaccard, pair.left_containment, pair.right_containment
        if pair.right == name:
            near[pair.left] = pair.jaccard, pair.right_containment, pair.left_containment
    return {
        "words": (row.words, row.recycled_words, row.furniture_words),
        "recycled": row.recycled,
        "matches": {
            paragraph: _chosen(_best(held), given["matches"].get(paragraph))
            for paragraph, held in matches.items()
        },
        "families": {
            paragraph: _chosen(held, given["families"].get(paragraph))
            for paragraph, held in families.items()
        },
        "near": near,
    }


def _again(report: Report, name: str) -> list[tuple[int, int, int]]:
    """Paragraphs of a story that are the same text: the first, a later one, characters between."""
    columns = report.columns
    story = columns.corpus.ids.to_pylist().index(name)
    rows = np.flatnonzero(columns.paragraphs.stories == story).tolist()
    texts, numbers = columns.texts.of, columns.paragraph_numbers
    out = []
    for row in rows:
        first = next(other for other in rows if texts[other] == texts[row])
        if texts[row] >= 0 and first < row:
            moved = columns.paragraph_spans[row][0] - columns.paragraph_spans[first][0]
            out.append((int(numbers[first]), int(numbers[row]), int(moved)))
    return out


def _shifted(runs: Any, moved: int) -> Any:
    return tuple((a, b, c + moved, d + moved) for a, b, c, d in runs)


def _best(held: list[tuple[Any, Any]]) -> list[Any]:
    top = min(rank for rank, _ in held)
    return [told for rank, told in held if rank == top]


def _chosen(answers: list[Any], given: Any) -> Any:
    return given if given in answers else answers[0]


class Newsroom:
    """Stories drawn from a few paragraphs, with ids that come again."""

    def __init__(self, seed: int, *, counted: bool) -> None:
        """counted: all ids are whole numbers."""
        self.draw = random.Random(seed)
        self.counted = counted
        bodies = [story.text for k in range(3) for story in wire.corpus(seed * 7 + k, 14)]
        self.paragraphs = [part for body in bodies for part in body.split("\n\n")]

    def story(self) -> Story:
        """The next one."""
        draw = self.draw
        parts = [
            wire.edited(draw, draw.choice(self.paragraphs), draw.choice((0, 0, 1, 3, 6)))
            for _ in range(draw.randint(0, 4))
        ]
        if draw.random() < 0.3:
            parts.append(draw.choice(SHORT))
        number = draw.randint(1, 22)
        name = str(number) if self.counted or number > 6 else f"s{number}"
        date = None if draw.random() < 0.2 else self.date(20)
        source = draw.choice(("", "A", "B"))
        return Story(name, "\n\n".join(parts), "", source, date, draw.randint(0, 2))

    def date(self, days: int) -> datetime:
        """One of the first days of the year."""
        return FIRST + timedelta(days=self.draw.randint(0, days))


def compare(index: Index, model: Model, story: Story) -> None:
    """Check a story, and hold the verdict against a scan."""
    verdict = index.check(story)

    report = scan(model.with_story(story), Settings(threads=1))
    assert said(verdict) == expected(report, story.id, verdict)

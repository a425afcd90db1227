"""What two stories share: the passages of a scan of both, and what their paragraphs hold besides.

Paragraph breaks move between outlets: one paragraph may carry two passages, of which a scan matches
the closer one and lets it speak for the whole. So what a paragraph holds outside its passages is
taken as a paragraph by itself and compared again, until nothing more is found. Of two pieces at
least one must be such a rest: whole paragraphs have been judged.

Time O(words of both), a scan a round, and next to always two rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dedup.beside.chosen import story_from
from dedup.kinds import EDITED, KINDS, RECYCLED, REWRITTEN, SAME
from dedup.pipeline import scan
from dedup.report.model import Report
from dedup.report.values import Occurrence
from dedup.settings import DEFAULTS, Settings
from dedup.stories import Story

_ROUNDS = 4
_CLOSE = tuple(KINDS[kind] for kind in (SAME, EDITED))
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """A passage that two stories carry.

    kind: same, edited, partial or rewritten.
    left, right: its characters in the text of each story, half-open.
    evidence: of a retelling, the heaviest words that both texts have.
    """

    kind: str
    left: Span
    right: Span
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Two stories and what they share.

    left, right: the stories in the order in which they were named.
    passages: in the order of the left story.
    report: the report on the two.
    """

    left: Story
    right: Story
    passages: tuple[SharedPassage, ...]
    report: Report

    def to_html(self, path: str | Path) -> None:
        """Write a page that opens with the two side by side.

        Raises:
            BadOutput: it cannot be written; what stood there before still does.
        """
        from dedup.report.page import write_page
        from dedup.report.page.markup import anchor

        write_page(
            self.report,
            Path(path),
            start=f"beside-{anchor(self.left.id)}~{anchor(self.right.id)}",
            shared=[(one.kind, *one.left, *one.right) for one in self.passages],
        )


def side_by_side(
    left: Story | str | Path,
    right: Story | str | Path,
    settings: Settings = DEFAULTS,
    *,
    fields: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    skip_bad: bool = False,
) -> SideBySide:
    """Find what two stories share.

    left, right: a story; or a file that holds one; or FILE#ID, where it holds several.
    fields, encoding, skip_bad: how the files are read, as for `scan`.

    Raises:
        BadInput: a story cannot be read.
        BadSetting: the settings cannot be met.
    """
    a, b = (
        one
        if isinstance(one, Story)
        else story_from(one, fields=fields, encoding=encoding, skip_bad=skip_bad)
        for one in (left, right)
    )
    if a.id == b.id:  # two files of one name, or two versions
        b = replace(b, id=f"{b.id} (second)")
    report = scan([a, b], settings)
    found = list(_passages(report, a.id))
    pieces = _paragraphs(report, a.id), _paragraphs(report, b.id)
    for _ in range(_ROUNDS):
        rests = (
            _rests(pieces[0], [one.left for one in found]),
            _rests(pieces[1], [one.right for one in found]),
        )
        fresh = list(_again(a, b, rests, pieces, settings))
        if not fresh:
            break
        found += fresh
    found = [
        replace(
            one,
            left=_filled(one.left, a.text, pieces[0], [other.left for other in found], settings),
            right=_filled(one.right, b.text, pieces[1], [other.right for other in found], settings),
        )
        if one.kind in _CLOSE
        else one
        for one in found
    ]
    return SideBySide(a, b, tuple(sorted(found, key=lambda one: (one.left, one.right))), report)


def _filled(
    span: Span, text: str, paragraphs: list[Span], taken: list[Span], settings: Settings
) -> Span:
    """A passage with what is too short beside it to be one: a changed opening, a changed end.

    Words between two passages stay out; the punctuation after the first of them is its own.
    """
    start, end = span
    low, high = next((one for one in paragraphs if one[0] <= start and end <= one[1]), span)
    if all(other[1] <= low or other[0] >= start for other in taken):
        start = low if len(text[low:start].split()) < settings.min_words else start
    if all(other[0] >= high or other[1] <= end for other in taken):
        end = high if len(text[end:high].split()) < settings.min_words else end
    while end < high and not (text[end].isspace() or text[end].isalnum()):
        end += 1
    return start, end


def _passages(report: Report, left: str) -> Iterator[SharedPassage]:
    """What the families of a report on two stories say, the passage of `left` first."""
    for family in report.families:
        sides: tuple[list[Occurrence], list[Occurrence]] = ([], [])
        for one in family.occurrences:
            sides[one.passage.story != left].append(one)
        for a, b in zip(*sides, strict=False):
            told = tuple(dict.fromkeys((*a.evidence, *b.evidence)))
            kind = _relation(a, b)
            yield SharedPassage(
                kind,
                (a.passage.start, a.passage.end),
                (b.passage.start, b.passage.end),
                told if kind == KINDS[REWRITTEN] else (),
            )


def _relation(a: Occurrence, b: Occurrence) -> str:
    """How two occurrences of a family stand to each other: as the further of them to its first."""
    if a.wording != b.wording:
        return KINDS[REWRITTEN]
    kinds = [KINDS[kind] for kind in RECYCLED]
    return max((one.kind for one in (a, b) if one.kind in kinds[:-1]), key=kinds.index)


def _paragraphs(report: Report, story: str) -> list[Span]:
    """The characters of each paragraph of a story."""
    columns = report.columns
    position = columns.corpus.ids.to_pylist().index(story)
    rows = np.flatnonzero(columns.paragraphs.stories == position)
    return [(start, end) for start, end in columns.paragraph_spans[rows].tolist()]


def _rests(paragraphs: list[Span], taken: list[Span]) -> list[Span]:
    """What the passages leave of the paragraphs."""
    rests = []
    for start, end in paragraphs:
        for low, high in sorted(taken):
            if low < end and high > start:
                rests.append((start, max(start, low)))
                start = max(start, min(end, high))
        rests.append((start, end))
    return [(start, end) for start, end in rests if start < end]


def _again(
    a: Story,
    b: Story,
    rests: tuple[list[Span], list[Span]],
    whole: tuple[list[Span], list[Span]],
    settings: Settings,
) -> Iterator[SharedPassage]:
    """What the rests share, at least one of each two being less than a paragraph."""
    cut = [_cut(story.text, spans) for story, spans in zip((a, b), rests, strict=True)]
    report = scan([replace(a, text=cut[0][0]), replace(b, text=cut[1][0])], settings)
    for one in _passages(report, a.id):
        left, right = (
            _moved(span, starts, spans)
            for span, (_, starts), spans in zip((one.left, one.right), cut, rests, strict=True)
        )
        if left[1] in whole[0] and right[1] in whole[1]:
            continue
        yield replace(one, left=left[0], right=right[0])


def _cut(text: str, spans: list[Span]) -> tuple[str, list[int]]:
    """Some stretches of a text as paragraphs, and where each begins."""
    parts, starts, length = [], [], 0
    for start, end in spans:
        starts.append(length)
        parts.append(" ".join(text[start:end].split("\n")))
        length += end - start + 2
    return "\n\n".join(parts), starts


def _moved(span: Span, starts: list[int], spans: list[Span]) -> tuple[Span, Span]:
    """A span of the cut text in the whole one, and the stretch that it lies in."""
    row = int(np.searchsorted(starts, span[0], side="right")) - 1
    by = spans[row][0] - starts[row]
    return (span[0] + by, span[1] + by), spans[row]

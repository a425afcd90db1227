"""The figures of the overview: recycled text by date and by place in the story, and who carries it.

Everything is counted in columns, O(paragraphs + occurrences) with a sort.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels import I64
from dedup.kinds import KINDS, NONE, RECYCLED
from dedup.report.columns import Columns
from dedup.report.page.listing import UNDATED, seconds, source_numbers

if TYPE_CHECKING:
    from dedup.report.model import Report

PARTS = 10  # that a story is cut into
_BINS = 60  # at most, of time
_DAY = 86_400
_NAMED = 12  # sources with a row of their own
_PAIRS = 12  # of near-duplicate stories


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, or of every story: its words, and those of them that are recycled."""

    label: str
    words: int
    recycled: int

    @property
    def share(self) -> float:
        """Recycled words as a part of all."""
        return self.recycled / max(1, self.words)


@dataclass(frozen=True, slots=True)
class Cell:
    """Passages first seen with one source and carried by another.

    lag: the median time from first seen to carried, in seconds; None where no dates are known.
    """

    count: int
    lag: float | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who carries whose text.

    sources: row and column names; "" is no source. others: how many make up the last one, or 0.
    cells: a row for each source of first texts, a cell for each that carries them later.
    """

    sources: tuple[str, ...]
    others: int
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def most(self) -> int:
        """The largest count, of single sources where there are others: these would dwarf them."""
        named = len(self.sources)
        rows = [row[:named] for row in self.cells[:named]]
        return max((cell.count for row in rows for cell in row), default=0)


@dataclass(frozen=True, slots=True)
class Kind:
    """Families of one kind, and the occurrences of that kind after a first text."""

    name: str
    families: int
    occurrences: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The overview.

    time: by day, week, month or year (`step`); empty where no story is dated.
    undated: stories without a date, which `time` leaves out.
    place: by tenths of the story.
    alike: ids of stories that are mostly the same text, with the share of the shorter one.
    """

    time: tuple[Span, ...]
    step: str
    undated: int
    place: tuple[Span, ...]
    matrix: Matrix
    kinds: tuple[Kind, ...]
    alike: tuple[tuple[str, str, float], ...]


def figures(report: Report) -> Figures:
    """Draw the overview from a report."""
    columns = report.columns
    published = seconds(columns)
    step, time = _over_time(columns, published)
    return Figures(
        time=time,
        step=step,
        undated=int(np.count_nonzero(published == UNDATED)),
        place=_by_place(columns),
        matrix=_matrix(columns, published),
        kinds=_kinds(report),
        alike=_alike(report),
    )


def _over_time(columns: Columns, published: I64) -> tuple[str, tuple[Span, ...]]:
    dated = np.flatnonzero(published != UNDATED)
    if not len(dated):
        return "day", ()
    days = (published[dated] // _DAY).astype("datetime64[D]")
    step, bins, names = _binned(days)
    words, recycled, furniture = columns.story_words[dated].T
    counted = np.bincount(bins, words - furniture, len(names)).tolist()
    again = np.bincount(bins, recycled, len(names)).tolist()
    rows = zip(names, counted, again, strict=True)
    return step, tuple(Span(name, int(n), int(r)) for name, n, r in rows)


def _binned(days: np.ndarray) -> tuple[str, I64, list[str]]:
    """The finest step with at most _BINS bins, the bin of each day, and the names of the bins."""
    for step, unit in (("day", "D"), ("week", "W"), ("month", "M"), ("year", "Y")):
        # numpy's weeks begin on Thursdays, as 1970 did; people's begin on Mondays.
        units = days + np.timedelta64(3, "D") if step == "week" else days
        numbers = units.astype(f"datetime64[{unit}]").astype(np.int64)
        first, last = int(numbers.min()), int(numbers.max())
        if last - first < _BINS:
            break
    width = (last - first) // _BINS + 1  # of the years 1 to 9999 still so many bins
    starts = np.arange(first, last + 1, width).astype(f"datetime64[{unit}]")
    dates = starts.astype("datetime64[D]") - np.timedelta64(3 * (step == "week"), "D")
    names = [_named(start, step, width) for start in dates.tolist()]
    return step if width == 1 else f"{width} years", (numbers - first) // width, names


def _named(start: date, step: str, width: int) -> str:
    """A bin as people write it."""
    if width > 1:
        return f"{start.year} to {start.year + width - 1}"
    if step in ("year", "month"):
        return f"{start.year}" if step == "year" else f"{start:%b} {start.year}"
    return f"{start.day} {start:%b} {start.year}"


def _matrix(columns: Columns, published: I64) -> Matrix:
    places = columns.places
    names, numbers = source_numbers(columns)
    of_story = columns.paragraphs.stories[places.paragraphs]
    later = np.flatnonzero(places.kinds != NONE)
    first = of_story[places.firsts[later]]
    now = of_story[later]
    size = len(names)
    told = np.bincount(numbers[first], minlength=size) + np.bincount(numbers[now], minlength=size)
    order = np.argsort(-told, kind="stable")
    order = order[told[order] > 0]
    own = order if len(order) <= _NAMED else order[: _NAMED - 1]
    rank = np.full(size, len(own), dtype=np.int64)
    rank[own] = np.arange(len(own))
    width = len(own) + (len(own) < len(order))
    cell = rank[numbers[first]] * width + rank[numbers[now]]
    counts = np.bincount(cell, minlength=width * width)
    lags = _medians(cell, published[first], published[now])
    cells = [
        Cell(count, lags.get(number)) for number, count in enumerate(counts.tolist())
    ]  # row after row
    return Matrix(
        tuple(names[k] for k in own),
        len(order) - len(own),
        tuple(tuple(cells[k * width : (k + 1) * width]) for k in range(width)),
    )


def _medians(cells: I64, first: I64, now: I64) -> dict[int, float]:
    """The median of now - first in each cell, of pairs that are both dated."""
    dated = np.flatnonzero((first != UNDATED) & (now != UNDATED))
    cells, lags = cells[dated], (now - first)[dated]
    order = np.lexsort((lags, cells))
    cells, lags = cells[order], lags[order]
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    sizes = np.diff(np.append(starts, len(cells)))
    medians = (lags[starts + (sizes - 1) // 2] + lags[starts + sizes // 2]) / 2
    return dict(zip(cells[starts].tolist(), medians.tolist(), strict=True))


def _by_place(columns: Columns) -> tuple[Span, ...]:
    """Words and recycled ones in each tenth of the stories, the words of a paragraph spread evenly.

    Both counts run on from paragraph to paragraph; where a tenth ends they are interpolated.
    """
    words, recycled, furniture = columns.paragraph_words
    counted = words - furniture
    bounds = np.searchsorted(columns.paragraphs.stories, np.arange(len(columns.corpus) + 1))
    upto = np.concatenate((np.zeros(1), np.cumsum(counted)))
    again = np.concatenate((np.zeros(1), np.cumsum(recycled)))
    start, end = upto[bounds[:-1]], upto[bounds[1:]]
    cuts = start + (end - start) * np.linspace(0, 1, PARTS + 1)[:, None]
    sums = np.diff(cuts, axis=0).sum(axis=1)
    shares = np.diff(np.interp(cuts, upto, again), axis=0).sum(axis=1)
    names = [f"{10 * k} to {10 * k + 10}%" for k in range(PARTS)]
    return tuple(
        Span(name, round(n), round(r))
        for name, n, r in zip(names, sums.tolist(), shares.tolist(), strict=True)
    )


def _kinds(report: Report) -> tuple[Kind, ...]:
    counts = np.bincount(report.columns.places.kinds, minlength=len(KINDS)).tolist()
    families = report.summary.families_by_kind
    return tuple(Kind(KINDS[k], families[KINDS[k]], counts[k]) for k in RECYCLED)


def _alike(report: Report) -> tuple[tuple[str, str, float], ...]:
    table = report.to_arrow()["near_duplicate_stories"]
    share = np.maximum(table["left_containment"].to_numpy(), table["right_containment"].to_numpy())
    order = np.argsort(-share, kind="stable")[:_PAIRS]
    rows = table.take(order)
    return tuple(
        zip(rows["left"].to_pylist(), rows["right"].to_pylist(), share[order].tolist(), strict=True)
    )

"""What an evaluation found: counts of labels against kinds, and the figures drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dedup.kinds import EDITED, KINDS, RECYCLED, SAME, TEMPLATE

COPY = (SAME, EDITED)


@dataclass(frozen=True, slots=True)
class Rates:
    """How well pairs of some kinds are told from the others; None where nothing is to be divided.

    precision: of the pairs said to be such, the part that is. recall: of those that are, the part
        that was said to be. f1: their harmonic mean.
    """

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """Copies told from the rest by comparing the labelled passages, at one setting."""

    containment: float
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """One passage of a labelled pair, in characters of its story's text."""

    story: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A pair that the report calls otherwise than its label."""

    label: str
    said: str
    a: Side
    b: Side
    stratum: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How right a report is on labelled pairs. A figure is None where nothing is to be divided.

    pairs: judged. unsure: left out.
    confusion: pairs by label (rows) and by what the report says (columns), both in the order of
        KINDS.
    copy: same and edited against the rest. recycling: same, edited, partial and rewritten.
    weighted_recall: of the copies in the population that the pairs were drawn from, the part that
        the report finds, each labelled pair standing for its share of its stratum; None without
        strata.
    containment: the setting that the report was made with.
    curve: the copy figures at other values of that setting. The labelled passages themselves are
        compared for it: it judges the pairs, not whether the search would have found them, nor how
        the text was cut into paragraphs, nor what is furniture in this corpus.
    errors: the pairs that the report calls otherwise than their labels: first those that are
        recycling to one of the two only, then those that are a copy to one only, then the rest.
    """

    pairs: int
    unsure: int
    confusion: tuple[tuple[int, ...], ...]
    copy: Rates
    recycling: Rates
    weighted_recall: float | None
    containment: float
    curve: tuple[Point, ...]
    errors: tuple[Mistake, ...]

    @property
    def agreement(self) -> float | None:
        """The part of the pairs that the report calls by their label, all six kinds told apart."""
        return share(sum(self.confusion[k][k] for k in range(len(KINDS))), self.pairs)

    @property
    def templates(self) -> tuple[int, int]:
        """Of the pairs labelled template, how many the report calls recycled, and how many are."""
        row = self.confusion[TEMPLATE]
        return sum(row[k] for k in RECYCLED), sum(row)

    @property
    def templates_recycled(self) -> float | None:
        """The part of the pairs labelled template that the report calls recycled."""
        return share(*self.templates)

    @property
    def best(self) -> Point | None:
        """The point of the curve with the best F1; of several, the one nearest to the setting."""
        scored = [(point.f1, point) for point in self.curve if point.f1 is not None]
        if not scored:
            return None
        top = max(f1 for f1, _ in scored)
        return min(
            (point for f1, point in scored if f1 == top),
            key=lambda point: (abs(point.containment - self.containment), point.containment),
        )

    def to_json(self, path: str | Path) -> None:
        """Write it as one JSON document; docs/evaluation.md describes it.

        Raises:
            BadOutput: it cannot be written; what stood there before still does.
        """
        from dedup.evaluation.as_json import write_json

        write_json(self, Path(path))


def share(part: float, whole: float) -> float | None:
    """The part of a whole; None of nothing."""
    return part / whole if whole else None


def rates(is_one: np.ndarray, said_one: np.ndarray) -> Rates:
    """Precision, recall and F1 from two bool columns: what each pair is, and is said to be."""
    right = int(np.count_nonzero(is_one & said_one))
    positives, claims = int(np.count_nonzero(is_one)), int(np.count_nonzero(said_one))
    precision, recall = share(right, claims), share(right, positives)
    f1 = None
    if precision is not None and recall is not None:
        f1 = 2 * right / (positives + claims)
    return Rates(precision, recall, f1)

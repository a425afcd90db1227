"""From a report and labels to an evaluation, in steps; time grows with the labels only."""

from __future__ import annotations

import numpy as np

from dedup.compare import compare
from dedup.evaluation.labels import Given, Labels, Strata, locate, read_labels
from dedup.evaluation.model import COPY, Evaluation, Mistake, Point, Side, rates, share
from dedup.evaluation.said import kinds_said
from dedup.kernels import I64, U8
from dedup.kinds import KINDS, RECYCLED, kinds
from dedup.report.columns import Columns
from dedup.report.model import Report
from dedup.tokens import tokenise

_TRIED = tuple(step / 20 for step in range(1, 20))  # values of `containment`


def evaluate(
    report: Report,
    labels: Given | Labels,
    *,
    strata: Strata | None = None,
) -> Evaluation:
    """Hold what a report says against pairs that people have read and labelled.

    labels: a file of JSON Lines or the pairs themselves, as docs/evaluation.md describes them.
    strata: how many pairs of the population each stratum of the labels holds, for the recall
        weighted by it; a JSON file or a mapping.

    Raises:
        BadInput: labels or strata cannot be read, or name what the corpus or the strata lack.
    """
    columns = report.columns
    pairs = labels if isinstance(labels, Labels) else read_labels(labels, strata=strata)
    stories = locate(pairs, columns)
    said = kinds_said(columns, stories, pairs.spans)

    is_copy, said_copy = np.isin(pairs.kinds, COPY), np.isin(said, COPY)
    is_recycled, said_recycled = np.isin(pairs.kinds, RECYCLED), np.isin(said, RECYCLED)
    confusion = np.zeros((len(KINDS), len(KINDS)), dtype=np.int64)
    np.add.at(confusion, (pairs.kinds, said), 1)
    texts = _texts(columns, stories, pairs.spans)
    wrong = np.flatnonzero(pairs.kinds != said)
    gravest = np.lexsort(((is_copy == said_copy)[wrong], (is_recycled == said_recycled)[wrong]))
    return Evaluation(
        pairs=len(pairs),
        unsure=pairs.unsure,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        copy=rates(is_copy, said_copy),
        recycling=rates(is_recycled, said_recycled),
        weighted_recall=_weighted(pairs.weights, is_copy, said_copy),
        containment=columns.settings.containment,
        curve=_curve(columns, texts, is_copy),
        errors=tuple(_mistake(pairs, said, texts, k) for k in wrong[gravest].tolist()),
    )


def _weighted(weights: np.ndarray | None, is_copy: np.ndarray, said: np.ndarray) -> float | None:
    """The part of the population's copies that is found."""
    if weights is None:
        return None
    return share(float(weights[is_copy & said].sum()), float(weights[is_copy].sum()))


def _texts(columns: Columns, stories: I64, places: I64) -> list[str]:
    """The labelled passages, two a pair; each story is decoded once."""
    stories, spans = stories.reshape(-1), places.reshape(-1, 2).tolist()
    out = [""] * len(spans)
    story, text = -1, ""
    for k in np.argsort(stories, kind="stable").tolist():
        if stories[k] != story:
            story = int(stories[k])
            text = columns.corpus.text(story)
        out[k] = text[slice(*spans[k])]
    return out


def _curve(columns: Columns, texts: list[str], is_copy: np.ndarray) -> tuple[Point, ...]:
    """Compare the passages once, and judge them at each value of `containment`."""
    settings = columns.settings
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([len(one) for one in encoded], dtype=np.int64)
    starts = np.concatenate((np.zeros(1, dtype=np.int64), ends))[:-1]
    buffer = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    tokens = tokenise(buffer, starts, ends, columns.fold)
    pairs: I64 = np.arange(len(texts), dtype=np.int64).reshape(-1, 2)
    found = compare(tokens, pairs, width=settings.shingle)

    def at(containment: float) -> Point:
        said: U8 = kinds(found, containment=containment, partial_words=settings.partial_words)
        told = rates(is_copy, np.isin(said, COPY))
        return Point(containment, told.precision, told.recall, told.f1)

    return tuple(at(value) for value in sorted({*_TRIED, settings.containment}))


def _mistake(pairs: Labels, said: U8, texts: list[str], k: int) -> Mistake:
    spans = pairs.spans[k].tolist()
    a, b = (
        Side(pairs.ids[k][side], spans[side][0], spans[side][1], texts[2 * k + side])
        for side in (0, 1)
    )
    return Mistake(KINDS[pairs.kinds[k]], KINDS[said[k]], a, b, pairs.strata[k])

"""Labelled pairs of news paragraphs, and what a report says of each.

The labels are not part of the project: the texts belong to their publishers. Where a folder
`../shared/data` beside the checkout holds them, tests use them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from dedup.kinds import KINDS
from dedup.report import Report

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def labels(name: str) -> list[dict]:
    """The labelled pairs of a set, those that two readers saw alike."""
    lines = (DATA / f"{name}.labels.jsonl").read_text().splitlines()
    return [pair for pair in map(json.loads, lines) if pair["label"] != "unsure"]


def texts_at(report: Report, side: dict) -> list[int]:
    """The distinct texts that lie in a labelled span with half of the shorter of the two."""
    columns = report.columns
    story = columns.corpus.ids.to_pylist().index(side["story"])
    paragraphs = np.flatnonzero(columns.paragraphs.stories == story)
    spans = columns.paragraph_spans[paragraphs]
    common = np.minimum(spans[:, 1], side["end"]) - np.maximum(spans[:, 0], side["start"])
    shorter = np.minimum(spans[:, 1] - spans[:, 0], side["end"] - side["start"])
    return columns.texts.of[paragraphs[common >= shorter / 2]].tolist()


def said(report: Report, pair: dict) -> str:
    """The kind that the report's matches give to a labelled pair."""
    matches = report.columns.matches
    known = dict(zip(map(tuple, matches.pairs.tolist()), matches.kinds.tolist(), strict=True))
    for a in texts_at(report, pair["a"]):
        for b in texts_at(report, pair["b"]):
            if a == b >= 0:
                return "same"
            kind = known.get((min(a, b), max(a, b)))
            if kind is not None:
                return KINDS[kind]
    return "none"

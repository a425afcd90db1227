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


class Said:
    """What the matches of a report say of labelled pairs."""

    def __init__(self, report: Report) -> None:
        self.columns = report.columns
        self.stories = {name: k for k, name in enumerate(self.columns.corpus.ids.to_pylist())}
        matches = self.columns.matches
        pairs = map(tuple, matches.pairs.tolist())
        self.kinds = dict(zip(pairs, matches.kinds.tolist(), strict=True))

    def of(self, pair: dict) -> str:
        """The kind that a labelled pair has in the report."""
        for a in self.texts(pair["a"]):
            for b in self.texts(pair["b"]):
                if a == b >= 0:
                    return "same"
                kind = self.kinds.get((min(a, b), max(a, b)))
                if kind is not None:
                    return KINDS[kind]
        return "none"

    def texts(self, side: dict) -> list[int]:
        """The distinct texts that share half of the shorter span with a labelled one."""
        columns = self.columns
        story = self.stories[side["story"]]
        first, last = np.searchsorted(columns.paragraphs.stories, [story, story + 1])
        spans = columns.paragraph_spans[first:last]
        common = np.minimum(spans[:, 1], side["end"]) - np.maximum(spans[:, 0], side["start"])
        shorter = np.minimum(spans[:, 1] - spans[:, 0], side["end"] - side["start"])
        return columns.texts.of[first:last][common >= shorter / 2].tolist()

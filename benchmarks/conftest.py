"""What the benches share: wire corpora of two sizes, and each step's input.

    python -m pytest benchmarks --benchmark-enable --benchmark-only
    DEDUP_BENCH=20000,200000 python -m pytest benchmarks/bench_lsh.py --benchmark-enable

The sizes are small unless DEDUP_BENCH names others, so that the tests can run every bench once.
Each bench stands at two sizes or more: a slope, not a point. What was found stands beside the time
in the extra information, since a speed without its recall is none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import corpus

from dedup.minhash import Signatures, sign
from dedup.paragraphs import Paragraphs, split
from dedup.settings import CLASSIC
from dedup.shingles import Shingles, shingle
from dedup.stories import Corpus, Story, batch_of_stories, corpus_of
from dedup.tokens import FoldTable, Tokens, fold_table, tokenise

SIZES = [int(size) for size in os.environ.get("DEDUP_BENCH", "80,320").split(",")]


class Wire(NamedTuple):
    """Some stories, and what the steps make of them."""

    corpus: Corpus
    paragraphs: Paragraphs
    table: FoldTable
    tokens: Tokens
    shingles: Shingles
    signatures: Signatures
    pairs: set[tuple[int, int]]

    @property
    def megabytes(self) -> float:
        return len(self.corpus.buffer) / 1e6


@lru_cache(maxsize=2)
def wire(stories: int) -> Wire:
    """The corpus of a size, up to signatures of word 5-grams, and the pairs there are."""
    texts = corpus.texts(stories, unit="stories")
    made = corpus_of([batch_of_stories(Story(f"{k:07}", text) for k, text in enumerate(texts))])
    paragraphs = split(made.buffer, made.starts, made.ends)
    table = fold_table(made.buffer)
    tokens = tokenise(made.buffer, paragraphs.starts, paragraphs.ends, table)
    shingles = shingle(tokens, width=CLASSIC.shingle)
    return Wire(
        made,
        paragraphs,
        table,
        tokens,
        shingles,
        sign(shingles),
        alike(shingles, CLASSIC.threshold),
    )


def alike(shingles: Shingles, threshold: float) -> set[tuple[int, int]]:
    """All pairs of this Jaccard similarity, by the shingles that stand in two texts."""
    of = np.repeat(np.arange(len(shingles)), np.diff(shingles.offsets))
    both = np.unique(np.stack((shingles.values, of.astype(np.uint64)), axis=1), axis=0)
    values, texts = both[:, 0], both[:, 1].astype(np.int64)
    sizes = np.bincount(texts, minlength=len(shingles))
    shared: dict[tuple[int, int], int] = {}
    for group in np.split(texts, np.flatnonzero(np.diff(values)) + 1):
        members = group.tolist()
        for place, right in enumerate(members):
            for left in members[:place]:
                shared[left, right] = shared.get((left, right), 0) + 1
    return {
        (left, right)
        for (left, right), count in shared.items()
        if count >= threshold * (sizes[left] + sizes[right] - count)
    }


def recall(found: np.ndarray, wanted: set[tuple[int, int]]) -> float:
    """The share of the wanted pairs that is among those found."""
    listed = {(left, right) for left, right in found.tolist()}
    return round(len(wanted & listed) / max(1, len(wanted)), 4)


@pytest.fixture(params=SIZES, ids="{}-stories".format)
def made(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """A wire corpus and what is made of it."""
    yield wire(request.param)

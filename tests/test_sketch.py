"""One pass over texts, against the steps one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.minhash import sign
from dedup.shingles import shingle
from dedup.sketch import BATCH, Sketcher, Sketches
from dedup.tokens import fingerprints, fold_table, tokenise
from tests.conftest import sentence, spans, unicode_text

ROWS = [3, 3, 2]


def sketched(texts: list[str], *, width: int = 2, permutations: int = 16) -> Sketches:
    buffer, starts, ends = spans(*texts)
    sketcher = Sketcher(width=width, permutations=permutations, seed=1, rows=ROWS)
    out = Sketches.room(len(texts), len(ROWS))
    sketcher.fill(buffer, starts, ends, fold_table(buffer), out, 0)
    return out


def key(row: list[int], first: int, last: int) -> int:
    """The key of a band: its slots two by two, the second of them on top."""
    chained, odd = first, 0x9E3779B97F4A7C15
    for k in range(first, last, 2):
        both = row[k] | (row[k + 1] << 32 if k + 1 < last else 0)
        chained = (chained ^ both) * odd % 2**64
        chained ^= chained >> 32
    return (chained * odd % 2**64) >> 32


@given(st.lists(unicode_text, min_size=1, max_size=6), st.integers(1, 6))
def test_a_sketch_is_what_the_steps_make(texts, width):
    buffer, starts, ends = spans(*texts)
    tokens = tokenise(buffer, starts, ends, fold_table(buffer))
    rows = sign(shingle(tokens, width=width), permutations=16, seed=1).rows.tolist()

    found = sketched(texts, width=width)

    assert found.words.tolist() == np.diff(tokens.offsets).tolist()
    assert found.fingerprints.tolist() == fingerprints(tokens).tolist()
    expected = [[key(row, *band) for row in rows] for band in ((0, 3), (3, 6), (6, 8))]
    assert found.keys.tolist() == expected


@pytest.mark.parametrize("count", [BATCH - 1, BATCH, BATCH + 1, 3 * BATCH])
def test_batches_change_nothing(count):
    texts = [sentence(seed % 50, 3 + seed % 9) for seed in range(count)]

    together = sketched(texts)

    for k, text in enumerate(texts):
        alone = sketched([text])
        assert together.keys[:, k].tolist() == alone.keys[:, 0].tolist()
        assert together.fingerprints[k] == alone.fingerprints[0]


def test_a_text_of_seventy_thousand_words_stands_beside_short_ones():
    texts = ["a b c", "x y z " * 23_334, "a b c"]

    found = sketched(texts)

    assert found.words.tolist() == [3, 70_002, 3]
    assert found.keys[:, 0].tolist() == found.keys[:, 2].tolist()


def test_no_texts_are_sketched_to_nothing():
    assert sketched([]).keys.shape == (3, 0)

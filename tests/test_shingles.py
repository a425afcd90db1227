"""Shingles: the rolling hash against tuples of words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import BadSetting
from dedup.settings import RANGES
from dedup.shingles import joined, shingle
from tests import naive
from tests.conftest import numbered, several_texts, tokens_of

widths = st.integers(*RANGES["shingle"])


@given(texts=several_texts, width=widths)
def test_shingles_are_equal_exactly_if_their_words_are(texts, width):
    runs = [run for text in texts for run in naive.shingles(text, width)]

    values = shingle(numbered(*texts), width=width).values.tolist()

    assert [values.index(v) for v in values] == [runs.index(r) for r in runs]


@given(texts=several_texts, width=widths)
def test_every_text_has_its_own_shingles(texts, width):
    found = shingle(numbered(*texts), width=width)

    assert len(found) == len(texts)
    assert np.diff(found.offsets).tolist() == [len(naive.shingles(t, width)) for t in texts]
    assert found.width == width


@given(text=st.lists(st.integers(0, 3), min_size=1, max_size=30), width=widths)
def test_a_shingle_hangs_on_its_own_words_only(text, width):
    """What rolled past leaves nothing behind."""
    alone = [naive.shingles(text[i : i + width], width)[0] for i in range(len(text))]
    whole = shingle(numbered(text), width=width).values

    single = shingle(numbered(*alone[: len(whole)]), width=width).values

    assert whole.tolist() == single.tolist()


@pytest.mark.parametrize(
    ("length", "count"), [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (5, 3), (70_000, 69_998)]
)
def test_a_text_has_a_shingle_for_every_word_but_the_last_two(length, count):
    assert len(shingle(numbered(range(length)), width=3).values) == count


def test_a_million_different_shingles_have_as_many_hashes_and_top_halves_enough():
    """The top half is the 32-bit hash: a million of them collide 116 times by chance alone."""
    values = shingle(numbered(range(1_000_002)), width=3).values

    assert len(np.unique(values)) == 1_000_000
    assert abs(1_000_000 - len(np.unique(values >> np.uint64(32))) - 116) < 5 * 116**0.5


def test_word_order_matters():
    forth, back = tokens_of("the dog bit the man"), tokens_of("the man bit the dog")

    assert not set(shingle(forth, width=3).values) & set(shingle(back, width=3).values)


@pytest.mark.parametrize("width", [0, -1, 51, float("nan")])
def test_a_width_out_of_range_is_refused(width):
    with pytest.raises(BadSetting, match="shingle"):
        shingle(numbered([1, 2, 3]), width=width)


def test_every_passage_that_settings_allow_can_be_shingled():
    longest = int(RANGES["passage"][1])

    assert len(shingle(numbered(range(60)), width=longest).values) == 11


@given(texts=several_texts, width=widths)
def test_shingles_of_parts_are_joined_as_those_of_the_whole(texts, width):
    whole = shingle(numbered(*texts), width=width)

    parts = joined([shingle(numbered(text), width=width) for text in texts])

    assert parts.values.tolist() == whole.values.tolist()
    assert parts.offsets.tolist() == whole.offsets.tolist()

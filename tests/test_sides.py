"""Texts made ready: sorted as they should be, and the same in one group as in many."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import sides
from dedup.compare import compare, compare_sides
from dedup.shingles import shingle
from dedup.sides import in_groups, ready
from dedup.tokens import Tokens
from tests.conftest import every_pair, numbered, offsets_of

texts_of_words = st.lists(
    st.lists(st.integers(0, 9), min_size=1, max_size=12), min_size=2, max_size=8
)


def rows(values: np.ndarray, offsets: np.ndarray) -> list[list[int]]:
    return [values[a:b].tolist() for a, b in pairwise(offsets.tolist())]


@given(texts=texts_of_words, width=st.integers(1, 4))
def test_each_text_is_sorted_by_itself(texts, width):
    tokens = numbered(*texts)
    whole = shingle(tokens, width=width)
    plain = rows(whole.values, whole.offsets)

    found = ready(tokens, width=width)

    words = rows(tokens.values, tokens.offsets)
    assert rows(found.words, found.offsets) == [sorted(text) for text in words]
    assert rows(found.shingles.values, found.shingles.offsets) == [sorted(one) for one in plain]
    assert found.distinct.tolist() == [len({*one}) for one in plain]
    places = rows(found.places, found.shingles.offsets)
    assert [[one[k] for k in at] for one, at in zip(plain, places, strict=True)] == [
        sorted(one) for one in plain
    ]


@pytest.mark.parametrize("threads", [1, 2])
@given(
    texts=texts_of_words, room=st.integers(2, 60), part=st.integers(1, 20), step=st.integers(1, 9)
)
def test_pairs_are_compared_alike_in_however_many_groups(texts, room, part, step, threads):
    tokens, pairs = numbered(*texts), every_pair(len(texts))
    sizes = np.array([len(text) for text in texts])
    expected = compare(tokens, pairs)
    counts = np.zeros_like(expected.counts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sides, "WORDS", room)
        patch.setattr(sides, "_PART", part)
        patch.setattr(sides, "_STEP", step)
        seen = []
        for chosen, local, group in in_groups(pairs, sizes, _taker(texts), threads=threads):
            seen.extend(chosen.tolist())
            counts[chosen] = compare_sides(group, local).counts

    assert sorted(seen) == list(range(len(pairs)))
    assert counts.tolist() == expected.counts.tolist()


def _taker(texts: list[list[int]]):
    def tokens_of(chosen: np.ndarray) -> Tokens:
        return numbered(*(texts[text] for text in chosen.tolist()))

    return tokens_of


def test_no_pairs_make_no_group():
    nothing = np.empty((0, 2), dtype=np.int64)

    assert list(in_groups(nothing, np.array([3]), _taker([[1, 2, 3]]))) == []
    assert offsets_of([]).tolist() == [0]

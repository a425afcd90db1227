"""Byte positions as character offsets, against Python's own decoding."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.characters import offsets
from tests import naive
from tests.conftest import spans, unicode_text


def starts_of(text: str) -> list[int]:
    """The bytes at which characters begin, and the end."""
    return [len(text[:k].encode()) for k in range(len(text) + 1)]


def counted(text: str, rows: list[tuple[int, int]]) -> list[int]:
    """Characters between each base and position."""
    bases, positions = np.array(rows, dtype=np.int64).reshape(-1, 2).T.copy()
    return offsets(spans(text)[0], bases, positions).tolist()


@given(text=unicode_text, draw=st.data())
def test_offsets_count_characters_whatever_the_order(text, draw):
    places = st.tuples(*[st.sampled_from(starts_of(text))] * 2).map(sorted)
    rows = draw.draw(st.lists(places, max_size=12))

    assert counted(text, rows) == [naive.characters(text.encode(), a, b) for a, b in rows]


@given(unicode_text)
def test_all_offsets_from_one_base_are_counted_on(text):
    places = starts_of(text)

    assert counted(text, [(0, place) for place in places]) == list(range(len(text) + 1))
    assert counted(text, [(0, place) for place in places[::-1]]) == list(range(len(text), -1, -1))


def test_characters_of_one_to_four_bytes_count_one_each():
    assert counted("aé日😀", [(0, 1), (0, 3), (0, 6), (0, 10), (3, 10)]) == [1, 2, 3, 4, 2]


def test_offsets_past_sixteen_bits():
    assert counted("é" * 70_000, [(0, 140_000), (139_998, 140_000)]) == [70_000, 1]


def test_no_positions_have_no_offsets():
    assert counted("abc", []) == []

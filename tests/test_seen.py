"""Texts seen before: a table against a dict."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.seen import Seen

prints = st.integers(0, 40) | st.integers(2**64 - 40, 2**64 - 1)


@given(st.lists(st.lists(prints, max_size=30), max_size=4))
def test_texts_are_numbered_in_the_order_in_which_they_come(parts):
    seen, numbers = Seen(sum(map(len, parts))), {}

    for part in parts:
        before = set(numbers)
        known = [numbers.get(one, -1) for one in part]
        among = seen.among(np.array(part, dtype=np.uint64))
        told = seen.numbers(np.array(part, dtype=np.uint64))
        expected = [numbers.setdefault(one, len(numbers)) for one in part]
        found = seen.add(np.array(part, dtype=np.uint64))

        assert found.tolist() == expected
        assert told.tolist() == known
        assert among.tolist() == [one in before for one in part]
        assert len(seen) == len(numbers)


def test_a_crowded_table_holds_every_text():
    """All fingerprints want the same place."""
    crowd = np.arange(5_000, dtype=np.uint64) << np.uint64(40)
    seen = Seen(len(crowd))

    assert seen.add(crowd).tolist() == list(range(5_000))
    assert seen.among(crowd).all()
    assert seen.add(crowd[::-1].copy()).tolist() == list(range(5_000))[::-1]

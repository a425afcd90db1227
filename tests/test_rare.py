"""Texts that have two of their rarest words in common, against sets of pairs of words."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import rare
from dedup.buckets import packed, unpacked
from dedup.terms import KEPT, terms
from dedup.vocabulary import vocabulary
from tests import naive, naive_words
from tests.conftest import as_set, marked, numbered, tokens_of

several = st.lists(st.lists(st.integers(0, 15), max_size=25), max_size=8)


def heaviest_of(tokens) -> np.ndarray:
    known = vocabulary([tokens], texts=len(tokens), words=len(tokens.values))
    return terms(tokens, known).heaviest


def rows(*texts: list[int]) -> np.ndarray:
    """The words of each text, -1 behind the last."""
    return np.array([[*text, *[-1] * (KEPT - len(text))] for text in texts], dtype=np.int32)


@given(texts=several, bucket=st.integers(2, 4))
def test_pairs_are_those_under_each_two_words_of_a_text(texts, bucket):
    tokens = numbered(*texts)
    known = naive_words.vocabulary(marked(tokens))
    keys = [naive_words.rare_pairs(text, known, KEPT) for text in marked(tokens)]
    entries = [(key, text) for text, own in enumerate(keys) for key in own]
    expected = naive.bucket_pairs(*(zip(*entries, strict=True) if entries else ([], [])), bucket)

    pairs = rare.candidates(heaviest_of(tokens), bucket=bucket)

    assert as_set(pairs) == expected


@given(
    texts=st.lists(st.sets(st.integers(0, 40), max_size=KEPT), max_size=30),
    sizes=st.tuples(*[st.integers(1, 30)] * 3),
    threads=st.integers(1, 3),
)
def test_neither_parts_nor_threads_change_anything(texts, sizes, threads):
    held = rows(*map(list, texts)).reshape(-1, KEPT)
    expected = np.sort(np.concatenate([[], *rare.sharing(held, bucket=3, threads=1)]))

    with pytest.MonkeyPatch.context() as patch:
        for name, size in zip(("_POSTINGS", "_LISTED", "_COUNTED"), sizes, strict=True):
            patch.setattr(rare, name, size)
        found = np.concatenate([[], *rare.sharing(held, bucket=3, threads=threads)])

    assert np.array_equal(np.sort(found), expected)


def test_one_word_in_common_is_no_pair():
    assert not len(rare.candidates(rows([1, 2, 3], [3, 4, 5], [5, 6, 1])))


def test_two_words_make_a_pair_wherever_they_stand():
    pairs = rare.candidates(rows([9, 2, 30], [7, 30, 8, 6, 5, 4, 9], [30, 1]))

    assert pairs.tolist() == [[0, 1]]


def test_each_two_words_bring_the_pair_once():
    held = rows([1, 2, 3], [4], [3, 2, 1])

    numbers = np.concatenate(list(rare.sharing(held)))

    assert numbers.tolist() == packed(np.array([[0, 2]] * 3), len(held)).tolist()


def test_words_that_very_many_texts_have_pair_each_with_the_earliest():
    count = 50_000

    pairs = rare.candidates(np.tile(rows([5, 2**22 - 1]), (count, 1)), bucket=16)

    assert len(pairs) == count - 1
    assert not pairs[:, 0].any()


def test_thousands_of_words_beside_one_do_not_hide_two_that_meet():
    """A bitmap that is fuller than it should be lets more through, and never less."""
    count = 60_000
    held = np.full((count, KEPT), -1, dtype=np.int32)
    held[:, 0] = 0
    held[:, 1:4] = np.arange(1, 3 * count + 1).reshape(count, 3)
    held[-1, 2] = held[7, 3]

    assert rare.candidates(held).tolist() == [[7, count - 1]]


def test_a_retelling_is_paired_with_what_it_retells():
    stories = [
        "The mayor of Osdal, Anneli Roun, closed the ferry to Pellin after the flood.",
        "After the flood no ferry goes: the mayor, Anneli Roun, has shut the line to Pellin.",
        "After the vote the council of the town said that the mayor would stay.",
        "The council said after the meeting that the town would vote on the ferry line.",
    ]

    numbers = np.concatenate(list(rare.sharing(heaviest_of(tokens_of(*stories)))))

    times = Counter(map(tuple, unpacked(numbers, 4).tolist()))
    assert times[0, 1] > 10
    assert all(times[one, other] <= 3 for one in (0, 1) for other in (2, 3))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_texts_without_words_are_in_no_pair(count):
    held = np.full((count, KEPT), -1, dtype=np.int32)

    assert rare.candidates(held).shape == (0, 2)

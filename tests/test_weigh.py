"""The words two texts have in common: sums against sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.terms import Terms, terms
from dedup.tokens import Tokens
from dedup.vocabulary import vocabulary
from dedup.weigh import Weights, may_retell, retelling, weigh
from tests import naive_words
from tests.conftest import (
    every_pair,
    marked,
    marked_texts,
    numbered,
    numbered_marks,
    pair,
    sentence,
    tokens_of,
)

SYMMETRIC = ("shared", "shared_facts", "shared_plain")


def held_by(tokens: Tokens) -> Terms:
    return terms(tokens, vocabulary([tokens], texts=len(tokens), words=len(tokens.values)))


@given(marked_texts)
def test_every_column_sums_what_it_says(texts):
    tokens = numbered_marks(texts)
    known = naive_words.vocabulary(marked(tokens))
    pairs = every_pair(len(texts))

    weights = weigh(held_by(tokens), pairs)

    for row, (left, right) in enumerate(pairs.tolist()):
        expected = naive_words.weigh(marked(tokens)[left], marked(tokens)[right], known)
        found = {name: float(weights.column(name)[row]) for name in expected}
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-5)
        assert len(expected) == weights.sums.shape[1]


@given(marked_texts)
def test_swapped_sides_share_the_same_weight(texts):
    held = held_by(numbered_marks(texts))
    pairs = every_pair(len(texts))
    unlike = held.words[pairs[:, 0]] != held.words[pairs[:, 1]]

    forth, back = weigh(held, pairs), weigh(held, pairs[:, ::-1].copy())

    for name in SYMMETRIC:
        assert np.array_equal(forth.column(name), back.column(name))
    assert np.array_equal(forth.sums[unlike], back.sums[unlike])
    assert back.jaccard == pytest.approx(forth.jaccard)


@given(texts=marked_texts, seed=st.integers(0, 99))
def test_the_order_of_words_changes_nothing(texts, seed):
    draw = np.random.default_rng(seed)
    shuffled = [[text[k] for k in draw.permutation(len(text))] for text in texts]
    pairs = every_pair(len(texts))

    weights, other = (weigh(held_by(numbered_marks(some)), pairs) for some in (texts, shuffled))

    assert np.array_equal(other.sums, weights.sums)


@given(marked_texts)
def test_pairs_that_may_retell_are_picked_as_if_each_was_weighed(texts):
    held = held_by(numbered_marks(texts))
    pairs = every_pair(len(texts))

    assert retelling(held, pairs).tolist() == may_retell(weigh(held, pairs)).tolist()


def test_more_pairs_than_are_touched_at_a_time_are_picked():
    """Every third text has the same words in another order, the others have their own."""
    shuffled = np.random.default_rng(1).permutation
    texts = [
        shuffled(24).tolist() if k % 3 == 0 else [*range(100 * k, 100 * k + 24)] for k in range(40)
    ]
    held, pairs = held_by(numbered(*texts)), every_pair(40)

    found = retelling(held, pairs)

    assert found.sum() == 14 * 13 // 2
    assert found.tolist() == (pairs % 3 == 0).all(axis=1).tolist()


def test_two_texts_of_the_same_words_are_wholly_alike():
    weights = weigh(held_by(numbered([1, 2, 3, 2], [3, 1, 2], [4, 5])), every_pair(3))

    assert weights.jaccard.tolist() == [1, 0, 0]


def test_texts_of_unlike_words_share_nothing():
    tokens = tokens_of(*(sentence(seed, 30) for seed in range(10)))

    weights = weigh(held_by(tokens), every_pair(10))

    assert not weights.column("shared").any()


def test_seventy_thousand_words_are_weighed():
    everything = range(70_000)

    weights = weigh(held_by(numbered(everything, everything)), pair())

    assert weights.column("shared_plain") == 70_000


def test_no_pairs_weigh_nothing():
    weights = weigh(held_by(numbered([1], [1])), every_pair(1))

    assert weights.sums.shape == Weights.none().sums.shape
    assert weights.jaccard.tolist() == []

"""The words of a corpus: counts, weights and names against dicts, and the table they stand in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.tokens import Tokens
from dedup.vocabulary import Vocabulary, vocabulary
from tests import naive_words
from tests.conftest import cuts, marked, marked_texts, numbered_marks, slices, tokens_of


def learned(*parts: Tokens) -> Vocabulary:
    """The vocabulary of all these texts."""
    texts, words = sum(map(len, parts)), sum(len(part.values) for part in parts)
    return vocabulary(parts, texts=texts, words=words)


def names(*texts: str) -> set[str]:
    """The words of some texts that are names, in lower case."""
    tokens = tokens_of(*texts)
    spelled = " ".join(texts).lower().replace(".", "").split()
    known = learned(tokens)
    return {
        word
        for word, name in zip(spelled, known.names[known.slots(tokens.stems)], strict=True)
        if name
    }


@given(marked_texts)
def test_counts_weights_and_names_are_those_of_dicts(texts):
    tokens = numbered_marks(texts)
    expected = naive_words.vocabulary(marked(tokens))

    known = learned(tokens)
    slots = known.slots(np.array(list(expected), dtype=np.uint64))

    assert known.texts[slots].tolist() == [word.texts for word in expected.values()]
    assert known.weights[slots] == pytest.approx([word.weight for word in expected.values()])
    assert known.names[slots].tolist() == [word.name for word in expected.values()]


@given(texts=marked_texts, cuts=cuts, seed=st.integers(0, 99))
def test_neither_order_nor_parts_change_a_weight(texts, cuts, seed):
    order = np.random.default_rng(seed).permutation(len(texts))
    shuffled = [texts[k] for k in order]

    whole = learned(numbered_marks(texts))
    parts = learned(*(numbered_marks(shuffled[part]) for part in slices(len(texts), cuts)))

    assert np.array_equal(parts.texts, whole.texts)
    assert np.array_equal(parts.weights, whole.weights)
    assert np.array_equal(parts.names, whole.names)


@pytest.mark.parametrize(
    ("capital", "small", "expected"), [(1, 0, True), (4, 1, False), (5, 1, True), (0, 1, False)]
)
def test_a_name_has_a_capital_in_more_than_four_places_of_five(capital, small, expected):
    text = " ".join(["saw"] + ["Hope"] * capital + ["hope"] * small)

    assert ("hope" in names(text)) == expected


def test_the_first_words_of_sentences_make_no_name():
    assert names("Markets fell. Markets rose. Then Anneli came.", "Anneli left.") == {"anneli"}


@pytest.mark.parametrize("texts", [0, 1, 5, 100_000])
def test_a_word_that_no_text_has_weighs_ten(texts):
    assert vocabulary([], texts=texts, words=0).weights == pytest.approx(10)


def test_words_of_one_slot_are_taken_for_more_common_than_they_are():
    words = np.array([0, 1, 2**64 - 1], dtype=np.uint64)
    places = np.arange(3, dtype=np.int64)
    tokens = Tokens(words, places, places + 1, np.zeros(3, dtype=np.uint8), np.arange(4), words)

    known = learned(tokens)

    assert known.texts[known.slots(words)].tolist() == [2, 2, 1]


@pytest.mark.parametrize(
    ("words", "size"),
    [(0, 2**18), (2**19 - 1, 2**18), (2**19, 2**19), (2**22, 2**22), (10**9, 2**22)],
)
def test_the_table_grows_with_the_words_up_to_a_limit(words, size):
    ends = np.array([0, 2**63, 2**64 - 1], dtype=np.uint64)

    known = vocabulary([], texts=0, words=words)

    assert known.slots(ends).tolist() == [0, size // 2, size - 1]

"""Sentences that say the same: sums against sets."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.background import Background
from dedup.sentences import SENTENCES, say_the_same
from dedup.tokens import CAPITAL, OPENS
from tests import naive_words
from tests.conftest import every_pair, marked, numbered, numbered_marks, packed_bits, pair

many_sentences = st.lists(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 14), st.sampled_from([0, 0, 0, CAPITAL])),
            min_size=3, max_size=9,
        ).map(lambda words: [(words[0][0], words[0][1] | OPENS), *words[1:]]),
        min_size=1, max_size=3,
    ).map(lambda sentences: [word for sentence in sentences for word in sentence]),
    min_size=2, max_size=4,
)  # fmt: skip


def known_of(tokens):
    return Background.of(lambda _: tokens, len(tokens))


def judged(tokens, pairs):
    return say_the_same(tokens, np.arange(len(tokens)), pairs, known_of(tokens)).tolist()


@given(many_sentences, st.data())
def test_a_pair_says_the_same_if_two_of_its_sentences_do(texts, data):
    tokens = numbered_marks(texts)
    worn = [data.draw(st.lists(st.booleans(), min_size=len(t), max_size=len(t))) for t in texts]
    background = replace(known_of(tokens), worn=packed_bits(chain(*worn)))
    known, pairs = naive_words.vocabulary(marked(tokens)), every_pair(len(texts))

    found = say_the_same(tokens, np.arange(len(texts)), pairs, background)

    assert found.tolist() == [
        naive_words.say_the_same(marked(tokens)[a], marked(tokens)[b], (worn[a], worn[b]), known)
        for a, b in pairs.tolist()
    ]


@given(many_sentences)
def test_which_side_a_text_is_on_changes_nothing(texts):
    tokens, pairs = numbered_marks(texts), every_pair(len(texts))

    assert judged(tokens, pairs) == judged(tokens, pairs[:, ::-1].copy())


def test_one_sentence_of_a_long_text_is_enough():
    said, rest = list(range(12)), list(range(100, 160))
    flags = [OPENS, *[0] * 11]
    long = [0] * len(rest)
    tokens = numbered(said, rest + said, flags=[flags, long + flags])

    assert judged(tokens, pair()) == [True]


def test_a_list_of_the_same_names_is_no_retelling():
    names = list(range(12))
    tokens = numbered(names, names, flags=[[OPENS, *[CAPITAL] * 11]] * 2)

    assert judged(tokens, pair()) == [False]


@pytest.mark.parametrize(("place", "found"), [(SENTENCES - 1, True), (SENTENCES, False)])
def test_of_a_text_so_many_sentences_are_read(place, found):
    said, flags = list(range(12)), [OPENS, *[0] * 11]
    before = list(range(100, 100 + 6 * place))
    marks = [0 if word % 6 else OPENS for word in range(6 * place)]
    tokens = numbered(said, before + said, flags=[flags, marks + flags])

    assert judged(tokens, pair()) == [found]


def test_no_pairs_and_empty_texts_are_judged_too():
    tokens = numbered([], [1, 2, 3, 4, 5, 6], [])

    assert judged(tokens, every_pair(3)) == [False] * 3
    assert judged(tokens, np.empty((0, 2), dtype=np.int64)) == []

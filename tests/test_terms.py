"""Distinct words and the heaviest of them, against dicts and sets."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.terms import CLASS, CLASS_BITS, Terms, draft, known, terms
from dedup.tokens import Tokens
from dedup.vocabulary import NAME, NUMBER, PLAIN, Vocabulary, vocabulary
from tests import naive_words
from tests.conftest import (
    marked,
    marked_texts,
    numbered,
    numbered_marks,
    tokens_of,
)


def learned(tokens: Tokens) -> Vocabulary:
    return vocabulary([tokens], texts=len(tokens), words=len(tokens.values))


def held_by(tokens: Tokens) -> Terms:
    return terms(tokens, learned(tokens))


@given(marked_texts)
def test_terms_are_the_distinct_words_with_what_is_known_of_them(texts):
    tokens = numbered_marks(texts)
    words = learned(tokens)
    rarity = naive_words.vocabulary(marked(tokens))
    expected = [
        sorted(naive_words.terms(text, rarity).items())  # slots stand in the order of hashes
        for text in marked(tokens)
    ]

    held = terms(tokens, words)

    everything = np.array([word for own in expected for word, _ in own], dtype=np.uint64)
    assert (held.codes >> CLASS_BITS).tolist() == words.slots(everything).tolist()
    assert (held.codes & CLASS).tolist() == [kind for own in expected for _, kind in own]
    assert held.weights[held.codes >> CLASS_BITS] == pytest.approx(
        [rarity[word].weight for own in expected for word, _ in own]
    )
    assert np.diff(held.offsets).tolist() == [len(own) for own in expected]
    for (total, facts), own in zip(held.totals, expected, strict=True):
        assert total == pytest.approx(sum(rarity[word].weight for word, _ in own))
        assert facts == pytest.approx(sum(rarity[w].weight for w, kind in own if kind != PLAIN))
    assert held.words.tolist() == [len(text) for text in texts]


@given(texts=marked_texts, part=st.integers(1, 20))
def test_neither_parts_nor_threads_change_what_is_known(texts, part):
    whole = numbered_marks(texts)
    words = learned(whole)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.terms._TERMS", part)
        together = known(draft(whole, words.bits), words, threads=2)

    expected = terms(whole, words)
    for field in fields(Terms):
        one, other = getattr(together, field.name), getattr(expected, field.name)
        assert np.array_equal(one, other), field.name
        assert one.dtype == other.dtype


def test_a_stem_is_a_name_or_a_figure_if_it_is_one_anywhere_in_its_text():
    text = "Banks lent Mr Banks 50 million, then the banks of 50 towns lent more."
    tokens = tokens_of(text)

    words = learned(tokens)

    held = terms(tokens, words)

    classes = dict(
        zip((held.codes >> CLASS_BITS).tolist(), (held.codes & CLASS).tolist(), strict=True)
    )
    spelled = text.lower().replace(",", "").replace(".", "").split()
    slots = dict(zip(spelled, words.slots(tokens.stems).tolist(), strict=True))
    told = [classes[slots[word]] for word in ("banks", "50", "lent", "mr")]
    assert told == [NAME, NUMBER, PLAIN, NAME]


@pytest.mark.parametrize("texts", [[], [[]], [[], []]])
def test_texts_without_words_have_no_terms(texts):
    tokens = numbered(*texts)

    held = held_by(tokens)

    assert (len(held), len(held.codes)) == (len(texts), 0)
    assert (held.heaviest == -1).all()


def test_no_texts_are_no_terms():
    held = known(draft(numbered(), 18), learned(numbered()))

    assert (len(held), held.offsets.tolist()) == (0, [0])


@given(marked_texts, st.lists(st.integers(0, 7), max_size=8))
def test_drafts_are_taken_text_by_text(texts, chosen):
    chosen = [text for text in chosen if text < len(texts)]

    taken = draft(numbered_marks(texts), 18).take(np.array(chosen, dtype=np.int64))

    expected = draft(numbered_marks([texts[text] for text in chosen]), 18)
    for field in fields(type(taken)):
        assert np.array_equal(getattr(taken, field.name), getattr(expected, field.name)), field.name


def test_seventy_thousand_words_are_distinct_terms():
    tokens = numbered(range(70_000), range(70_000))

    held = held_by(tokens)

    assert held.offsets.tolist() == [0, 70_000, 140_000]
    assert (held.heaviest >= 0).all()

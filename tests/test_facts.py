"""Facts in two spellings: what is one fact, and what only looks so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.compare import compare
from dedup.facts import letters
from tests.conftest import pair, tokens_of


def facts_apart(left: str, right: str) -> list[int]:
    """Figures and names that only the left, and only the right text has."""
    found = compare(tokens_of(left, right), pair())
    return [
        int(found.column(f"{side}_figures")[0] + found.column(f"{side}_names")[0])
        for side in ("left", "right")
    ]


@given(word=st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8))
def test_the_letters_of_a_short_word_come_back_from_its_hash(word):
    assert int(letters(tokens_of(word).values[0])) == int.from_bytes(word.encode(), "big")


@given(word=st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_the_first_letters_of_any_word_come_back_from_its_stem(word):
    assert int(letters(tokens_of(word).stems[0])) == int.from_bytes(word[:5].encode(), "big")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sales rose to 2.96 million this year", "they sold 2,958,800 boats"),
        ("it is worth $2.5bn now", "they are worth 2.5 billion pounds"),
        ("it is worth 1.25 bln dlrs now", "a value of 1,250 mln stg"),
        ("less than five percent of them", "it is under 5 percent in all"),
        ("killed twelve people", "has killed 12 men"),
        ("a plant in Flint, Michigan, and more", "at Flint, Mich., it has one"),
        ("a plant in Flint, Calif., and more", "at Flint, California, it has one"),
        ("on Sept. 11 it fell", "it was September 11 then"),
    ],
)
def test_one_fact_in_two_spellings_is_no_difference(left, right):
    apart = facts_apart(left, right)

    assert 0 in apart
    assert facts_apart(right, left) == apart[::-1]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sales rose to 2.96 million this year", "they sold 2,948,800 boats"),
        ("a premium of 25 pct over it", "a premium of 24.6 pct over it"),
        ("rated for two years", "rated as 2 by all"),
        ("to arrange 1.5 billion dlrs", "to arrange two billion dlrs"),
        ("about 3.11 million of them", "about 3.12 billion of them"),
        ("the 4th of them", "has 4 of them"),
        ("it was June then", "it was July then"),
        ("it saw Austria win", "it saw Australia win"),
        ("for the EU now", "for the European now"),
    ],
)
def test_other_facts_differ(left, right):
    assert facts_apart(left, right) == [1, 1]


def test_a_figure_before_a_fraction_is_not_its_whole_number():
    assert facts_apart("trading at six pct now", "trading at 6-3/8 pct now") == [1, 3]


def test_each_fact_stands_for_one_only():
    left, right = "now 2.96 million and 2,961,000 of them", "saw 2,958,800 boats"

    assert facts_apart(left, right) == [1, 0]


def test_a_text_full_of_facts_is_compared_all_the_same():
    left = " ".join(f"a {n}.25 million" for n in range(1000, 3000))
    right = " ".join(f"the {n}250000" for n in range(1000, 3000))

    found = compare(tokens_of(left, right), np.array([[0, 1]]))

    assert found.column("left_figures")[0] == 2000

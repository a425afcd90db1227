"""Families: stars around the earliest text, never chains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.families import covered
from dedup.kinds import KINDS, RECYCLED
from tests import naive
from tests.conftest import Found, found_in, sentence, stories, tiles_of

A, B, C, D = (sentence(seed, 20) for seed in range(4))


def families_of(*stories: str) -> list[list[int]]:
    return found_in(*stories).members()


def linked(found: Found) -> dict[int, list[int]]:
    """Families of more than one text, by their first."""
    return {head: members for head, *members in found.members() if members}


@given(stories)
def test_families_are_the_stars_that_loops_find(stories):
    found = found_in(*stories)

    assert linked(found) == naive.stars(found.passages())


@given(stories)
def test_passages_are_the_words_that_loops_find(stories):
    found = found_in(*stories)
    expected = found.passages()

    for row, words in zip(found.families.matches, found.families.passages, strict=True):
        assert tuple(words) == expected[tuple(found.matches.pairs[row])]


@given(stories)
def test_a_member_is_matched_with_the_first_text_of_its_family(stories):
    found = found_in(*stories)
    recycled = found.matches.pairs[np.isin(found.matches.kinds, RECYCLED)].tolist()

    for head, members in linked(found).items():
        for member in members:
            assert [head, member] in recycled
            assert head < member


@given(stories)
def test_a_text_in_two_stories_is_in_a_family(stories):
    found = found_in(*stories)
    texts, of = found.texts, found.paragraphs.stories
    repeated = {
        text
        for text in range(len(texts))
        if len(set(of[texts.occurrences[texts.offsets[text] : texts.offsets[text + 1]]])) > 1
    }

    assert repeated <= {text for family in found.members() for text in family}


@given(drawn=st.lists(st.sets(st.integers(0, 4), min_size=1), max_size=5), last=st.integers(0, 4))
def test_a_later_story_splits_no_family_of_whole_sentences(drawn, last):
    stories = [" ".join(sentence(50 + seed, 14) for seed in sorted(seeds)) for seeds in drawn]
    before = families_of(*stories)

    after = families_of(*stories, sentence(50 + last, 14))

    for family in before:
        assert any(set(family) <= set(other) for other in after)


@given(stories)
def test_heads_come_in_the_order_they_were_seen(stories):
    heads = [family[0] for family in families_of(*stories)]

    assert heads == sorted(set(heads))


def test_a_chain_joins_no_unlike_texts():
    """A is in B and C is in B, but A is unlike C."""
    assert families_of(A, f"{A} {C}", C) == [[0, 1], [1, 2]]


def test_wordings_of_one_passage_are_one_family_around_the_first():
    stories = [f"{A} {sentence(10 + k, 4)}" for k in range(5)]

    assert families_of(*stories) == [[0, 1, 2, 3, 4]]


def test_a_paragraph_with_passages_from_two_sources_is_in_both_families():
    found = found_in(A, B, f"{A} {B}")

    assert found.members() == [[0, 2], [1, 2]]
    assert found.families.passages.tolist() == [[0, 20], [20, 40]]


def test_a_passage_belongs_to_the_first_family_that_has_it():
    """The third text matches the second one as well, with the same words."""
    found = found_in(A, f"{A} {B}", f"{A} {C}")

    assert found.matches.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert found.members() == [[0, 1, 2]]


def test_equal_paragraphs_of_two_stories_are_a_family_of_one_text():
    assert families_of(A, B, A) == [[0]]


def test_equal_paragraphs_of_one_story_are_no_family():
    assert families_of(f"{A}\n\n{A}") == []


def test_a_text_that_lies_in_an_earlier_family_heads_none_of_its_own():
    twice = f"{A} {sentence(9, 6)}"

    assert families_of(A, twice, twice) == [[0, 1]]


@pytest.mark.parametrize("gap", [9, 10, 11])
def test_runs_of_a_partial_copy_make_one_passage_if_ten_words_or_less_part_them(gap):
    first, second = sentence(20, 12).rstrip("."), sentence(21, 12)
    left = f"{first} {sentence(22, gap).rstrip('.')} {second}"
    right = f"{sentence(23, 45)} {first} {sentence(24, 30)} {second} {sentence(25, 45)}"
    found = found_in(f"{left} {sentence(26, 120)}", right)

    assert KINDS[found.matches.kinds[0]] == "partial"
    assert found.families.passages.tolist() == [[45, 99] if gap <= 10 else [45, 57]]


@pytest.mark.parametrize(("own", "expected"), [(6, [0, 26]), (4, [0, 24]), (5, [0, 25])])
def test_a_passage_that_covers_nearly_all_of_a_text_is_the_whole_text(own, expected):
    found = found_in(A, f"{A} {sentence(9, own)}")

    assert found.families.passages.tolist() == [expected if own <= 5 else [0, 20]]


@given(stories, st.integers(1, 3))
def test_covered_words_are_those_in_any_tile(stories, threads):
    found = found_in(*stories)
    rows = np.flatnonzero(np.isin(found.matches.kinds, RECYCLED))
    tiles = {tuple(found.matches.pairs[row]): tiles_of(found.matches.found, row) for row in rows}

    counted = covered(found.matches, found.texts.words[found.texts.first], threads=threads).tolist()

    assert counted == [naive.covered(tiles, text) for text in range(len(found.texts))]


def test_no_stories_make_no_families():
    assert families_of("") == []


def test_a_copied_refrain_is_in_a_family():
    """Its shingles are too crowded for tiles in the middle; it is tiled from the ends."""
    refrain = "alpha beta gamma " * 6

    found = found_in(f"{refrain} delta kappa mu.", f"{refrain} omega psi chi.")

    assert [KINDS[kind] for kind in found.matches.kinds] == ["same"]
    assert found.members() == [[0, 1]]

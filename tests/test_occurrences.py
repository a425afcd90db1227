"""Where families stand, paragraph by paragraph, and how many words that recycles."""

from __future__ import annotations

from hypothesis import given

from dedup.kinds import KINDS, RECYCLED
from dedup.occurrences import Occurrences, occurrences, recycled_words
from tests import naive
from tests.conftest import Found, found_in, sentence, stories, tiles_of

A, B, C = (sentence(seed, 20) for seed in range(3))


def listed(found: Found) -> Occurrences:
    return occurrences(found.families, found.matches, found.texts)


def places(found: Found, text: int) -> list[int]:
    """The paragraphs of a text."""
    texts = found.texts
    return texts.occurrences[texts.offsets[text] : texts.offsets[text + 1]].tolist()


@given(stories)
def test_every_place_of_every_family_has_a_row(stories):
    found = found_in(*stories)
    expected = [
        (family, row)
        for family, members in enumerate(found.members())
        for row in sorted(row for text in members for row in places(found, text))
    ]

    rows = listed(found)

    assert list(zip(rows.families, rows.paragraphs, strict=True)) == expected


@given(stories)
def test_the_first_row_of_a_family_is_where_it_was_first_seen(stories):
    found = found_in(*stories)

    rows = listed(found)

    assert rows.offsets.tolist() == [*dict.fromkeys(rows.firsts.tolist()), len(rows)]
    assert (
        found.texts.first[found.families.heads].tolist()
        == rows.paragraphs[rows.offsets[:-1]].tolist()
    )
    assert {KINDS[kind] for kind in rows.kinds[rows.offsets[:-1]]} <= {"none"}


@given(stories)
def test_a_row_says_how_its_text_is_related_to_the_first(stories):
    found = found_in(*stories)
    rows = listed(found)

    for k in range(len(rows)):
        head = found.families.heads[rows.families[k]]
        text = found.texts.of[rows.paragraphs[k]]
        if rows.matches[k] >= 0:
            assert found.matches.pairs[rows.matches[k]].tolist() == [head, text]
            assert rows.kinds[k] == found.matches.kinds[rows.matches[k]]
        else:
            assert text == head
            assert KINDS[rows.kinds[k]] == ("none" if k in rows.firsts else "same")


@given(stories)
def test_a_passage_lies_within_its_paragraph(stories):
    found = found_in(*stories)
    rows = listed(found)

    for (start, end), paragraph in zip(rows.words.tolist(), rows.paragraphs, strict=True):
        assert 0 <= start < end <= found.texts.words[paragraph]


@given(stories)
def test_recycled_words_are_those_that_stood_in_an_earlier_story(stories):
    found = found_in(*stories)
    texts, of = found.texts, found.paragraphs.stories
    tiles = {
        (left, right): tiles_of(found.matches.found, row)
        for row, (left, right) in enumerate(found.matches.pairs.tolist())
        if found.matches.kinds[row] in RECYCLED
    }
    expected = [
        texts.words[row]
        if of[row] != of[places(found, text)[0]]
        else naive.covered(tiles, int(text))
        for row, text in enumerate(texts.of)
    ]

    assert recycled_words(found.matches, texts, found.paragraphs).tolist() == expected


def test_equal_paragraphs_are_listed_where_they_stand():
    rows = listed(found_in(A, f"{B}\n\n{A}", A))

    assert rows.paragraphs.tolist() == [0, 2, 3]
    assert [KINDS[kind] for kind in rows.kinds] == ["none", "same", "same"]
    assert rows.matches.tolist() == [-1, -1, -1]
    assert rows.words.tolist() == [[0, 20]] * 3


def test_a_paragraph_of_two_passages_has_a_row_in_each_family():
    rows = listed(found_in(A, B, f"{A} {B}"))

    assert rows.families.tolist() == [0, 0, 1, 1]
    assert rows.paragraphs.tolist() == [0, 2, 1, 2]
    assert rows.words.tolist() == [[0, 20], [0, 20], [0, 20], [20, 40]]


def test_short_paragraphs_and_repeats_in_one_story_are_not_recycled():
    found = found_in(f"go on\n\n{A}\n\n{A}", f"go on\n\n{A} {C}")

    assert recycled_words(found.matches, found.texts, found.paragraphs).tolist() == [0, 0, 0, 0, 20]


def test_no_families_have_no_places():
    rows = listed(found_in("", A))

    assert len(rows) == 0
    assert rows.firsts.tolist() == []

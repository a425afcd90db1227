from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import BadInput, Story
from dedup.stories import batch_of_stories, corpus_of


def corpus(*stories, **options):
    return corpus_of([batch_of_stories(stories)], **options)


def day(number):
    return datetime(2026, 1, number, tzinfo=UTC)


def test_stories_stand_by_date_then_version_then_id():
    found = corpus(
        Story("d", "no date"),
        Story("c", "later", published=day(2)),
        Story("b", "second version", published=day(1), version=2),
        Story("e", "first version", published=day(1), version=1),
        Story("a", "first version", published=day(1), version=1),
    )

    assert found.ids.to_pylist() == ["a", "e", "b", "c", "d"]


def test_ids_that_are_numbers_stand_in_counting_order():
    assert corpus(("10", ""), ("9", ""), ("100", "")).ids.to_pylist() == ["9", "10", "100"]


def test_a_time_without_a_zone_is_utc():
    local = datetime(2026, 1, 1, 12)

    assert corpus(Story("a", "", published=local)).date(0) == local.replace(tzinfo=UTC)


def test_a_time_with_a_zone_is_the_same_moment():
    there = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=3)))

    assert corpus(Story("a", "", published=there)).date(0) == there


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)))))
def test_texts_come_back_as_they_were(texts):
    found = corpus(*((f"{number:03}", text) for number, text in enumerate(texts)))

    assert [found.text(story) for story in range(len(found))] == texts


@given(st.permutations([("a", "one"), ("b", "two"), ("c", "three")]), st.integers(0, 3))
def test_the_order_of_input_changes_nothing(stories, cut):
    found = corpus_of([batch_of_stories(stories[:cut]), batch_of_stories(stories[cut:])])

    assert [found.text(story) for story in range(3)] == ["one", "two", "three"]


def test_a_higher_version_replaces_a_lower():
    found = corpus(Story("a", "new", version=2), Story("a", "old", version=1))

    assert found.text(0) == "new"
    assert (len(found), found.replaced) == (1, 1)


def test_one_id_twice_is_refused():
    with pytest.raises(BadInput, match=r'^stories, story 2: id "a" stands twice, first in stories'):
        corpus(("a", "one"), ("a", "two"))


def test_of_one_id_twice_the_first_stays_when_bad_input_is_skipped():
    found = corpus(("a", "one"), ("a", "two"), skip_bad=True)

    assert found.text(0) == "one"
    assert [skipped.where for skipped in found.skipped] == ["stories, story 2"]


@pytest.mark.parametrize(
    ("story", "fault"),
    [
        (7, "int is not a story"),
        (("a",), "tuple is not a story"),
        ((1, "text"), "id is of type int"),
        (("a", None), "text is of type NoneType"),
        (Story("a", "", published="today"), "published is of type str"),
        (("a", "\ud800"), "a field cannot be stored"),
        (Story("a", "", version=2**40), "a field cannot be stored"),
    ],
)
def test_what_is_no_story_is_refused(story, fault):
    with pytest.raises(BadInput, match=fault):
        corpus(story)


def test_columns_cannot_be_written_to():
    found = corpus(("a", "text"))

    with pytest.raises(ValueError, match="read-only"):
        found.buffer[0] = 0


def test_a_correction_was_first_seen_when_its_first_version_was():
    found = corpus(
        Story("wire", "old", published=day(1), version=1),
        Story("paper", "copy", published=day(2)),
        Story("wire", "new", published=day(3), version=2),
    )

    assert found.ids.to_pylist() == ["wire", "paper"]
    assert (found.text(0), found.date(0)) == ("new", day(1))


@given(st.permutations([1, 1, 2]))
def test_repeats_of_a_replaced_version_are_no_fault(versions):
    found = corpus(*(Story("a", str(version), version=version) for version in versions))

    assert (found.text(0), found.replaced) == ("2", 2)

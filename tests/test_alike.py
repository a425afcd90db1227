"""Near-duplicate stories: exact containment of whole stories, and stars around the earliest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import lsh
from dedup.alike import AlikeStories, alike_stories, story_signatures
from dedup.minhash import sign
from dedup.paragraphs import split
from dedup.shingles import Shingles, shingle
from dedup.texts import collapse
from dedup.tokens import fold_table, tokenise
from tests import naive
from tests.conftest import as_set, every_pair, sentence, spans, stories

A, B, C, D = (sentence(seed, 20) for seed in range(4))
shares = st.sampled_from([0.05, 0.3, 0.5, 0.8, 1.0])


def found_alike(*stories: str, linked: bool = True, **options) -> AlikeStories:
    """The near-duplicates; `linked` makes every pair a candidate."""
    buffer, starts, ends = spans(*stories)
    table = fold_table(buffer)
    paragraphs = split(buffer, starts, ends)
    texts = collapse(buffer, paragraphs, table, min_words=3)
    first = texts.first
    words = np.bincount(paragraphs.stories, texts.words, len(stories)).astype(np.int64)
    links = every_pair(len(stories)) if linked else np.empty((0, 2), dtype=np.int64)

    def shingles_of(chosen) -> Shingles:
        return shingle(tokenise(buffer, starts[chosen], ends[chosen], table), width=3)

    own = shingle(tokenise(buffer, paragraphs.starts[first], paragraphs.ends[first], table))
    bounds = np.searchsorted(paragraphs.stories, np.arange(len(stories) + 1))
    return alike_stories(
        links,
        words[links].min(axis=1, initial=1_000_000),
        words,
        lsh.candidates(story_signatures(sign(own, permutations=64), texts.of, bounds)),
        shingles_of,
        **options,
    )


def sets_of(stories: list[str]) -> list[set]:
    """The shingles of each story, as sets."""
    return [set(naive.shingles([word.folded for word in naive.words(text)], 3)) for text in stories]


@given(stories=stories, share=shares)
def test_stories_are_alike_exactly_if_the_other_holds_enough_of_the_shorter(stories, share):
    found = found_alike(*stories, story_threshold=share)

    assert as_set(found.pairs) == naive.near_duplicates(sets_of(stories), share)


@given(stories=stories)
def test_counts_are_those_of_sets(stories):
    sets = sets_of(stories)

    found = found_alike(*stories)

    rows = zip(found.pairs.tolist(), found.shared, found.left, found.right, strict=True)
    for (i, j), shared, left, right in rows:
        assert (shared, left, right) == (len(sets[i] & sets[j]), len(sets[i]), len(sets[j]))


@given(stories=stories)
def test_a_group_is_the_earliest_story_that_a_story_is_paired_with(stories):
    found = found_alike(*stories)

    pairs = as_set(found.pairs)
    expected = [min(left for left, other in pairs if other == right) for _, right in sorted(pairs)]

    assert found.groups.tolist() == expected


@given(stories=stories)
def test_what_the_sketches_alone_find_is_true(stories):
    pairs = as_set(found_alike(*stories, linked=False).pairs)

    assert pairs <= naive.near_duplicates(sets_of(stories), 0.5)


def test_stories_of_the_same_paragraphs_in_another_order_are_found_by_sketch():
    found = found_alike("\n\n".join([A, B, C]), D, "\n\n".join([C, A, B]), linked=False)

    assert as_set(found.pairs) == {(0, 2)}
    assert found.shared.tolist() == [3 * 18 + 2]  # two run on from A into B


def test_a_short_story_inside_a_long_one_is_found_by_its_passages():
    long = "\n\n".join(sentence(seed, 30) for seed in range(10, 30))

    found = found_alike(long, sentence(12, 30))

    assert as_set(found.pairs) == {(0, 1)}
    assert found.shared.tolist() == [28]


def test_links_within_a_story_and_those_of_few_words_are_not_compared():
    compared = []

    def shingles_of(chosen) -> Shingles:
        compared.extend(chosen.tolist())
        return Shingles(np.empty(0, np.uint64), np.zeros(len(chosen) + 1, np.int64), 3)

    alike_stories(
        np.array([[0, 0], [0, 1], [0, 2], [0, 2], [1, 3]]),
        np.array([90, 24, 12, 13, 100]),
        np.array([100, 100, 200, 400]),
        np.empty((0, 2), dtype=np.int64),
        shingles_of,
        story_threshold=0.5,
    )

    assert compared == [0, 1, 2, 3]


@pytest.mark.parametrize("chunk", [1, 300, 10_000])
def test_neither_chunks_nor_threads_change_anything(monkeypatch, chunk):
    stories = [f"{sentence(k % 3)}\n\n{sentence(k % 4, 9)}" for k in range(12)]
    whole = found_alike(*stories)
    monkeypatch.setattr("dedup.alike._CHUNK", chunk)

    parts = found_alike(*stories, threads=2)

    assert len(whole) > 10
    assert np.array_equal(parts.pairs, whole.pairs)
    assert np.array_equal(parts.shared, whole.shared)


@pytest.mark.parametrize("stories", [[], [""], ["", ""], [A], [A, B], ["a", "b"]])
def test_stories_that_share_nothing_are_not_alike(stories):
    assert found_alike(*stories).pairs.shape == (0, 2)


def test_short_stories_are_compared_as_a_whole():
    assert as_set(found_alike("a b", "A B!").pairs) == {(0, 1)}

"""The passage lookup: every pair that shares a run of words, and never their square."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import repeated as repeats
from dedup import sorting
from dedup.background import Background
from dedup.buckets import Repeats
from dedup.passages import WORN, candidates, well_worn
from dedup.repeated import Repeated, in_slices, repeated
from dedup.shingles import Shingles, shingle
from tests import naive, naive_words
from tests.conftest import as_set, cuts, numbered, offsets_of, several_texts, slices


def again(texts, *, width: int, cuts: set[int] = frozenset(), threads: int = 1) -> Repeated:
    """The runs of word numbers that stand more than once."""

    def shingles_of(part: slice) -> Shingles:
        return shingle(numbered(*texts[part]), width=width)

    parts = slices(len(texts), cuts)
    marks = Repeats(sum(map(len, texts)))
    for part in parts:
        marks.add(shingles_of(part).values)
    return repeated(parts, shingles_of, marks, threads=threads)


def lookup(texts, *, bucket: int = 32, **options) -> np.ndarray:
    """Candidates among texts of word numbers."""
    return candidates(again(texts, **options), len(texts), bucket=bucket)


def worn(texts, *, width: int, **options) -> list[bool]:
    """Which words of texts of word numbers are well worn."""
    bounds = offsets_of(texts)
    bits = well_worn(again(texts, width=width, **options), bounds, width=width)
    known = Background.of(lambda _: numbered(*texts), len(texts))
    return replace(known, worn=bits).are_worn(np.arange(bounds[-1])).tolist()


@given(texts=several_texts, width=st.integers(1, 6), cuts=cuts)
def test_pairs_that_share_a_run_are_found_and_no_others(texts, width, cuts):
    pairs = lookup(texts, width=width, cuts=cuts, bucket=1000)

    assert as_set(pairs) == naive.pairs_sharing(texts, width)


@given(texts=several_texts, cuts=cuts, threads=st.integers(1, 3))
def test_neither_parts_nor_threads_change_anything(texts, cuts, threads):
    pairs = lookup(texts, width=2, cuts=cuts, threads=threads, bucket=3)

    assert np.array_equal(pairs, lookup(texts, width=2, threads=1, bucket=3))


@given(texts=several_texts, entries=st.integers(1, 9), together=st.integers(1, 9))
def test_neither_slices_nor_ranges_of_keys_change_anything(texts, entries, together):
    pairs, words = lookup(texts, width=2), worn(texts, width=2)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "_ENTRIES", entries)
        patch.setattr(repeats, "_SORTED", together)
        patch.setattr(repeats, "_WIDE", 14 - entries)
        patch.setattr(sorting, "_DEALT", entries)
        found = again(texts, width=2)
        sliced = lookup(texts, width=2), worn(texts, width=2)

    assert np.array_equal(sliced[0], pairs)
    assert sliced[1] == words
    rows = list(zip(found.keys.tolist(), found.texts, found.places, strict=True))
    assert rows == sorted(rows)


def test_a_short_text_inside_a_long_one_is_found():
    long = list(range(500))

    assert as_set(lookup([long, [900, 901, *range(250, 255), 902]], width=5)) == {(0, 1)}


def test_four_words_in_a_row_are_no_passage_of_five():
    assert not len(lookup([[1, 2, 3, 4, 5], [1, 2, 3, 4, 6]], width=5))


def test_a_banner_in_every_text_makes_one_pair_a_text():
    banner = [1, 2, 3, 4, 5]
    texts = [[*banner, 10 + number] for number in range(3000)]

    pairs = lookup(texts, width=5, bucket=32)

    assert as_set(pairs) == {(0, number) for number in range(1, 3000)}


def test_a_rare_run_beside_a_banner_pairs_all_that_have_it():
    banner, clause = [1, 2, 3, 4, 5], [6, 7, 8, 9, 10]
    texts = [[*banner, 100 + number] for number in range(40)]
    texts += [[*banner, *clause], [*clause, 200], [201, *clause]]

    pairs = as_set(lookup(texts, width=5, bucket=32))

    assert {(40, 41), (40, 42), (41, 42)} <= pairs


@pytest.mark.parametrize("texts", [[], [[]], [[], []], [[1]], [[1], [2]]])
def test_texts_without_a_common_run_make_no_pairs(texts):
    assert lookup(texts, width=3).shape == (0, 2)


@given(texts=several_texts, width=st.integers(1, 6), cuts=cuts)
def test_a_key_is_repeated_where_it_stands(texts, width, cuts):
    """By chance it may find more, of which no two have one key."""
    runs = [naive.shingles(text, width) for text in texts]
    places = [(t, k) for t, own in enumerate(runs) for k in range(len(own))]
    everywhere = [run for own in runs for run in own]

    found = again(texts, width=width, cuts=cuts)

    stand = set(zip(found.texts.tolist(), found.places.tolist(), strict=True))
    assert stand >= {(t, k) for t, k in places if everywhere.count(runs[t][k]) > 1}
    assert stand <= set(places)
    assert len(stand) == len(found.keys)


unlike_words = st.permutations(range(12)).flatmap(
    lambda order: st.integers(0, 12).map(lambda size: sorted(order[:size]))
)


@given(texts=st.lists(unlike_words, max_size=14), width=st.integers(1, 4), cuts=cuts)
def test_worn_words_lie_in_runs_of_many_texts(texts, width, cuts):
    texts = [*texts, *texts[:3]]

    assert worn(texts, width=width, cuts=cuts) == naive_words.well_worn(texts, width, WORN)


@pytest.mark.parametrize("texts", [WORN - 1, WORN, WORN + 1])
def test_a_run_is_worn_from_nine_texts_on(texts):
    banner = [1, 2, 3, 4, 5]

    found = worn([[10 + k, *banner, 50 + k] for k in range(texts)], width=5)

    assert found == [False, *[texts >= WORN] * 5, False] * texts


def test_a_run_that_one_text_repeats_is_not_worn():
    refrain = [word for k in range(WORN) for word in [1, 2, 3, 10 + k]]

    assert not any(worn([refrain, [1, 2, 3]], width=3))


@pytest.mark.parametrize("texts", [[], [[]], [[], []], [[1, 2]]])
def test_little_text_has_no_worn_words(texts):
    assert worn(texts, width=3) == [False] * sum(map(len, texts))


def test_no_parts_make_no_pairs():
    found = repeated([], lambda _: None, Repeats(0))

    assert candidates(found, 0).shape == (0, 2)


@given(
    texts=st.lists(st.lists(st.integers(0, 9), max_size=9), min_size=1, max_size=9),
    size=st.integers(1, 30),
)
def test_no_key_is_cut_into_two_slices(texts, size):
    keys = [key for text in texts for key in text]
    owners = [number for number, text in enumerate(texts) for _ in text]
    order = np.lexsort((owners, keys))
    found = Repeated(
        np.array(keys, dtype=np.uint64)[order],
        np.array(owners, dtype=np.int32)[order],
        np.zeros(len(keys), dtype=np.int32),
    )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "_ENTRIES", size)
        slices = in_slices(found)

    of_each = [set(found.keys[part].tolist()) for part in slices]
    assert sum(map(len, of_each)) == len(set(keys))
    assert [place for part in slices for place in range(part.start, part.stop)] == list(
        range(len(keys))
    )

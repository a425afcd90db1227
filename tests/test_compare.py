"""Two texts compared: counts against sets, tiles against the laws of tiling."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dedup.compare import CROWD, compare, joined
from tests import naive
from tests.conftest import (
    compared,
    every_pair,
    numbered,
    pair,
    several_texts,
    tiles_of,
    tokens_of,
    words,
)

widths = st.integers(1, 6)
unlike_words = st.lists(st.integers(0, 40), max_size=40, unique=True)
flagged = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 15)), max_size=25)


def uncrowded(text: list[int], width: int) -> bool:
    return max(Counter(naive.shingles(text, width)).values(), default=0) <= CROWD


def untiled(left: list[int], right: list[int], tiles) -> tuple[list[int], list[int]]:
    """Both texts, with words that match nothing where the tiles lie."""
    left, right = left.copy(), right.copy()
    for i, j, n in tiles:
        left[i : i + n] = [-1] * n
        right[j : j + n] = [-2] * n
    return left, right


@given(left=words, right=words, width=widths)
def test_jaccard_and_containment_are_those_of_sets(left, right, width):
    a, b = set(naive.shingles(left, width)), set(naive.shingles(right, width))

    found = compared(left, right, width=width)

    assert found.jaccard == naive.jaccard(a, b)
    assert found.left_containment == naive.containment(a, b)
    assert found.right_containment == naive.containment(b, a)


@given(left=flagged, right=flagged, width=widths)
def test_every_column_counts_what_it_says(left, right, width):
    texts = [[word for word, _ in text] for text in (left, right)]
    flags = [[flag for _, flag in text] for text in (left, right)]

    found = compare(numbered(*texts, flags=flags), pair(), width=width)
    expected = naive.counts(*texts, *flags, tiles_of(found), width)

    assert {name: int(found.column(name)[0]) for name in expected} == expected
    assert len(expected) == found.counts.shape[1]


@given(left=words, right=words, width=widths)
def test_a_tile_is_a_run_of_equal_words_in_both_texts(left, right, width):
    for i, j, size in tiles_of(compared(left, right, width=width)):
        assert size >= width
        assert left[i : i + size] == right[j : j + size]
        assert i + size <= len(left)
        assert j + size <= len(right)


@given(left=words, right=words, width=widths)
def test_tiles_overlap_on_neither_side_and_stand_in_order(left, right, width):
    tiles = tiles_of(compared(left, right, width=width))

    left_words = [i + k for i, _, n in tiles for k in range(n)]
    right_words = [j + k for _, j, n in tiles for k in range(n)]

    assert left_words == sorted(set(left_words))
    assert len(right_words) == len(set(right_words))


@given(left=words, right=words, width=widths)
def test_no_common_run_is_left_untiled(left, right, width):
    assume(uncrowded(left, width) and uncrowded(right, width))

    tiles = tiles_of(compared(left, right, width=width))

    assert naive.longest_run(*untiled(left, right, tiles)) < width


@given(left=words, right=words, width=widths)
def test_the_longest_tile_is_the_longest_common_run(left, right, width):
    assume(uncrowded(left, width) and uncrowded(right, width))
    longest = naive.longest_run(left, right)

    found = compared(left, right, width=width)

    assert found.column("longest")[0] == (longest if longest >= width else 0)


@given(left=unlike_words, right=unlike_words, width=widths)
def test_where_no_word_repeats_tiles_are_those_of_greedy_string_tiling(left, right, width):
    assert tiles_of(compared(left, right, width=width)) == naive.tiles(left, right, width)


@given(
    blocks=st.permutations(range(5)),
    others=st.permutations(range(5)),
    sizes=st.lists(st.integers(3, 9), min_size=5, max_size=5),
)
def test_moved_sentences_are_found_whole(blocks, others, sizes):
    left, right = (
        [100 * block + word for block in order for word in range(sizes[block])]
        for order in (blocks, others)
    )

    found = compared(left, right)

    assert found.column("tiled")[0] == sum(sizes)


@given(left=words, right=words, width=widths)
def test_swapped_sides_give_swapped_counts_of_sets(left, right, width):
    forth, back = compared(left, right, width=width), compared(right, left, width=width)

    assert forth.column("shared") == back.column("shared")
    assert forth.column("left_shingles") == back.column("right_shingles")
    assert forth.column("left_words") == back.column("right_words")
    assert forth.jaccard == back.jaccard
    assert forth.left_containment == back.right_containment


@given(left=unlike_words, right=unlike_words, width=widths)
def test_swapped_sides_give_the_same_tiles_where_no_word_repeats(left, right, width):
    forth, back = compared(left, right, width=width), compared(right, left, width=width)

    assert sorted((j, i, n) for i, j, n in tiles_of(forth)) == tiles_of(back)
    assert forth.column("tiled_plain") == back.column("tiled_plain")
    assert forth.column("left_plain") == back.column("right_plain")


@given(text=words, width=widths)
def test_a_text_is_like_itself(text, width):
    found = compared(text, text, width=width)

    assert found.jaccard == (1 if text else 0)
    assert found.column("tiled") == (len(text) if len(text) >= width else 0)


@given(texts=several_texts, width=widths)
def test_a_pair_is_compared_as_it_is_alone(texts, width):
    pairs = every_pair(len(texts))

    found = compare(numbered(*texts), pairs, width=width)

    assert len(found) == len(pairs)
    for row, (left, right) in enumerate(pairs.tolist()):
        alone = compared(texts[left], texts[right], width=width)
        assert found.counts[row].tolist() == alone.counts[0].tolist()
        assert tiles_of(found, row) == tiles_of(alone)


@given(texts=several_texts, rows=st.lists(st.integers(0, 27), max_size=10))
def test_rows_are_taken_with_their_tiles(texts, rows):
    found = compare(numbered(*texts), every_pair(len(texts)))
    rows = [row for row in rows if row < len(found)]

    taken = found.take(np.array(rows, dtype=np.int64))

    assert taken.counts.tolist() == found.counts[rows].tolist()
    assert [tiles_of(taken, k) for k in range(len(rows))] == [tiles_of(found, r) for r in rows]


@given(texts=several_texts, cuts=st.lists(st.integers(0, 28), max_size=3))
def test_parts_joined_are_the_whole(texts, cuts):
    pairs = every_pair(len(texts))
    parts = np.split(pairs, sorted(cut for cut in cuts if cut <= len(pairs)))
    whole = compare(numbered(*texts), pairs)

    together = joined([compare(numbered(*texts), part) for part in parts])

    assert np.array_equal(together.counts, whole.counts)
    assert np.array_equal(together.tiles, whole.tiles)
    assert np.array_equal(together.offsets, whole.offsets)


def test_nothing_joined_is_nothing():
    nothing = joined([])

    assert len(nothing) == 0
    assert nothing.jaccard.tolist() == []


@pytest.mark.parametrize("places", [CROWD - 1, CROWD, CROWD + 1])
def test_a_run_starts_a_tile_unless_it_is_crowded(places):
    refrain = [1, 2, 3]
    left = [90, *[word for k in range(places) for word in [*refrain, 10 + k]]]
    right = [91, *refrain, 92]

    found = compared(left, right)

    assert found.column("shared") == 1
    assert found.column("tiled") == (3 if places <= CROWD else 0)


def test_a_crowded_run_is_tiled_as_part_of_a_longer_one():
    refrain = [1, 2, 3] * 9
    left, right = [50, 60, 7, *refrain, 8, 61], [51, 7, *refrain, 8, 62, 63]

    assert tiles_of(compared(left, right)) == [(2, 1, 29)]


def test_crowded_texts_are_tiled_from_their_ends():
    refrain = [1, 2, 3] * 9

    found = compared([*refrain, 70], [*refrain, 71])

    assert tiles_of(found) == [(0, 0, 27)]


def test_seventy_thousand_words_are_compared_whole():
    """Places go past 16 bits."""
    left = list(range(70_000))
    right = [*left[35_000:], *left[:35_000]]

    found = compared(left, right)

    assert tiles_of(found) == [(0, 35_000, 35_000), (35_000, 0, 35_000)]
    assert found.column("shared") == 69_996
    assert found.column("tiled_plain") == 70_000


def test_seventy_thousand_words_of_a_small_vocabulary_are_compared_whole():
    text = np.random.default_rng(1).integers(0, 100, 70_000).tolist()
    other = [*text[:50_000], 500, *text[50_000:]]

    found = compared(text, other)

    assert tiles_of(found) == [(0, 0, 50_000), (50_000, 50_001, 20_000)]
    assert found.column("right_plain") == 1


def test_names_figures_and_plain_words_are_told_apart():
    found = compare(
        tokens_of(
            "The bank lent Mr Brown 50 million on Monday.",
            "The bank lent Mr Green 70 million on Friday afternoon.",
        ),
        pair(),
    )

    assert [int(found.column(f"{side}_names")[0]) for side in ("left", "right")] == [2, 2]
    assert [int(found.column(f"{side}_figures")[0]) for side in ("left", "right")] == [1, 1]
    assert [int(found.column(f"{side}_plain")[0]) for side in ("left", "right")] == [0, 1]


def test_characters_of_scripts_without_spaces_count_half_a_word():
    found = compare(tokens_of("日本の新聞社は", "日本の新聞社が"), pair())

    assert found.column("tiled") == 6
    assert found.column("tiled_plain") == 3

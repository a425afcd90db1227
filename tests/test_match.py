"""Matches: all candidates that qualify, whatever their order, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup.compared
import dedup.furniture
from dedup.background import Background
from dedup.compare import compare
from dedup.features import contested_share, disagree, features
from dedup.kernels import I64
from dedup.kinds import KINDS, NONE, judge, kinds
from dedup.match import match
from dedup.matches import Matches
from dedup.overlap import overlaps
from dedup.screen import Outlines, outline
from dedup.settings import DEFAULTS
from dedup.shingles import shingle
from dedup.terms import terms
from dedup.tokens import OPENS, Tokens
from dedup.weigh import weigh
from tests.conftest import (
    as_set,
    every_pair,
    found_in,
    numbered,
    offsets_of,
    packed_bits,
    pair,
    sentence,
    stories,
    tiles_of,
)

blocks = st.lists(st.integers(0, 5), max_size=4, unique=True).map(
    lambda numbers: [100 * block + word for block in numbers for word in range(6 + 2 * block)]
)
texts_of_blocks = st.lists(blocks, min_size=2, max_size=7)
"""Texts put together from the same few sentences: words numbered from 0, 100, 200, …"""


def all_tokens(texts) -> Tokens:
    flags = [[OPENS if word % 100 == 0 else 0 for word in text] for text in texts]
    return numbered(*texts, flags=flags)


def chooser(everything: Tokens):
    """The words of some of these texts."""

    def tokens_of(chosen: I64) -> Tokens:
        parts = [np.arange(*everything.offsets[[k, k + 1]]) for k in chosen]
        rows = np.concatenate([np.empty(0, dtype=np.int64), *parts])
        return Tokens(
            everything.values[rows],
            everything.starts[rows],
            everything.ends[rows],
            everything.flags[rows],
            offsets_of(parts),
            everything.stems[rows],
        )

    return tokens_of


def renamed(everything: Tokens, seed: int) -> Tokens:
    """The same texts, the hashes of their words exchanged for each other."""
    words, of = np.unique(everything.values, return_inverse=True)
    values = np.random.default_rng(seed).permutation(words)[of]
    return replace(everything, values=values, stems=values)


def matched(texts, pairs=None, *, stories=None, seed: int | None = None, **options) -> Matches:
    pairs = every_pair(len(texts)) if pairs is None else pairs
    stories = np.arange(len(texts)) if stories is None else np.array(stories, dtype=np.int64)
    tokens = all_tokens(texts) if seed is None else renamed(all_tokens(texts), seed)
    options.setdefault("by_words", pairs)
    return match(pairs, chooser(tokens), stories=stories, **options)


def judged(texts) -> dict[tuple[int, int], str]:
    """The kind of each pair that may be one, all pairs compared and none screened out.

    No text has furniture here: runs end where sentences do.
    """
    tokens, pairs = all_tokens(texts), every_pair(len(texts))
    words = Background.of(lambda _: tokens, len(texts)).words
    found = compare(tokens, pairs)
    weights = weigh(terms(tokens, words), pairs)
    jaccard, copied = weights.jaccard, kinds(found) != NONE
    retold = (weights.column("shared") >= 10) & (jaccard >= 0.12)
    kept = copied | (retold & ((found.column("shared") > 0) | (jaccard >= 0.2)))
    bigrams = overlaps(shingle(tokens, width=2), pairs)
    contested = contested_share(pairs, copied, disagree(found), len(texts))
    nothing = np.zeros(len(pairs), dtype=np.int64)
    values = features(found, kinds(found), weights, bigrams, nothing, contested)
    return {
        (left, right): KINDS[kind]
        for (left, right), kind, may in zip(pairs.tolist(), judge(values, found), kept, strict=True)
        if may and kind != NONE
    }


def same(left: Matches, right: Matches) -> bool:
    return (
        np.array_equal(left.pairs, right.pairs)
        and np.array_equal(left.kinds, right.kinds)
        and np.array_equal(left.found.counts, right.found.counts)
        and np.array_equal(left.found.tiles, right.found.tiles)
        and np.array_equal(left.runs, right.runs)
    )


@pytest.mark.parametrize("few", [0, 1_000])
@given(texts_of_blocks)
def test_neither_the_screen_nor_what_is_counted_of_parts_changes_a_kind(few, texts):
    """However few texts are held to be so few that most screens are not worth compiling."""
    shingles = shingle(all_tokens(texts), width=DEFAULTS.shingle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dedup.compared, "_FEW", few)
        matches = matched(texts, outlines=Outlines(outline(shingles), shingles.offsets))

    found = zip(matches.pairs.tolist(), matches.kinds, strict=True)
    assert {(left, right): KINDS[kind] for (left, right), kind in found} == judged(texts)


@given(texts_of_blocks)
def test_a_match_is_counted_as_its_pair_is(texts):
    matches = matched(texts)

    found = compare(all_tokens(texts), matches.pairs)

    assert matches.found.counts.tolist() == found.counts.tolist()
    assert matches.found.tiles.tolist() == found.tiles.tolist()


@given(texts=texts_of_blocks, seed=st.integers(0, 99))
def test_neither_order_nor_repeats_of_candidates_change_anything(texts, seed):
    pairs = every_pair(len(texts))
    shuffled = np.random.default_rng(seed).permutation(np.concatenate((pairs, pairs)))

    assert same(matched(texts, shuffled), matched(texts, pairs))


@given(texts=texts_of_blocks, seed=st.integers(0, 99))
def test_other_hash_values_give_the_same_matches(texts, seed):
    assert same(matched(texts, seed=seed), matched(texts))


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("chunk", [1, 2, 7])
def test_neither_chunks_nor_threads_change_anything(monkeypatch, chunk, threads):
    texts = [[*range(k % 3, k % 3 + 20), *range(50 * k + 110, 50 * k + 140)] for k in range(12)]
    whole = matched(texts, threads=1)
    monkeypatch.setattr(dedup.compared, "_PAIRS", chunk)

    parts = matched(texts, threads=threads)

    assert len(whole) > 10
    assert same(parts, whole)


@given(texts=texts_of_blocks, of=st.lists(st.integers(0, 2), min_size=7, max_size=7).map(sorted))
def test_texts_of_one_story_are_not_compared(texts, of):
    of = of[: len(texts)]

    pairs = as_set(matched(texts, stories=of).pairs)

    assert pairs == {(a, b) for a, b in as_set(matched(texts).pairs) if of[a] != of[b]}


@given(stories)
def test_runs_are_the_bytes_of_the_tiles_on_both_sides(stories):
    found = found_in(*stories)
    matches = found.matches

    runs = [
        [found.buffer[a:b].tobytes(), found.buffer[c:d].tobytes()] for a, b, c, d in matches.runs
    ]

    rows = np.repeat(np.arange(len(matches)), np.diff(matches.found.offsets))
    for (left, right), row, (i, j, size) in zip(runs, rows, matches.found.tiles, strict=True):
        texts = [found.text_spelled[text].split() for text in matches.pairs[row]]
        assert left.decode().split() == _bare(texts[0][i : i + size])
        assert right.decode().split() == _bare(texts[1][j : j + size])


def _bare(words: list[str]) -> list[str]:
    """Words as a run shows them: the last one without its full stop."""
    return [*words[:-1], words[-1].removesuffix(".")]


@given(texts=texts_of_blocks, rows=st.lists(st.integers(0, 20), max_size=8))
def test_matches_are_taken_with_their_tiles_and_runs(texts, rows):
    matches = matched(texts)
    rows = [row for row in rows if row < len(matches)]

    taken = matches.take(np.array(rows, dtype=np.int64))

    assert taken.pairs.tolist() == matches.pairs[rows].tolist()
    assert [tiles_of(taken.found, k) for k in range(len(rows))] == [
        tiles_of(matches.found, row) for row in rows
    ]
    assert len(taken.runs) == len(taken.found.tiles)


def test_a_pair_that_a_third_text_joins_is_compared():
    """U matches V, and H is the earliest that U matches: H and V are no candidates."""
    passage = list(range(30))
    texts = [[*passage, 100], [*passage, 200], [*passage, 300]]

    matches = matched(texts, np.array([[0, 1], [1, 2]]))

    assert as_set(matches.pairs) == {(0, 1), (0, 2), (1, 2)}


def test_a_pair_that_a_third_text_joins_is_no_match_if_it_is_unlike():
    """A is like B and B like C, but A is unlike C."""
    first, second = list(range(30)), list(range(100, 130))
    texts = [first, [*first, *second], second]

    matches = matched(texts, np.array([[0, 1], [1, 2]]))

    assert as_set(matches.pairs) == {(0, 1), (1, 2)}


def test_a_chain_of_candidates_leads_back_to_the_first_text():
    passage = list(range(30))
    texts = [[*passage, 100 + k] for k in range(4)]

    pairs = as_set(matched(texts, np.array([[0, 1], [1, 2], [2, 3]])).pairs)

    assert {(0, 1), (0, 2), (0, 3)} <= pairs


@pytest.mark.parametrize("words", [12, 13, 20])
def test_a_clause_of_twelve_plain_words_or_more_is_a_match_whatever_is_around(words):
    clause = list(range(words))
    texts = [[*range(100, 140), *clause, *range(140, 180)], [*range(200, 240), *clause, 300]]

    matches = matched(texts, partial_words=5)

    assert [KINDS[kind] for kind in matches.kinds] == ["partial"]


def test_options_reach_the_judgement():
    texts = [list(range(30)), [*range(23), *range(100, 107)]]

    strict, loose = (matched(texts, containment=least) for least in (0.9, 0.3))

    assert [KINDS[kind] for kind in (*strict.kinds, *loose.kinds)] == ["partial", "edited"]


def test_two_texts_of_the_same_words_in_another_order_are_looked_at():
    words = list(range(24))
    texts = [words, [*words[::-2], *words[::2]]]

    (kind,) = matched(texts).kinds

    assert not kinds(compare(numbered(*texts), pair())).any()
    assert KINDS[kind] == "rewritten"


@pytest.mark.parametrize(("stories", "expected"), [([0, 1, 2], {(0, 1)}), ([0, 0, 1], set())])
def test_pairs_with_weight_of_words_in_common_are_compared_too(stories, expected):
    words = list(range(24))
    texts = [words, [*words[::-2], *words[::2]], list(range(100, 124))]
    nothing = np.empty((0, 2), dtype=np.int64)

    matches = matched(texts, nothing, by_words=every_pair(3), stories=stories)

    assert as_set(matches.pairs) == expected


def test_worn_words_are_counted_in_the_runs_that_are_shared(monkeypatch):
    texts = [[*range(20), 30, 31], [*range(20), 40, 41]]
    known = Background.of(chooser(all_tokens(texts)), 2)
    worn = packed_bits(word % 2 == 0 for text in texts for word in text)
    counted = []
    monkeypatch.setattr(
        dedup.match, "features", lambda *each: counted.append(each[4]) or features(*each)
    )

    matched(texts, background=replace(known, worn=worn))

    assert [counts.tolist() for counts in counted] == [[10]]


@pytest.mark.parametrize("texts", [[], [[]], [[1, 2, 3]], [[], []], [[1, 2, 3], [4, 5, 6]]])
def test_texts_without_a_match_have_none(texts):
    matches = matched(texts)

    assert len(matches) == 0
    assert matches.runs.shape == (0, 4)


def test_no_candidates_make_no_matches():
    assert len(matched([[1, 2, 3], [1, 2, 3]], np.empty((0, 2), dtype=np.int64))) == 0


def test_a_shared_sentence_is_matched_in_real_text():
    story = sentence(1, 15)

    matches = found_in(f"{sentence(2)} {story}", f"{story} {sentence(3, 5)}").matches

    assert [KINDS[kind] for kind in matches.kinds] == ["edited"]
    assert matches.pairs.tolist() == pair().tolist()


def test_a_refrain_that_stands_whole_in_another_text_is_a_match():
    texts = [[1, 2, 3] * 9, list(range(1, 31))]
    texts[1][3:5] = [1, 2]

    assert kinds(compare(numbered(*texts), pair())).any()
    assert len(matched(texts)) == 1

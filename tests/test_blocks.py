"""What stands beside recycled paragraphs: fast against the definition, and told as a story."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup.blocks
import dedup.matches
from dedup import scan
from dedup.background import Background
from dedup.blocks import beside
from dedup.buckets import packed
from dedup.compare import compare
from dedup.kinds import EDITED, REWRITTEN, TEMPLATE
from dedup.matches import Matches, in_order, woven
from tests import naive_words
from tests.conftest import as_set, numbered

BACKGROUND = [
    "The Sarne treaty was signed in 1963 by both states after eleven years of talks in Velm.",
    "It set up a joint commission with three members a side, which rules on disputes over water.",
    "Lately farmers below Orsk and some mayors have been spreading word of dry wells in the Plain, "
    "where two unions have been quarrelling over pumps, sluices and water meters since 1994.",
]
RETOLD = [
    BACKGROUND[0],
    BACKGROUND[1],
    "Mayors around Orsk lately speak of wells gone dry. A spokesman for that ministry, Ivo Karr, "
    "dismissed it as idle, unproven, a trick to win votes; nobody, he pointed out, had drilled "
    "there at all. He did not rule out, however, somebody might spoil one to prove his claim, then "
    "warned trespass would be answered with fines, courts, even prison, as eleven years ago.",
]

some_stories = st.lists(
    st.lists(st.none() | st.integers(0, 9), min_size=1, max_size=6), min_size=2, max_size=6
)


def numbers_of(stories):
    """The texts of some stories, numbered by their first places, as columns."""
    number: dict[int, int] = {}
    of = [-1 if t is None else number.setdefault(t, len(number)) for s in stories for t in s]
    owners = [k for k, story in enumerate(stories) for _ in story]
    first = [of.index(k) for k in range(len(number))]
    renamed = [[None if t is None else number[t] for t in story] for story in stories]
    return renamed, *(np.array(column, dtype=np.int64) for column in (of, owners, first))


def matches_of(pairs, tokens, kinds):
    pairs = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    found = compare(tokens, pairs)
    runs = np.zeros((len(found.tiles), 4), dtype=np.int64)
    return Matches(pairs, np.array(kinds, dtype=np.uint8), found, runs)


@given(some_stories, st.data())
def test_enough_speaks_for_what_stands_as_far_from_recycled_texts_or_has_a_third(stories, data):
    renamed, of, owners, first = numbers_of(stories)
    count = len(first)
    pairs = [
        (a, b) for a in range(count) for b in range(a + 1, count)
        if owners[first[a]] != owners[first[b]]
    ]  # fmt: skip
    links = set(data.draw(st.lists(st.sampled_from(pairs), max_size=6))) if pairs else set()
    linked = np.array(sorted(links), dtype=np.int64).reshape(-1, 2)
    tokens = numbered(*[[]] * count)

    with mock.patch.object(dedup.blocks, "SHARED", 0):
        found = dedup.blocks._beside(
            linked, packed(linked, count), dedup.blocks._Sequence.of(of, owners, first),
            Background.of(lambda _: tokens, count), threads=2,
        )  # fmt: skip

    assert as_set(found) == naive_words.spoken_for(renamed, links)
    assert len(found) == len(as_set(found))


@pytest.fixture
def background():
    """Six texts of twelve words; the third and fourth say the same in another order."""
    said = list(range(12))
    rest = [list(range(start, start + 12)) for start in (20, 40, 40, 46)]
    tokens = numbered(*rest[:2], said, said[::-1], *rest[2:])
    return tokens, Background.of(lambda _: tokens, 6)


def found_beside(background, matches):
    tokens, known = background
    of = np.array([0, 2, 1, 3])  # two stories of two paragraphs each
    return beside(
        matches.pairs, matches.kinds, of, np.array([0, 0, 1, 1]), np.array([0, 2, 1, 3]),
        tokens.take, known,
    )  # fmt: skip


def test_one_recycled_neighbour_is_not_enough(background):
    matches = matches_of([(0, 1)], background[0], [EDITED])

    assert not len(found_beside(background, matches))


def test_what_is_known_for_a_template_stays_one(background):
    matches = matches_of([(0, 1), (2, 3)], background[0], [EDITED, TEMPLATE])

    assert not len(found_beside(background, matches))


def scanned(*stories):
    return scan([(str(k), "\n\n".join(texts)) for k, texts in enumerate(stories)])


@pytest.mark.parametrize("at_a_time", [1, 2, 3, 50_000])
def test_matches_are_put_in_order_and_a_retelling_in_its_place(background, monkeypatch, at_a_time):
    monkeypatch.setattr(dedup.matches, "_ROWS", at_a_time)
    tokens, _ = background
    given = matches_of([(0, 1), (0, 2), (0, 4), (2, 5)], tokens, [EDITED, TEMPLATE, EDITED, EDITED])
    loose, order = given.take(np.array([3, 1, 2, 0])), np.array([3, 2, 0])  # (0, 2) is left out
    later, earlier = [(1, 2), (3, 5)], [(0, 3), (2, 3)]  # one round after the other
    more = [matches_of(pairs, tokens, [REWRITTEN] * len(pairs)) for pairs in (later, earlier)]

    both = woven(loose, order, in_order(more, 6), 6, threads=2)

    everything = matches_of(as_set(both.pairs), tokens, both.kinds)
    assert both.pairs.tolist() == [[0, 1], [0, 3], [0, 4], [1, 2], [2, 3], [2, 5], [3, 5]]
    assert both.kinds.tolist() == [
        EDITED, REWRITTEN, EDITED, REWRITTEN, REWRITTEN, EDITED, REWRITTEN,
    ]  # fmt: skip
    assert np.array_equal(both.found.counts, everything.found.counts)
    assert np.array_equal(both.found.tiles, everything.found.tiles)
    assert np.array_equal(both.found.offsets, everything.found.offsets)
    assert len(both.runs) == len(both.found.tiles)


@pytest.mark.parametrize("kept", [[], [0, 1]])
def test_matches_with_none_among_them_stay_as_they_are(background, kept):
    given = matches_of([(0, 1), (2, 5)], background[0], [EDITED, TEMPLATE])

    out = woven(given, np.array(kept, dtype=np.int64), in_order([], 6), 6)

    assert out.pairs.tolist() == given.pairs[kept].tolist()
    assert np.array_equal(out.found.tiles, given.take(np.array(kept, dtype=np.int64)).found.tiles)


def test_a_retelling_behind_two_copies_is_found_and_alone_it_is_not():
    alone = scanned(BACKGROUND[2:], RETOLD[2:])
    behind = scanned(BACKGROUND, RETOLD)

    assert not len(alone.columns.matches)
    assert behind.columns.matches.kinds.tolist() == [REWRITTEN]

"""What judges a pair: each part against plain counting, and the laws of the whole."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dedup import weights as weights_file
from dedup.background import Background
from dedup.compare import compare
from dedup.features import FEATURES, contested_share, disagree, features
from dedup.kinds import KINDS, TEMPLATE, kinds
from dedup.overlap import overlaps
from dedup.shingles import shingle
from dedup.terms import terms
from dedup.weigh import weigh
from dedup.weights import OFFSETS, WEIGHTS
from tests import naive, naive_words
from tests.conftest import every_pair, numbered_marks, pair, tiles_of, tokens_of

flagged = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 7)), max_size=30)
unlike = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 7)), max_size=30, unique_by=lambda one: one[0]
)
links = st.lists(
    st.tuples(st.integers(0, 3), st.integers(4, 7), st.booleans(), st.booleans()),
    max_size=15,
    unique_by=lambda one: one[:2],
)
BOUNDS = {"longest": 40, "shared_plain": 8, "figures": 3}
UNBOUNDED = {"shared_weight", "shared_facts"}


def featured(tokens, pairs) -> np.ndarray:
    """The features of pairs in a corpus of these texts, of which nothing is worn or contested."""
    known = Background.of(lambda _: tokens, len(tokens))
    nothing = np.zeros(len(pairs), dtype=np.int64)
    found = compare(tokens, pairs)
    return features(
        found,
        kinds(found),
        weigh(terms(tokens, known.words), pairs),
        overlaps(shingle(tokens, width=2), pairs),
        nothing,
        nothing.astype(np.float64),
    )


def told(left: str, right: str) -> dict[str, float]:
    return dict(zip(FEATURES, featured(tokens_of(left, right), pair())[0].tolist(), strict=True))


@given(left=flagged, right=flagged)
def test_two_texts_disagree_if_both_have_facts_of_their_own(left, right):
    found = compare(numbered_marks([left, right]), pair())
    texts = [[word for word, _ in text] for text in (left, right)]
    flags = [[flag for _, flag in text] for text in (left, right)]
    counts = naive.counts(*texts, *flags, tiles_of(found), 3)

    assert disagree(found).tolist() == [naive_words.disagree(counts)]


@given(links)
def test_a_pair_is_contested_as_the_worse_of_its_texts_is(links):
    pairs = [link[:2] for link in links]
    chosen, conflicting = ([link[k] for link in links] for k in (2, 3))
    expected = naive_words.contested_share(pairs, chosen, conflicting)

    share = contested_share(
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.array(chosen, dtype=bool),
        np.array(conflicting, dtype=bool),
        8,
    )

    assert share.tolist() == expected


@given(left=flagged, right=flagged)
def test_features_are_bounded(left, right):
    values = featured(numbered_marks([left, right]), pair())[0]

    for name, value in zip(FEATURES, values, strict=True):
        assert 0 <= value <= (np.inf if name in UNBOUNDED else BOUNDS.get(name, 1)), name


@given(left=unlike, right=unlike)
def test_swapped_sides_have_the_same_features(left, right):
    """Of two texts equally long, the left one is taken for the shorter."""
    assume(len(left) != len(right))

    forth, back = (
        featured(numbered_marks(both), pair()) for both in ([left, right], [right, left])
    )

    assert back == pytest.approx(forth)


def test_equal_texts_have_everything_in_common():
    text = "The mayor of Osdal closed the old ferry to Pellin after the flood."

    features = told(text, text.upper())

    assert (features["bigrams"], features["containment"], features["weighted_jaccard"]) == (1, 1, 1)
    assert (features["missing"], features["conflict"]) == (0, 0)


def test_a_template_conflicts_and_an_edit_does_not():
    line = "The crown closed at {} to the dollar on {}, dealers in the city said."

    template = told(line.format("4.18", "Tuesday"), line.format("4.25", "Friday"))
    edit = told(line.format("4.18", "Tuesday"), line.format("4.18", "Tuesday").replace("the", "a"))

    assert template["conflict"] > 0.1
    assert (template["facts"], template["figures"], template["frame"]) == (2 / 15, 1, 1)
    assert (edit["conflict"], edit["facts"], edit["figures"], edit["frame"]) == (0, 0, 0, 0)


def test_names_and_figures_in_both_are_shared_facts():
    plain = told("it closed the ferry after the flood", "the flood closed it and no ferry goes")
    names = told("it closed Osdal in 1999 after all", "since 1999 they say Osdal has no ferry")

    assert plain["shared_facts"] == 0
    assert names["shared_facts"] > 10


def test_a_retelling_shares_words_and_no_runs():
    features = told(
        "The mayor of Osdal, Anneli Roun, closed the ferry to Pellin after the flood.",
        "After flooding no ferry goes: Anneli Roun, mayor, has it closed. Pellin waits for Osdal.",
    )

    assert (features["containment"], features["longest"]) == (0, 0)
    assert features["weighted_jaccard"] > 0.4


def test_what_the_corpus_knows_is_passed_on():
    tokens = tokens_of("one two three four", "one two three four five")
    words = Background.of(lambda _: tokens, 2).words

    row = features(
        compare(tokens, pair()),
        np.array([TEMPLATE], dtype=np.uint8),
        weigh(terms(tokens, words), pair()),
        np.array([[3, 3, 4]]),
        np.array([2]),
        np.array([0.25]),
    )[0]

    assert row[FEATURES.index("worn")] == 0.5
    assert row[FEATURES.index("contested")] == 0.25
    assert row[FEATURES.index("bigrams")] == 0.75
    assert row[FEATURES.index("frame")] == 1


def test_no_pairs_have_no_features():
    nothing = np.empty((0, 2), dtype=np.int64)

    assert featured(tokens_of("a", "b"), every_pair(1)).shape == (0, len(FEATURES))
    assert contested_share(nothing, np.empty(0, bool), np.empty(0, bool), 3).tolist() == []


def test_every_feature_has_a_weight_for_every_kind():
    lines = Path(weights_file.__file__).read_text()

    assert WEIGHTS.shape == (len(FEATURES), len(KINDS))
    assert OFFSETS.shape == (len(KINDS),)
    assert tuple(re.findall(r"\],  # (\w+)\n", lines)) == FEATURES
    assert re.search("# columns: (.*)", lines)[1] == ", ".join(KINDS)

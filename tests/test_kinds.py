"""The decision: each cut-off from both sides, and pairs that a reader would judge so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kinds as rules
from dedup.compare import Comparison, compare
from dedup.kinds import KINDS, kinds
from tests import naive
from tests.conftest import every_pair, numbered, pair, several_texts, tokens_of

COPY = {
    "shared": 90, "left_shingles": 98, "right_shingles": 98, "left_words": 100,
    "right_words": 100, "tiled": 96, "longest": 96, "tiled_plain": 96, "longest_plain": 96,
}  # fmt: skip
CLAUSE = {**COPY, "shared": 8, "tiled": 10, "longest": 10, "tiled_plain": 10, "longest_plain": 10}


def judged(**counts: int) -> str:
    """The kind of a pair with these counts, the others being 0."""
    names = list(naive.counts([], [], [], [], [], 3))
    row = Comparison(
        np.zeros((1, len(names)), dtype=np.int32), np.empty((0, 3), np.int32), np.zeros(2, np.int64)
    )
    for name, count in counts.items():
        row.column(name)[0] = count
    return KINDS[kinds(row)[0]]


def related(left: str, right: str) -> str:
    return KINDS[kinds(compare(tokens_of(left, right), pair()))[0]]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (COPY, "same"),
        ({**COPY, "left_plain": rules._SAME_MISSING}, "same"),
        ({**COPY, "left_plain": rules._SAME_MISSING + 1}, "edited"),
        ({**COPY, "right_plain": rules._SAME_MISSING + 1}, "edited"),
        ({**COPY, "tiled": 100 - rules._SAME_UNTILED}, "same"),
        ({**COPY, "tiled": 99 - rules._SAME_UNTILED}, "edited"),
        ({**COPY, "right_words": 101 + rules._SAME_UNTILED}, "edited"),
        ({**COPY, "shared": 38, "left_shingles": 100, "right_shingles": 200, "tiled": 9}, "edited"),
        ({**COPY, "shared": 37, "left_shingles": 100, "right_shingles": 200}, "partial"),
        (CLAUSE, "partial"),
        ({**CLAUSE, "tiled_plain": 9}, "none"),
        ({**CLAUSE, "longest_plain": rules.LEAST_RUN}, "partial"),
        ({**CLAUSE, "longest_plain": rules.LEAST_RUN - 1}, "none"),
        ({}, "none"),
    ],
)  # fmt: skip
def test_a_kind_ends_where_its_cut_off_says(counts, expected):
    assert judged(**counts) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"left_names": 5, "right_names": 5}, "template"),
        ({"left_names": 5, "right_figures": 5}, "template"),
        ({"left_names": 4, "right_names": 9}, "edited"),
        ({"left_names": 9, "right_names": 0}, "edited"),
        ({"left_names": 5, "right_names": 5, "longest": rules._FRAME - 1}, "template"),
        ({"left_names": 5, "right_names": 5, "longest": rules._FRAME}, "edited"),
    ],
)
def test_a_template_is_a_frame_broken_up_by_conflicting_facts(counts, expected):
    assert judged(**{**COPY, "longest": 10, **counts}) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (
            "The minister said on Tuesday that the talks, which began in May, had failed.",
            "the minister said on tuesday that the talks – which began in May – had failed",
            "same",
        ),
        (
            "The minister said on Tuesday that the talks, which began in May, had failed.",
            "The minister said late on Tuesday that the long talks, which began quietly in May, "
            "had failed after all sides refused to move.",
            "edited",
        ),
        (
            "The minister said on Tuesday that the talks, which began in May, had failed.",
            "Markets fell. The minister said on Tuesday that the talks, which began in May, had "
            "failed. Shares of banks and of insurers led the losses in thin and nervous trading.",
            "edited",
        ),
        (
            "Fuel prices rose again as refineries closed for repairs that nobody had planned, "
            "while the minister said on a visit that the talks which began last year had now "
            "failed and would not be taken up before autumn, whatever the unions might say.",
            "Asked about his plans for the holidays, the minister said on a visit that the talks "
            "which began with his predecessor were none of his concern; he would swim, read two "
            "thick novels, repair an old boat and see his grandchildren, in no special order.",
            "partial",
        ),
        (
            "The Fed set 1.5 billion dlrs of customer repurchases, it said.",
            "The Fed set 2.25 billion dlrs of customer repurchases, it said.",
            "template",
        ),
        (
            "The minister said on Tuesday that the talks had failed.",
            "Shares of banks led the losses in thin and nervous trading.",
            "none",
        ),
    ],
)
def test_pairs_are_judged_as_a_reader_would(left, right, expected):
    assert related(left, right) == expected
    assert related(right, left) == expected


@given(texts=several_texts, loose=st.floats(0.05, 1), strict=st.floats(0.05, 1))
def test_a_higher_containment_makes_no_copies(texts, loose, strict):
    found = compare(numbered(*texts), every_pair(len(texts)))
    loose, strict = sorted((loose, strict))

    copies = [
        set(np.flatnonzero(~np.isin(kinds(found, containment=least), (rules.NONE, rules.PARTIAL))))
        for least in (loose, strict)
    ]

    assert copies[1] <= copies[0]


@given(texts=several_texts)
def test_without_a_shared_shingle_two_texts_are_unrelated(texts):
    found = compare(numbered(*texts), every_pair(len(texts)))

    judged = kinds(found)

    assert not judged[found.column("shared") == 0].any()


def test_no_pairs_have_no_kinds():
    assert kinds(compare(numbered([1]), every_pair(1))).tolist() == []

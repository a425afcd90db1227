"""The decision: each cut-off from both sides, and pairs that a reader would judge so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kinds as rules
from dedup import scan
from dedup.compare import Comparison, compare, joined
from dedup.features import FEATURES
from dedup.kinds import KINDS, judge, kinds, settle
from tests import naive
from tests.conftest import every_pair, numbered, pair, several_texts, tokens_of

COPY = {
    "shared": 90, "left_shingles": 98, "right_shingles": 98, "left_words": 100,
    "right_words": 100, "tiled": 96, "longest": 96, "tiled_plain": 96, "longest_plain": 96,
}  # fmt: skip
OPEN = {"left_names": 1, "right_names": 1}
"""Facts in conflict, so that the likelihoods decide."""

CLAUSE = {**COPY, "shared": 8, "tiled": 10, "longest": 10, "tiled_plain": 10, "longest_plain": 10}


FILLER = [
    "Rain fell for a third day in the northern valleys, where two roads were closed by mud and a "
    "school sent its pupils home before noon.",
    "The museum bought a portrait that had hung in a private house for eighty years; nobody "
    "outside the family had seen it since the war.",
    "Growers of apples expect a small harvest this autumn because frost in late April killed most "
    "of the blossom along the lake.",
    "A jury heard on Thursday how the cashier had carried the banknotes out of the vault in lunch "
    "boxes, a few hundred at a time.",
    "Engineers found cracks in eleven of the forty wheels they took apart, and the railway "
    "withdrew the whole series for inspection.",
    "Prices of flats rose by a tenth in the capital last year while wages hardly moved, the bureau "
    "of statistics reported.",
]
TALKS = (
    "The minister said on Tuesday that the talks, which began in May, had failed and would not be "
    "resumed this year."
)


def counted(**counts: int) -> Comparison:
    """A pair with these counts, the others being 0."""
    names = list(naive.counts([], [], [], [], [], 3))
    row = Comparison(
        np.zeros((1, len(names)), dtype=np.int32), np.empty((0, 3), np.int32), np.zeros(2, np.int64)
    )
    for name, count in counts.items():
        row.column(name)[0] = count
    return row


def judged(**counts: int) -> str:
    """The kind of a pair with these counts by its runs alone."""
    return KINDS[kinds(counted(**counts))[0]]


def settled(likely: dict[str, float], **counts: int) -> str:
    """The kind of a pair with these counts whose kinds are so likely, the others not at all."""
    row = np.array([[likely.get(kind, 0) for kind in KINDS]], dtype=np.float64)
    return KINDS[settle(row, counted(**{**COPY, **counts}))[0]]


def told(left: str, right: str) -> str:
    """The kind of two stories in a small corpus."""
    fillers = [(f"f{number}", text) for number, text in enumerate(FILLER)]
    report = scan([("a", left), ("b", right), *fillers])
    found = {
        (match.left.story, match.right.story): match.kind
        for match in (*report.matches, *report.templates)
    }
    assert found.keys() <= {("a", "b")}
    return found.get(("a", "b"), "none")


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
def test_runs_alone_tell_copies_as_a_reader_would(left, right, expected):
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
    assert judge(np.empty((0, len(FEATURES))), joined([])).tolist() == []


@pytest.mark.parametrize(
    ("likely", "expected"),
    [
        ({"none": 0.4, "same": 0.3, "edited": 0.3}, "same"),
        ({"none": 0.4, "edited": 0.2, "partial": 0.3, "rewritten": 0.1}, "partial"),
        ({"none": 0.3, "template": 0.2, "edited": 0.5}, "same"),
        ({"none": 0.3, "template": 0.21, "edited": 0.49}, "none"),
        ({"none": 0.25, "template": 0.26, "edited": 0.49}, "template"),
        ({"same": 0.25, "edited": 0.25, "partial": 0.4, "none": 0.1}, "same"),
        ({"edited": 0.35, "partial": 0.2, "rewritten": 0.21, "none": 0.24}, "same"),
        ({"edited": 0.2, "partial": 0.2, "rewritten": 0.21, "none": 0.39}, "rewritten"),
    ],
)
def test_kinds_of_one_sort_are_decided_on_together(likely, expected):
    """First recycling or not, then copy or not: the likeliest kind alone may be another."""
    assert settled(likely, **OPEN) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, "same"),
        ({"left_plain": rules._SAME_MISSING}, "same"),
        ({"left_plain": rules._SAME_MISSING + 1}, "edited"),
        ({"right_names": 2, "right_figures": 2}, "edited"),
        ({"tiled": 100 - rules._SAME_UNTILED}, "same"),
        ({"tiled": 99 - rules._SAME_UNTILED}, "edited"),
    ],
)
def test_of_a_copy_the_counts_say_whether_it_is_edited(counts, expected):
    assert settled({"same": 0.5, "edited": 0.5}, **counts) == expected
    assert settled({"edited": 1}, **counts) == expected


@pytest.mark.parametrize(("shared", "expected"), [(35, "same"), (34, "rewritten")])
def test_little_that_is_contained_makes_no_copy(shared, expected):
    likely = {"same": 0.9, "rewritten": 0.06, "none": 0.04}

    kind = settled(likely, shared=shared, left_shingles=100, right_shingles=200, **OPEN)

    assert kind == expected


APART = {"left_plain": 40, "right_plain": 40, "tiled": 12}
SENTENCE = {**APART, "longest_plain": rules._SENTENCE}
LITTLE = {"shared": 34, "left_shingles": 100, "right_shingles": 200}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, "same"),
        ({**APART, "longest_plain": rules._SENTENCE - 1}, "none"),
        (SENTENCE, "edited"),
        ({**SENTENCE, "left_names": 9}, "edited"),
        ({**SENTENCE, "left_names": 1, "right_names": 1}, "none"),
        ({**SENTENCE, "left_names": 1, "right_figures": 1}, "none"),
        ({**SENTENCE, **LITTLE}, "partial"),
        (LITTLE, "partial"),
    ],
)
def test_a_sentence_in_common_and_no_facts_in_conflict_are_recycling(counts, expected):
    """However unlikely; what it is recycled as, the likelihoods and the containment say."""
    assert settled({"none": 0.9, "edited": 0.1}, **counts) == expected


@pytest.mark.parametrize(
    ("likely", "expected"),
    [
        ({"none": 1}, "edited"),
        ({"template": 0.8, "edited": 0.1, "partial": 0.1}, "edited"),
        ({"none": 0.8, "edited": 0.05, "rewritten": 0.15}, "partial"),
    ],
)
def test_what_is_surely_recycled_is_a_copy_if_that_is_as_likely_as_loose_recycling(
    likely, expected
):
    assert settled(likely, **SENTENCE) == expected


@given(
    likely=st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=1, max_size=9),
    factor=st.sampled_from([0.125, 0.5, 2.0, 64.0]),
)
def test_only_how_likely_kinds_are_beside_each_other_counts(likely, factor):
    likely = np.array(likely, dtype=np.float64)
    found = joined([counted(**COPY, **OPEN)] * len(likely))

    assert settle(factor * likely, found).tolist() == settle(likely, found).tolist()


@given(
    values=st.lists(
        st.lists(st.floats(0, 1), min_size=len(FEATURES), max_size=len(FEATURES)), max_size=9
    ),
    seed=st.integers(0, 9),
)
def test_a_pair_is_judged_as_it_is_alone(values, seed):
    values = np.array(values, dtype=np.float64).reshape(-1, len(FEATURES))
    found = joined([counted(**COPY, **OPEN)] * len(values))
    order = np.random.default_rng(seed).permutation(len(values))

    assert judge(values[order], found).tolist() == judge(values, found)[order].tolist()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (TALKS, TALKS.lower().replace(", which began in May,", " – which began in May –"), "same"),
        (
            TALKS,
            f"Markets fell. {TALKS} Shares of banks and of insurers led the losses in thin and "
            "nervous trading.",
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
            "The mayor of Osdal, Anneli Roun, closed the ferry to Pellin on Monday after the flood "
            "damaged its landing stage.",
            "Flood damage to the landing stage has forced Anneli Roun, mayor of Osdal, to suspend "
            "the Pellin ferry since Monday.",
            "rewritten",
        ),
        (
            "Halvard Brekke, who led the Norrland timber company for nineteen years, died on "
            "Sunday at his home in Ostrava, aged 84.",
            "The former head of Norrland timber, Halvard Brekke, is dead. He was 84 and had run "
            "the company for nineteen years; he died at home in Ostrava on Sunday.",
            "rewritten",
        ),
        (
            "The crown closed at 4.18 to the dollar on Tuesday, 0.3 percent lower, dealers in "
            "Osdal said.",
            "The crown closed at 4.25 to the dollar on Friday, 1.6 percent lower, dealers in "
            "Pellin said.",
            "template",
        ),
        (
            "Anneli Roun, the mayor of Osdal, opened a library on Monday and praised the builders "
            "for finishing early.",
            "Anneli Roun, the mayor of Osdal, said the council would cut the budget for roads by "
            "a third next year.",
            "none",
        ),
    ],
    ids=lambda text: text if len(text) < 10 else "",
)
def test_stories_are_judged_as_a_reader_would(left, right, expected):
    assert told(left, right) == expected
    assert told(right, left) == expected

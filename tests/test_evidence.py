"""The words that speak for a retelling: in both texts, facts first, in the order of the later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import scan
from dedup.compare import compare
from dedup.evidence import MOST, evidence
from dedup.kernels import I64
from dedup.kinds import EDITED, KINDS, PARTIAL, REWRITTEN, SAME, TEMPLATE
from dedup.matches import Matches
from dedup.tokens import Tokens
from dedup.vocabulary import vocabulary
from tests import naive, naive_words
from tests.conftest import every_pair, marked, numbered_marks

FLAGS = 16  # combinations of flags
SHORT = 4  # bytes

sized_texts = st.lists(
    st.lists(
        st.tuples(st.integers(0, 24), st.integers(0, FLAGS - 1), st.integers(1, 7)), max_size=25
    ),
    min_size=2,
    max_size=5,
)
"""Texts of word numbers with flags and sizes in bytes."""
judgements = st.lists(
    st.sampled_from([SAME, EDITED, PARTIAL, REWRITTEN, REWRITTEN, TEMPLATE]),
    min_size=10,
    max_size=10,
)

CLOSED = [
    "The mayor of Osdal, Anneli Roun, closed the ferry to Pellin on Monday after the flood damaged "
    "its landing stage.",
    "Flood damage to the landing stage has forced Anneli Roun, mayor of Osdal, to suspend the "
    "Pellin ferry since Monday.",
    "Since Monday no ferry has left Osdal for Pellin; the flood broke the landing stage, and mayor "
    "Anneli Roun ordered it shut.",
]
OTHERS = [
    "Rain fell for a third day in the northern valleys, where two roads were closed by mud and a "
    "school sent its pupils home before noon.",
    "Growers of apples expect a small harvest this autumn because frost in late April killed most "
    "of the blossom along the lake.",
    "Engineers found cracks in eleven of the forty wheels they took apart, and the railway "
    "withdrew the whole series for inspection.",
    "The crown closed at 4.18 to the dollar on Tuesday, 0.3 percent lower, dealers in Osdal said.",
    "The crown closed at 4.25 to the dollar on Friday, 1.6 percent lower, dealers in Pellin said.",
    f"{CLOSED[0]} Nobody was hurt.",
]


def laid_out(texts) -> Tokens:
    """The words of these texts, each in eight bytes of the buffer."""
    tokens = numbered_marks([[(word, flags) for word, flags, _ in text] for text in texts])
    starts = 8 * np.arange(len(tokens.values), dtype=np.int64)
    sizes = np.array([size for text in texts for *_, size in text], dtype=np.int64)
    return replace(tokens, starts=starts, ends=starts + sizes)


def spoken(texts, kinds=None) -> list[tuple[int, int]]:
    """The evidence of all pairs of texts: the match and the number of the word."""
    everything, pairs = laid_out(texts), every_pair(len(texts))
    kinds = [REWRITTEN] * len(pairs) if kinds is None else kinds[: len(pairs)]

    def tokens_of(chosen: I64) -> Tokens:
        rows = np.concatenate([np.arange(*everything.offsets[[k, k + 1]]) for k in (*chosen, 0)])
        some = laid_out([texts[k] for k in chosen])
        rows = rows[: len(some.values)]
        return replace(some, starts=everything.starts[rows], ends=everything.ends[rows])

    found = compare(everything, pairs)
    runs = np.empty((len(found.tiles), 4), dtype=np.int64)
    words = vocabulary([everything], texts=len(texts), words=len(everything.values))
    made = evidence(Matches(pairs, np.array(kinds, dtype=np.uint8), found, runs), tokens_of, words)
    assert np.array_equal(made.places[:, 0] // 8, made.places[:, 1] // 8)
    return list(zip(made.matches.tolist(), (made.places[:, 0] // 8).tolist(), strict=True))


@pytest.fixture(scope="module")
def report():
    return scan([(f"s{k}", text) for k, text in enumerate([*CLOSED, *OTHERS])])


@pytest.fixture(scope="module")
def retellings(report):
    return [match for match in report.matches if match.kind == "rewritten"]


@given(texts=sized_texts, kinds=judgements)
def test_evidence_is_what_loops_choose(texts, kinds):
    tokens = laid_out(texts)
    known = naive_words.vocabulary(marked(tokens))
    expected = [
        (row, int(tokens.offsets[right]) + place)
        for row, (left, right) in enumerate(every_pair(len(texts)).tolist())
        if kinds[row] == REWRITTEN
        for place in naive_words.evidence(
            marked(tokens)[left],
            marked(tokens)[right],
            [size > SHORT for *_, size in texts[right]],
            known,
            MOST,
        )
    ]

    assert spoken(texts, kinds) == expected


@pytest.mark.parametrize("kind", set(range(len(KINDS))) - {REWRITTEN})
def test_there_is_none_for_what_is_not_retold(kind):
    text = [(word, naive.CAPITAL, 7) for word in range(5)]

    assert spoken([text, text]) == [(0, 5 + k) for k in range(5)]
    assert spoken([text, text], [kind]) == []


def test_names_and_figures_are_chosen_before_heavier_words():
    plain = [(word, 0, 7) for word in range(10)]
    facts = [(20, naive.CAPITAL, 7), (21, naive.FIGURE, 1)]
    often = [facts] * 3

    found = spoken([[*facts, *plain], [*plain, *facts], *often], [REWRITTEN, *[SAME] * 9])

    assert [place - 12 for _, place in found] == [0, 1, 2, 3, 4, 5, 10, 11]


def test_no_more_than_most_are_chosen_and_the_heaviest():
    rare = [(word, 0, 7) for word in range(MOST)]
    common = [(word, 0, 7) for word in range(30, 40)]

    found = spoken([[*rare, *common], [*common, *rare], common], [REWRITTEN, SAME, SAME])

    assert [place - 18 for _, place in found] == list(range(10, 10 + MOST))


def test_short_words_speak_for_nothing_unless_they_are_facts():
    text = [(1, 0, SHORT), (2, 0, SHORT + 1), (3, naive.CAPITAL, 2), (4, naive.FIGURE, 1)]

    assert spoken([text, text]) == [(0, 5), (0, 6), (0, 7)]


def test_a_repeated_word_is_named_once_where_it_stands_first():
    assert spoken([[(1, 0, 7)], [(2, 0, 7), (1, 0, 7), (1, 0, 7)]]) == [(0, 2)]


def test_texts_without_common_words_have_none():
    assert spoken([[(1, 0, 7)], [(2, 0, 7)]]) == []
    assert spoken([[], []]) == []


def test_a_report_names_words_of_both_texts_in_the_order_of_the_later(report, retellings):
    assert len(retellings) >= 3
    for match in retellings:
        stems = [{word.stem for word in naive.words(report.text(side))} for side in _sides(match)]
        later = report.text(match.right)
        places = [later.index(word) for word in match.evidence]

        assert 0 < len(match.evidence) <= MOST
        assert {word.stem for text in match.evidence for word in naive.words(text)} <= (
            stems[0] & stems[1]
        )
        assert places == sorted(set(places))


def _sides(match):
    return match.left, match.right


def test_a_report_names_names_and_figures_first(retellings):
    names = {"Osdal", "Anneli", "Roun", "Pellin", "Monday"}

    assert all(names <= set(match.evidence) for match in retellings)


def test_a_report_has_evidence_for_retellings_only(report):
    copies = [match for match in report.matches if match.kind != "rewritten"]

    assert copies
    assert report.templates
    assert not any(match.evidence for match in (*copies, *report.templates))
    for family in report.families:
        assert [bool(o.evidence) for o in family.occurrences] == [
            o.kind == "rewritten" for o in family.occurrences
        ]

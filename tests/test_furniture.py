import random
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import furniture, scan
from dedup.furniture import SHARE, TEXTS, LongestRuns, furniture_keys
from tests.conftest import sentence

WIDGET = (
    "Anneli Roun senators balk at a lengthy hearing about the river treaty and its gauges"
    " farmers gear up to win the spring vote on water charges read more"
)


def corpus(stories, between):
    """Stories of unlike sentences, each with the same words somewhere inside one."""
    sentences = [sentence(number, 40).rstrip(".").split() for number in range(stories)]
    return [
        (f"s{number:02}", between.format(" ".join(words[:20]), " ".join(words[20:])))
        for number, words in enumerate(sentences)
    ]


def test_a_widget_inside_many_sentences_makes_no_match():
    report = scan(corpus(12, "{} " + WIDGET + " {}."))

    assert (len(report.matches), len(report.families)) == (0, 0)
    assert [(run.paragraphs, run.story, run.text) for run in report.furniture] == [
        (12, "s00", WIDGET)
    ]


@pytest.mark.parametrize("stories", [5, 8, 12])
def test_a_sentence_copied_between_sentences_is_no_furniture(stories):
    report = scan(corpus(stories, "{}. " + WIDGET + ". {}."))

    assert len(report.furniture) == 0
    assert report.families[0].stories == stories


def test_what_stands_in_three_texts_teaches_nothing():
    report = scan(corpus(3, "{} " + WIDGET + " {}."))

    assert len(report.furniture) == 0
    assert report.families[0].stories == 3


def test_paragraphs_that_share_more_than_the_widget_are_copies():
    stories = corpus(12, "{} " + WIDGET + " {}.")
    copied = stories[0][1].replace("read more", "read more today")

    report = scan([*stories, ("s99", copied)])

    assert [(m.left.story, m.right.story) for m in report.matches] == [("s00", "s99")]


def test_a_run_that_stands_between_sentences_in_most_matches_is_no_furniture():
    inside = corpus(4, "{} " + WIDGET + " {}.")
    between = [(f"x{name}", text) for name, text in corpus(9, "{}. " + WIDGET + ". {}.")[4:]]

    report = scan([*inside, *between])

    assert len(report.furniture) == 0
    assert len(report.matches) > 0


@pytest.mark.parametrize("seed", range(3))
def test_ordinary_recycling_leaves_no_furniture(seed):
    draw = random.Random(seed)
    backgrounds = [sentence(number, 40) for number in range(3)]
    stories = [
        (f"s{number:02}", f"{sentence(100 + number)} {draw.choice(backgrounds)}")
        for number in range(20)
    ]

    report = scan(stories)

    assert len(report.matches) > 20
    assert len(report.furniture) == 0


def test_of_runs_as_frequent_the_one_seen_first_comes_first_whatever_the_order():
    """Where a text lies in memory follows the order of the input, and must not show."""
    second = " ".join(reversed(WIDGET.split()))
    stories = corpus(24, "{} " + WIDGET + " {}.")
    stories = [(name, text.replace(WIDGET, second) if int(name[1:]) % 2 else text)
               for name, text in stories]  # fmt: skip

    found = [run.story for run in scan(stories).furniture]

    assert found == ["s00", "s01"]
    assert [run.story for run in scan(stories[::-1]).furniture] == found


matches = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 6), st.integers(0, 6)),  # the texts
        st.booleans(),  # copied
        st.sampled_from([(False, False), (True, False), (True, True), (True, True)]),
        st.lists(st.integers(1, 5), max_size=4),  # keys
    ),
    max_size=25,
)


@given(matches=matches, together=st.integers(1, 9))
def test_what_rests_on_furniture_is_what_counting_every_key_tells(matches, together):
    pairs, copied, ways, keys = ([one[k] for one in matches] for k in range(4))
    runs = LongestRuns(
        np.array([embedded for embedded, _ in ways], dtype=np.bool_),
        np.array([alone for _, alone in ways], dtype=np.bool_),
        np.array([key for own in keys for key in own], dtype=np.uint64),
        np.array([len(own) for own in keys], dtype=np.int32),
    )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(furniture, "_KEYS", together)
        found = furniture_keys(
            runs, np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(copied, dtype=np.bool_)
        )

    assert found.tolist() == resting(matches)


def resting(matches) -> list[int]:
    """The same by dicts."""
    ways, texts = defaultdict(list), defaultdict(set)
    for pair, copied, (embedded, _), keys in matches:
        for key in keys if copied else ():
            ways[key].append(embedded)
            texts[key].update(pair)
    pasted = {
        key
        for key, own in ways.items()
        if sum(own) / len(own) >= SHARE and len(texts[key]) >= TEXTS
    }
    return [
        min(pasted.intersection(keys))
        if copied and alone and 2 * sum(key in pasted for key in keys) > len(keys)
        else 0
        for _, copied, (_, alone), keys in matches
    ]

"""Backgrounds in several wordings: joined by the shortest way, and nothing lost on it."""

from __future__ import annotations

import random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import scan
from dedup.families import Families, assemble
from dedup.kinds import REWRITTEN, TEMPLATE
from dedup.report.columns import Columns
from dedup.wordings import frames, join_wordings, leads
from tests import naive
from tests.conftest import sentence

CLOSED = [
    "The mayor of Osdal, Anneli Roun, closed the ferry to Pellin on Monday after the flood damaged "
    "its landing stage.",
    "Flood damage to the landing stage has forced Anneli Roun, mayor of Osdal, to suspend the "
    "Pellin ferry since Monday.",
    "Since Monday no ferry has left Osdal for Pellin; the flood broke the landing stage, and mayor "
    "Anneli Roun ordered it shut.",
]
DIED = [
    "Halvard Brekke, who led the Norrland timber company for nineteen years, died on Sunday at his "
    "home in Ostrava, aged 84.",
    "The former head of Norrland timber, Halvard Brekke, is dead. He was 84 and had run the "
    "company for nineteen years; he died at home in Ostrava on Sunday.",
]
MORE = "Nobody was hurt."
LINE = "The crown closed at {} to the dollar on {}, {} percent lower, dealers in {} said."
CLOSINGS = [
    LINE.format("4.18", "Tuesday", "0.3", "Osdal"),
    LINE.format("4.25", "Friday", "1.6", "Pellin"),
    LINE.format("4.31", "Monday", "0.7", "Ostrava"),
]
OTHERS = [
    "Rain fell for a third day in the northern valleys, where two roads were closed by mud and a "
    "school sent its pupils home before noon.",
    "Growers of apples expect a small harvest this autumn because frost in late April killed most "
    "of the blossom along the lake.",
    "Engineers found cracks in eleven of the forty wheels they took apart, and the railway "
    "withdrew the whole series for inspection.",
    "The museum bought a portrait that had hung in a private house for eighty years; nobody "
    "outside the family had seen it since the war.",
]


def retold(step: int) -> str:
    """Half of its words are in the step before, half in the one after, and none in any other."""
    words = [word for seed in (step, step + 1) for word in sentence(100 + seed, 10)[:-1].split()]
    random.Random(step).shuffle(words)
    return " ".join(words) + "."


TELLINGS = [*CLOSED, *DIED, *(retold(step) for step in range(4))]
told_again = st.lists(
    st.lists(st.integers(0, len(TELLINGS) - 1), min_size=1, max_size=3, unique=True).map(
        lambda chosen: " ".join(TELLINGS[k] for k in chosen)
    ),
    min_size=1,
    max_size=7,
)
"""Stories put together from the wordings of a few backgrounds."""

links = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda link: link[0] < link[1]),
    max_size=25,
)


def as_pairs(links) -> np.ndarray:
    return np.array(links, dtype=np.int64).reshape(-1, 2)


def told(*texts: str) -> list[tuple[int, list[tuple[str, str, int]]]]:
    """Each family of these stories, named a, b, … in order: its wordings and its rows."""
    named = [(chr(97 + k), text) for k, text in enumerate(texts)]
    others = [(f"other {k}", text) for k, text in enumerate(OTHERS)]
    return [
        (family.wordings, [(o.passage.story, o.kind, o.wording) for o in family.occurrences])
        for family in scan([*named, *others]).families
    ]


def test_a_copied_passage_is_not_joined_with_what_is_retold_beside_it():
    both = f"{CLOSED[1]} {DIED[0]}"

    found = told(CLOSED[0], DIED[0], both)

    assert found == [
        (2, [("a", "first", 0), ("c", "rewritten", 1)]),
        (1, [("b", "first", 0), ("c", "edited", 0)]),
    ]


class Row(NamedTuple):
    """A member of a family."""

    head: int
    text: int
    match: int
    wording: int
    passage: tuple[int, int]


class Joined(NamedTuple):
    """What is found in some stories, its stars of copies, and these with their wordings joined."""

    columns: Columns
    stars: Families
    families: Families

    @property
    def rows(self) -> list[Row]:
        """The members of all families."""
        return rows_of(self.families)

    @property
    def later(self) -> list[Row]:
        """Those among them that retell their family."""
        kinds = self.columns.matches.kinds
        return [row for row in self.rows if kinds[row.match] == REWRITTEN]


def joined(*stories: str) -> Joined:
    named = [(str(k), text) for k, text in enumerate([*stories, *OTHERS])]
    columns = scan(named).columns
    stars = assemble(columns.matches, columns.texts, columns.paragraphs.stories)
    return Joined(columns, stars, join_wordings(stars, columns.matches, columns.texts))


def rows_of(families: Families) -> list[Row]:
    heads = np.repeat(families.heads, np.diff(families.offsets))
    columns = (heads, families.members, families.matches, families.wordings)
    passages = map(tuple, families.passages.tolist())
    return [
        Row(*row, passage)
        for row, passage in zip(np.stack(columns, axis=1).tolist(), passages, strict=True)
    ]


@given(links)
def test_each_item_is_joined_as_loops_join_it(links):
    lead, by = leads(as_pairs(links), 12)

    assert (lead.tolist(), by.tolist()) == naive.leads(links, 12, 2)


@given(links)
def test_an_item_is_joined_through_the_fewest_steps_and_never_more_than_two(links):
    lead, by = leads(as_pairs(links), 12)

    for item in range(12):
        way = [item]
        while by[way[-1]] >= 0:
            low, high = links[by[way[-1]]]
            assert high == way[-1]
            way.append(low)
        assert len(way) <= 3
        assert lead[item] == way[-1]
        assert len(way) <= min(
            (2 for low, high in links if high == item and by[low] < 0), default=3
        )


@given(links=links, seed=st.integers(0, 99))
def test_neither_order_nor_repeats_of_pairs_change_a_lead(links, seed):
    shuffled = np.random.default_rng(seed).permutation(as_pairs([*links, *links]))

    lead, by = leads(shuffled, 12)

    expected, through = leads(as_pairs(links), 12)
    assert lead.tolist() == expected.tolist()
    assert [tuple(shuffled[k]) for k in by if k >= 0] == [links[k] for k in through if k >= 0]


def test_a_chain_goes_no_further_than_two_steps():
    lead, by = leads(as_pairs([(k, k + 1) for k in range(6)]), 7)

    assert lead.tolist() == [0, 0, 0, 3, 3, 3, 6]
    assert by.tolist() == [-1, 0, 1, -1, 3, 4, -1]


def test_the_shortest_way_is_taken_before_the_earliest_item():
    lead, by = leads(as_pairs([(0, 1), (1, 3), (2, 3)]), 4)

    assert lead.tolist() == [0, 0, 2, 2]
    assert by.tolist() == [-1, 0, -1, 2]


def test_of_ways_equally_short_the_earliest_item_is_taken():
    lead, by = leads(as_pairs([(1, 2), (0, 2)]), 3)

    assert lead.tolist() == [0, 1, 0]
    assert by.tolist() == [-1, -1, 1]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_without_pairs_each_item_leads_itself(count):
    lead, by = leads(as_pairs([]), count)

    assert lead.tolist() == list(range(count))
    assert by.tolist() == [-1] * count


def test_seventy_thousand_items_are_joined():
    pairs = np.stack((np.zeros(70_000, np.int64), np.arange(1, 70_001)), axis=1)

    lead, by = leads(pairs[::-1].copy(), 70_001)

    assert not lead.any()
    assert by[1:].tolist() == list(range(70_000))[::-1]


def test_one_background_in_three_wordings_is_one_family():
    assert told(*CLOSED) == [
        (3, [("a", "first", 0), ("b", "rewritten", 1), ("c", "rewritten", 2)]),
    ]


def test_the_copies_of_every_wording_are_in_its_family():
    first, second, third = CLOSED

    families = told(first, second, first, f"{second} {MORE}", third, f"{first} {MORE}")

    assert families == [
        (
            3,
            [
                ("a", "first", 0),
                ("b", "rewritten", 1),
                ("c", "same", 0),
                ("d", "same", 1),
                ("e", "rewritten", 2),
                ("f", "same", 0),
            ],
        )
    ]


def test_two_backgrounds_are_two_families():
    first, second, _ = CLOSED

    assert told(first, DIED[0], second, DIED[1]) == [
        (2, [("a", "first", 0), ("c", "rewritten", 1)]),
        (2, [("b", "first", 0), ("d", "rewritten", 1)]),
    ]


def test_a_background_told_once_is_no_family():
    assert told(CLOSED[0], DIED[0]) == []


def test_a_wording_is_joined_through_another_one_and_no_further():
    families = told(*(retold(step) for step in range(5)))

    assert families == [
        (3, [("a", "first", 0), ("b", "rewritten", 1), ("c", "rewritten", 2)]),
        (2, [("d", "first", 0), ("e", "rewritten", 1)]),
    ]


def test_what_is_told_too_far_from_the_first_keeps_its_copies():
    families = told(*(retold(step) for step in range(4)), retold(3))

    assert families[1] == (1, [("d", "first", 0), ("e", "same", 0)])


@given(told_again)
def test_no_copy_is_lost_when_wordings_are_joined(stories):
    made = joined(*stories)
    family_of = {head: head for head in made.families.heads.tolist()}
    family_of |= {row.text: row.head for row in made.later}

    expected = {row._replace(head=family_of[row.head], wording=0) for row in rows_of(made.stars)}

    assert set(made.stars.heads.tolist()) <= family_of.keys()
    assert {row._replace(wording=0) for row in made.rows} - expected == {
        row._replace(wording=0) for row in made.later
    }
    assert len(made.rows) == len(made.stars.members) + len(made.later)


@given(told_again)
def test_a_copy_has_the_number_of_its_wording(stories):
    made = joined(*stories)
    number = dict.fromkeys(made.families.heads.tolist(), 0)
    number |= {row.text: row.wording for row in made.later}
    of_match = {row.match: row.wording for row in made.rows}

    for row in rows_of(made.stars):
        assert of_match[row.match] == number[row.head]


@given(told_again)
def test_each_later_wording_is_a_text_that_is_joined_once_and_whole(stories):
    made = joined(*stories)
    texts = made.columns.texts

    assert len({row.text for row in made.later}) == len(made.later)
    for row in made.later:
        assert row.passage == (0, texts.words[texts.first[row.text]])
        assert row.wording > 0


@given(told_again)
def test_wordings_are_numbered_as_their_first_texts_come(stories):
    made = joined(*stories)

    for head in made.families.heads.tolist():
        firsts = sorted((row.text, row.wording) for row in made.later if row.head == head)
        assert [wording for _, wording in firsts] == list(range(1, len(firsts) + 1))


@given(told_again)
def test_families_and_their_members_are_in_order(stories):
    made = joined(*stories)
    heads = made.families.heads.tolist()
    members = [(row.head, row.text) for row in made.rows]

    assert heads == sorted(set(heads))
    assert members == sorted(members)
    assert all(head < text for head, text in members)


def test_without_retellings_families_stay_as_they_are():
    made = joined(CLOSED[0], DIED[0], f"{CLOSED[0]} {MORE}", DIED[0])

    assert made.families.heads.tolist() == made.stars.heads.tolist()
    assert made.rows == rows_of(made.stars)


def test_the_pairs_of_one_template_have_one_frame():
    report = scan([(f"s{k}", text) for k, text in enumerate([OTHERS[0], *CLOSINGS, *OTHERS[1:]])])

    assert report.columns.frames.tolist() == [-1, 1, 1, 1, -1, -1, -1]
    assert (report.summary.templates, report.summary.frames) == (3, 1)
    assert len(report.families) == 0


@given(told_again)
def test_a_text_has_a_frame_exactly_if_it_is_in_a_template(stories):
    columns, *_ = joined(*stories, *CLOSINGS)
    pairs = columns.matches.pairs[columns.matches.kinds == TEMPLATE]

    frame = frames(columns.matches, len(columns.texts))

    assert set(np.flatnonzero(frame >= 0).tolist()) == set(pairs.reshape(-1).tolist())
    assert all(frame[first] == first for first in frame[frame >= 0])

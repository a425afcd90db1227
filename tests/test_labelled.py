"""Real news text, read and labelled by people, where it is at hand."""

import pytest

from dedup import scan
from tests import labelled

pytestmark = pytest.mark.skipif(
    not labelled.DATA.is_dir(), reason="the labelled news text is not part of the project"
)
COPIES = ("same", "edited")


@pytest.fixture(scope="module")
def seeds():
    return scan(labelled.DATA / "seeds")


@pytest.fixture(scope="module")
def reuters():
    return scan(labelled.DATA / "reuters_c50.jsonl.gz")


def test_the_seeds_copies_have_their_kinds_and_nothing_else_is_matched(seeds):
    pairs = labelled.labels("seeds")
    said = labelled.Said(seeds)

    wrong = [
        (pair, said.of(pair))
        for pair in pairs
        if said.of(pair) != ("none" if pair["label"] == "rewritten" else pair["label"])
    ]

    assert len(pairs) == 738
    assert wrong == []


def test_the_seeds_families_are_first_seen_where_they_were(seeds):
    firsts = {
        (
            family.first_seen.passage.story[:3],
            *(o.passage.story[:3] for o in family.occurrences[1:]),
        )
        for family in seeds.families
    }

    assert firsts == {("003", "004"), ("002", "001"), ("002", "000"), ("000", "001")}


def test_copies_in_reuters_are_found_and_templates_are_not(reuters):
    said = labelled.Said(reuters)
    pairs = [
        (pair["label"] in COPIES, said.of(pair) in COPIES)
        for pair in labelled.labels("reuters_c50")
    ]

    right = sum(copy and found for copy, found in pairs)

    assert right / sum(copy for copy, _ in pairs) >= 0.95
    assert right / sum(found for _, found in pairs) >= 0.93

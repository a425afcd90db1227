"""Real news text, read and labelled by people, where it is at hand."""

import pytest

from dedup import evaluate, scan
from tests import labelled

pytestmark = pytest.mark.skipif(
    not labelled.DATA.is_dir(), reason="the labelled news text is not part of the project"
)


@pytest.fixture(scope="module")
def seeds():
    return scan(labelled.DATA / "seeds")


@pytest.fixture(scope="module")
def of_seeds(seeds):
    return evaluate(seeds, labelled.DATA / "seeds.labels.jsonl")


def test_the_seeds_copies_have_their_kinds_and_nothing_else_is_recycled(of_seeds):
    assert of_seeds.pairs == 738
    assert of_seeds.confusion[:4] == (
        (716, 0, 0, 0, 0, 0),
        (0, 2, 0, 0, 0, 0),
        (0, 0, 4, 0, 0, 0),
        (0, 0, 0, 1, 0, 0),
    )


def test_every_recycled_pair_of_the_seeds_is_found(of_seeds):
    assert (of_seeds.recycling.precision, of_seeds.recycling.recall) == (1, 1)


def test_one_background_of_five_stories_is_one_family_in_three_wordings(seeds):
    (family,) = (family for family in seeds.families if "On December 17" in family.text)

    first = family.first_seen

    assert (family.stories, family.wordings, len(family.occurrences)) == (5, 3, 5)
    assert first.passage.story.startswith("003")
    assert first.published.date().isoformat() == "2022-01-22"


def test_copies_in_reuters_are_found_and_templates_are_not():
    report = scan(labelled.DATA / "reuters_c50.jsonl.gz")

    found = evaluate(report, labelled.DATA / "reuters_c50.labels.jsonl")

    assert found.copy.recall >= 0.95
    assert found.copy.precision >= 0.95

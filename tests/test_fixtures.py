"""The stories written for this project, against the truth written with them."""

import json
from pathlib import Path

import pytest

from dedup import scan

FIXTURES = Path(__file__).parents[1] / "fixtures"
COPIES = ("same", "edited", "partial")
# Three words apart, one of them a number spelled out and one a date turned round; and a copy
# whose five other words are so spread that at most three are new on either side.
BETWEEN_SAME_AND_EDITED = {
    ("meridane", "hull-0212-auction"),
    ("osdal-growers-union", "courier-2026-01-28-planting"),
}


@pytest.fixture(scope="module")
def report():
    return scan(FIXTURES / "stories")


@pytest.fixture(scope="module")
def expected():
    return json.loads((FIXTURES / "expected.json").read_text())


def places(family):
    return [(o.passage.story, o.passage.paragraph) for o in family.occurrences]


def test_every_copy_is_in_the_family_of_its_first_text(report, expected):
    found = {places(family)[0]: places(family) for family in report.families}

    missing = [
        (family["name"], o["story"], o["paragraph"])
        for family in expected["families"]
        for o in family["occurrences"]
        if o["kind"] in COPIES
        and (o["story"], o["paragraph"])
        not in found.get((family["first_seen"]["story"], family["first_seen"]["paragraph"]), [])
    ]

    assert missing == []


def test_every_copy_has_its_kind(report, expected):
    found = {
        (places(family)[0], place): o.kind
        for family in report.families
        for place, o in zip(places(family), family.occurrences, strict=True)
    }

    other = {
        (family["name"], o["story"])
        for family in expected["families"]
        for o in family["occurrences"]
        if o["kind"] in COPIES
        and o["kind"] != found[tuple(family["first_seen"].values()), (o["story"], o["paragraph"])]
    }

    assert other == BETWEEN_SAME_AND_EDITED


# What a reader would not call retold: the same people and things, and another piece of news.
COINCIDENCES = {
    ("vpa-0126-arbitration", "vpa-0205-engineer"),
    ("cws-0130-freight", "cws-0213-freight"),
    ("vpa-0205-engineer", "mercury-0211-analysis"),
}


def test_no_family_is_false(report, expected):
    truth = {
        (o["story"], o["paragraph"], family["name"])
        for family in expected["families"]
        for o in family["occurrences"]
    }
    names = {name for *_, name in truth}

    false = {
        (places(family)[0][0], o.passage.story, o.kind)
        for family in report.families
        for place, o in zip(places(family), family.occurrences, strict=True)
        if len(family.occurrences) > 1
        and place != places(family)[0]
        and not any(
            (*places(family)[0], name) in truth and (*place, name) in truth for name in names
        )
    }

    assert false == {(*pair, "rewritten") for pair in COINCIDENCES}


def test_retold_background_is_in_the_family_of_its_first_text(report, expected):
    found = {places(family)[0]: places(family) for family in report.families}
    retold = [
        (family["first_seen"]["story"], family["first_seen"]["paragraph"], o)
        for family in expected["families"]
        for o in family["occurrences"]
        if o["kind"] == "rewritten"
    ]

    missing = [
        o["story"]
        for story, paragraph, o in retold
        if (o["story"], o["paragraph"]) not in found.get((story, paragraph), [])
    ]

    assert len(retold) == 6
    assert missing == []


def test_templates_are_told_apart(report, expected):
    truth = {
        (o["story"], o["paragraph"], template["name"])
        for template in expected["templates"]
        for o in template["occurrences"]
    }
    names = {name for *_, name in truth}

    false = [
        match
        for match in report.templates
        if not any(
            (match.left.story, match.left.paragraph, name) in truth
            and (match.right.story, match.right.paragraph, name) in truth
            for name in names
        )
    ]

    assert len(report.templates) > 30
    assert false == []


def test_near_duplicate_stories_are_those_that_were_written_so(report, expected):
    written = {
        frozenset(pair)
        for group in expected["near_duplicate_stories"]
        for pair in [group["stories"]]
    }

    found = {frozenset((pair.left, pair.right)) for pair in report.near_duplicate_stories}

    # The shortened version is of the corrected story, and so of the one that was corrected.
    shortened = "evening-post-2026-01-31-verrault"
    assert found - written == {frozenset(("cws-0130-verrault", shortened))}
    assert written - found <= {frozenset(("cws-0130-verrault-corr", shortened))}

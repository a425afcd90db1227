"""Two stories side by side, in Python, on the command line and in a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from dedup import BadInput, Story, scan, side_by_side
from dedup.cli import app
from tests.browser import Reader, running
from tests.conftest import sentence, stories
from tests.labelled import DATA

STORIES = Path(__file__).parents[1] / "fixtures" / "stories"
WIRE = STORIES / "wire.jsonl"
WELLS = STORIES / "courier-2026-02-06-wells.txt"
SEEDS = sorted((DATA / "seeds").glob("00[01]_*.txt"))
seeds = pytest.mark.skipif(len(SEEDS) != 2, reason="the seed stories are not beside the checkout")


def spelled(found):
    return [
        (one.kind, found.left.text[slice(*one.left)], found.right.text[slice(*one.right)])
        for one in found.passages
    ]


def test_each_shared_passage_is_told_once_with_its_place_in_both():
    one, two, three = sentence(1), sentence(2), sentence(3)

    found = side_by_side(
        Story("a", f"{one}\n\n{two}"), Story("b", f"{three}\n\n{two[:-1]} indeed.\n\n{one}")
    )

    assert spelled(found) == [("same", one, one), ("same", two, f"{two[:-1]} indeed.")]


def test_two_passages_in_one_paragraph_are_two():
    one, two = sentence(1, 30), sentence(2, 30)

    found = side_by_side(Story("a", f"{one}\n\n{two}"), Story("b", f"{two} {one}"))

    assert [(kind, left) for kind, left, _ in spelled(found)] == [("edited", one), ("edited", two)]
    assert {right for _, _, right in spelled(found)} == {one, two}


def test_stories_that_share_nothing_share_nothing():
    assert side_by_side(Story("a", sentence(1)), Story("b", sentence(2))).passages == ()
    assert side_by_side(Story("a", ""), Story("b", "")).passages == ()


def test_a_story_shares_all_of_itself():
    text = f"{sentence(1)}\n\n{sentence(2)}"

    found = side_by_side(Story("a", text), Story("a", text))

    assert [kind for kind, _, _ in spelled(found)] == ["same", "same"]
    assert (found.left.id, found.right.id) == ("a", "a (second)")


@settings(max_examples=25)
@given(stories.filter(lambda given: len(given) > 1))
def test_passages_lie_in_their_stories_and_in_no_two_kinds_twice(given):
    """What the other way round is shared is the same."""
    a, b = Story("a", given[0]), Story("b", given[1])

    found = side_by_side(a, b)

    for one in found.passages:
        assert 0 <= one.left[0] < one.left[1] <= len(a.text)
        assert 0 <= one.right[0] < one.right[1] <= len(b.text)
    assert len(set(found.passages)) == len(found.passages)
    assert bool(found.passages) == bool(side_by_side(b, a).passages)


def test_a_story_is_named_by_its_file_and_its_id():
    found = side_by_side(f"{WIRE}#vpa-0126-arbitration", WELLS)

    assert found.left.source == "Valdren Press Agency"
    assert [one.kind for one in found.passages] == ["edited", "edited"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (
            str(WIRE),
            r'35 stories, and one is compared. Name one as .*wire.jsonl#ID; there are "vpa-',
        ),
        (f"{WIRE}#nothing", r'no story has the id "nothing". There are "vpa-0126-arbitration"'),
        ("nowhere.txt", "no such file"),
    ],
)
def test_what_is_no_story_is_one_sentence(place, said):
    with pytest.raises(BadInput, match=said):
        side_by_side(place, WELLS)


def test_the_command_prints_each_passage_with_its_changes():
    done = CliRunner().invoke(app, ["compare", f"{WIRE}#vpa-0126-arbitration", str(WELLS)])

    assert done.exit_code == 0
    assert "2 shared passages: 2 edited" in done.output
    assert "cubic [-meters-] {+metres+} of water" in " ".join(done.output.split())


def test_the_docs_show_what_the_command_prints(monkeypatch):
    monkeypatch.chdir(STORIES.parents[1])
    page = Path("docs/page.md").read_text()
    command, shown = re.search(r"^\$ dedup (.*)\n((?:.*\n)*?)```", page, re.MULTILINE).groups()

    done = CliRunner().invoke(app, command.split())

    assert done.output == shown


def test_the_command_says_what_is_wrong_in_one_sentence():
    done = CliRunner().invoke(app, ["compare", "nowhere.txt", str(WELLS)])
    over = CliRunner().invoke(app, ["compare", str(WELLS), str(WELLS), "--html", str(WELLS)])

    assert (done.exit_code, over.exit_code) == (2, 2)
    assert done.output.startswith("dedup: nowhere.txt: ")
    assert "stories are read from" in over.output


def test_the_page_opens_with_the_two_stories_and_the_same_passages(tmp_path):
    path = tmp_path / "page.html"
    found = side_by_side(f"{WIRE}#vpa-0212-adjourn", STORIES / "evening-post-2026-02-13-talks.txt")
    found.to_html(path)

    with running() as browser:
        reader = Reader(browser, path)
        reader.page.goto(path.as_uri())
        reader.page.wait_for_selector("article mark")
        shown = [
            reader.page.locator(f"article >> nth={side}").locator(".words").all_text_contents()
            for side in (0, 1)
        ]
        reader.close()

    assert shown[0] == [left for _, left, _ in spelled(found)]
    assert shown[1] == [right for _, _, right in spelled(found)]


@seeds
def test_the_labelled_passages_of_two_seed_stories_are_shared_each_once():
    found = side_by_side(*SEEDS)
    labels = [json.loads(line) for line in (DATA / "seeds.labels.jsonl").read_text().splitlines()]
    wanted = [
        (label["label"], *(tuple(label[side][at] for at in ("start", "end")) for side in "ab"))
        for label in labels
        if label["label"] != "none"
        and (label["a"]["story"], label["b"]["story"]) == (found.left.id, found.right.id)
    ]

    def over(a, b):
        return min(a[1], b[1]) - max(a[0], b[0]) > 0.5 * min(a[1] - a[0], b[1] - b[0])

    hits = [
        [
            label
            for label in wanted
            if label[0] == one.kind and over(label[1], one.left) and over(label[2], one.right)
        ]
        for one in found.passages
    ]
    assert len(wanted) == len(found.passages) == 4
    assert [len(hit) for hit in hits] == [1] * 4
    assert len({hit[0] for hit in hits}) == 4


def test_the_report_of_the_two_is_that_of_a_scan():
    found = side_by_side(f"{WIRE}#vpa-0126-arbitration", WELLS)

    report = scan([found.left, found.right])

    assert [family.id for family in found.report.families] == [f.id for f in report.families]

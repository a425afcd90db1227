"""`dedup index`: each sub-command is one call of the library."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dedup.cli import app
from dedup.index import Index

ROOT = Path(__file__).parents[1]
STORIES = ROOT / "fixtures" / "stories"
PARAGRAPH = (
    "On Monday the council voted to close the eastern bridge until the spring repairs are done"
    " and have been paid for by the towns on both banks."
)


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["index", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.output


def as_json(*arguments):
    return json.loads(run(*arguments, "--json"))


@pytest.fixture
def db(tmp_path):
    place = tmp_path / "wire.index"
    run("add", place, STORIES)
    return place


def test_what_is_added_is_counted(tmp_path):
    said = as_json("add", tmp_path / "wire.index", STORIES)

    assert said == {"added": 45, "stories": 45}


def test_a_check_says_what_the_library_says(db, tmp_path):
    story = tmp_path / "late.txt"
    text = min(STORIES.rglob("*.txt")).read_text().split("\n", 1)[1]
    story.write_text(text)

    said = as_json("check", db, story)

    with Index.open(db) as index:
        assert said["recycled"] == index.check(_story("late", text)).recycled
    assert "late" in run("check", db, story)


def _story(name, text):
    from dedup import Story

    return Story(name, text)


def test_a_check_may_add(db, tmp_path):
    (tmp_path / "late.txt").write_text(PARAGRAPH)

    run("check", db, tmp_path / "late.txt", "--add")

    assert as_json("stats", db)["stories"] == 46


def test_a_pipe_answers_line_by_line(db):
    """A line is answered before the next one is written."""
    with subprocess.Popen(
        [sys.executable, "-m", "dedup", "index", "check", str(db), "-", "--add"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    ) as child:  # fmt: skip
        answers = []
        lines = [
            json.dumps({"id": "n1", "text": PARAGRAPH, "date": "2026-03-01"}),
            "{broken",
            json.dumps({"text": PARAGRAPH}),
            json.dumps({"id": "n2", "text": PARAGRAPH, "date": "2026-03-02"}),
        ]
        for line in lines:
            child.stdin.write(line.encode() + b"\n")
            child.stdin.flush()
            answers.append(json.loads(child.stdout.readline()))
        child.stdin.close()

    first, broken, nameless, second = answers
    assert (first["story"], first["recycled"]) == ("n1", 0)
    assert broken["error"].startswith("standard input, line 2: the JSON is broken")
    assert "no id" in nameless["error"]
    assert (second["story"], second["recycled"]) == ("n2", 1)
    assert second["paragraphs"][0]["first_seen"]["story"] == "n1"
    assert second["paragraphs"][0]["first_seen"]["published"] == "2026-03-01T00:00:00Z"


def test_an_interrupt_keeps_what_was_stored_and_says_so(db):
    with subprocess.Popen(
        [sys.executable, "-m", "dedup", "index", "check", str(db), "-", "--add"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as running:
        running.stdin.write(json.dumps({"id": "late", "text": PARAGRAPH}).encode() + b"\n")
        running.stdin.flush()
        answer = json.loads(running.stdout.readline())
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)

    assert running.returncode == 130
    assert told.decode() == (
        "dedup: interrupted. What was done so far stays: look at it with stats, and go on.\n"
    )
    assert answer["story"] == "late"
    with Index.open(db) as index:
        assert "late" in index


def test_stories_are_removed_by_id(db):
    name = Index.open(db).to_report().stories[0].id

    assert as_json("remove", db, name) == {"removed": 1, "stories": 44}
    assert "no story" in run("remove", db, name, code=2)


def test_what_is_old_expires(db):
    days = (datetime.now(UTC) - datetime(2026, 2, 1, tzinfo=UTC)).days
    dated = sum(one.published is not None for one in Index.open(db).to_report().stories)

    said = as_json("expire", db, "--older-than", f"{days}d")

    assert 0 <= said["expired"] <= dated
    assert said["stories"] == 45 - said["expired"]


@pytest.mark.parametrize("age", ["30", "d", "3y", "-1d", "1" * 20 + "d"])
def test_a_length_of_time_that_is_none_is_refused(db, age):
    assert "no length of time" in run("expire", db, f"--older-than={age}", code=2)


def test_an_index_is_verified_and_compacted(db):
    assert run("verify", db) == "All is well.\n"
    assert as_json("verify", db) == {"faults": []}
    assert set(as_json("compact", db)) == {"bytes_before", "bytes"}
    assert run("verify", db) == "All is well.\n"


def test_families_are_listed_the_widest_first(db):
    lines = [json.loads(line) for line in run("families", db, "--json").splitlines()]

    assert lines[0]["stories"] == 14
    assert len(lines) == 20
    assert "8d807af4605e2478" in run("families", db)


def test_figures_are_shown(db):
    assert "stories" in run("stats", db)
    assert as_json("stats", db)["keeps_text"] is True


def test_an_index_that_is_not_there_is_one_sentence(tmp_path):
    for command in (["check", tmp_path / "x", STORIES], ["stats", tmp_path / "x"]):
        assert "no such index" in run(*command, code=2)


def test_other_settings_than_those_of_the_index_are_refused(db):
    assert "min_words 12, not 20" in run("add", db, STORIES, "--min-words", 20, code=2)


def test_an_index_may_be_made_without_texts(tmp_path):
    run("add", tmp_path / "wire.index", STORIES, "--no-text")

    assert as_json("stats", tmp_path / "wire.index")["keeps_text"] is False

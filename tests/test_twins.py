"""The command and the library say the same of the same stories."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dedup import DEFAULTS, Settings, scan
from dedup.cli import app

STORIES = Path(__file__).parents[1] / "fixtures" / "stories"
CASES = [
    {},
    {"min_words": 20},
    {"shingle": 5, "containment": 0.7},
    {"partial_words": 15, "threads": 1},
    {"threshold": 0.8, "recall": 0.9, "permutations": 64, "seed": 3},
    {"passage": 8, "bucket": 4, "word_bucket": 6, "story_threshold": 0.8},
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_command_writes_the_bytes_the_library_writes(case, tmp_path):
    options = [f"--{name.replace('_', '-')}={value}" for name, value in case.items()]

    done = CliRunner().invoke(
        app, ["scan", str(STORIES), f"--json={tmp_path / 'command.json'}", *options]
    )
    scan(STORIES, Settings(**case)).to_json(tmp_path / "library.json")

    assert done.exit_code == 0, done.output
    assert (tmp_path / "command.json").read_bytes() == (tmp_path / "library.json").read_bytes()


def test_every_setting_is_an_option_with_its_default():
    parameters = typer.main.get_command(app).commands["scan"].params
    options = {parameter.name: parameter.default for parameter in parameters}

    settings = {field.name: getattr(DEFAULTS, field.name) for field in fields(Settings)}

    assert settings.items() <= options.items()


def test_json_says_what_the_objects_say(tmp_path):
    report = scan(STORIES)

    report.to_json(tmp_path / "report.json")
    document = json.loads((tmp_path / "report.json").read_text())

    assert [f["id"] for f in document["families"]] == [f.id for f in report.families]
    assert [f["text"] for f in document["families"]] == [f.text for f in report.families]
    assert [
        (m["kind"], m["left_story"], m["right_end"], [tuple(run) for run in m["runs"]])
        for m in document["matches"]
    ] == [(m.kind, m.left.story, m.right.end, list(m.runs)) for m in report.matches]
    assert [s["recycled"] for s in document["stories"]] == [s.recycled for s in report.stories]
    assert document["summary"]["families"] == len(report.families)

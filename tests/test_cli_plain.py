"""Plain values on the command line are taken without a validator; all else is checked as ever."""

from __future__ import annotations

import json
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dedup.cli import app
from dedup.cli.plain import plain

ROOT = Path(__file__).parent.parent
STORIES = str(ROOT / "fixtures")


class Colour(StrEnum):
    red = "red"


@pytest.mark.parametrize(
    ("value", "kind", "taken"),
    [
        ("stories", str, "stories"),
        ("", str, ""),
        ("a/b", Path, Path("a/b")),
        ("12", int, 12),
        ("0.5", float, 0.5),
        ("7", float, 7.0),
        ("red", Colour, Colour.red),
        (("a", "b"), list[str], ["a", "b"]),
        ("-3", int, None),
        (" 3", int, None),
        ("3.0", int, None),
        ("1_000", int, None),
        ("٣", int, None),
        ("9" * 5_000, int, None),
        ("1e3", float, None),
        ("nan", float, None),
        (".5", float, None),
        ("blue", Colour, None),
        ((), list[str], None),
        (("1", "x"), list[int], None),
        (None, str, None),
        (3, int, None),
        ("x", complex, None),
    ],
)
def test_a_value_is_taken_if_there_is_no_doubt_of_it(value, kind, taken):
    found = plain(value, kind)

    assert found == taken
    assert type(found) is type(taken)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--show", "x"], "'--show'"),
        (["--show", "-3"], "'--show'"),
        (["--threshold", "high"], "'--threshold'"),
        (["--unit", "words"], "'--unit'"),
        (["--unit"], "requires an argument"),
        (["--sho", "3"], "No such option"),
    ],
)
def test_what_is_wrong_is_said_by_its_option(arguments, said):
    result = CliRunner().invoke(app, ["pairs", STORIES, *arguments], env={"COLUMNS": "200"})

    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_no_path_is_a_missing_one():
    result = CliRunner().invoke(app, ["pairs"])

    assert result.exit_code == 2
    assert "Missing argument" in result.output


def test_options_come_as_they_were_given(tmp_path):
    out = tmp_path / "pairs.json"
    options = ["--unit", "paragraphs", "--threshold", "0.6", "--seed", "7", "--json", str(out)]

    result = CliRunner().invoke(app, ["pairs", STORIES, *options])

    assert result.exit_code == 0
    said = json.loads(out.read_text())
    assert said["unit"] == "paragraphs"
    assert (said["settings"]["threshold"], said["settings"]["seed"]) == (0.6, 7)


@pytest.mark.parametrize(
    "command", ["scan {} --quiet", "scan {} --families 2", "pairs {} --show 3", "index --help"]
)
def test_no_validator_is_imported_for_plain_values(command):
    code = (
        "import sys; from dedup.cli import main\n"
        "try: main()\n"
        "except SystemExit as done: assert not done.code, done\n"
        "sys.exit('pydantic' in sys.modules)"
    )

    arguments = command.format(STORIES).split()

    found = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True)

    assert found.returncode == 0, found.stderr.decode()

"""`dedup pairs`, as a command."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import fields

import pytest
import typer
from typer.testing import CliRunner

from dedup import CLASSIC, Settings
from dedup.cli import app
from dedup.listing import UNITS, files, list_pairs
from dedup.readers import read
from tests.conftest import sentence


@pytest.fixture
def wire(tmp_path):
    """Two stories alike, with a paragraph in common, and one that is not."""
    shared = sentence(1, 40)
    stories = [("a", f"{shared}\n\n{sentence(2, 5)}"), ("b", shared), ("c", sentence(3))]
    path = tmp_path / "wire.jsonl"
    path.write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in stories))
    return path


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *given, **more: CliRunner().invoke(app, ["pairs", *map(str, given)], **more)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("form", ["jsonl", "csv", "json"])
def test_the_command_writes_the_bytes_the_library_writes(wire, invoke, tmp_path, form, unit):
    expected = io.BytesIO()
    listing = list_pairs(read([str(wire)]), unit=unit)
    getattr(files, f"dump_{form}")(listing, expected)
    place = tmp_path / f"pairs.{form}"

    done = invoke(wire, "--unit", unit, f"--{form}", place, "--quiet")
    printed = invoke(wire, "--unit", unit, f"--{form}", "-")

    assert (done.exit_code, done.stdout) == (0, "")
    assert len(listing.pairs) == 1
    assert place.read_bytes() == printed.stdout_bytes == expected.getvalue()


def test_numbers_are_taken_from_options(wire, invoke):
    done = invoke(wire, "--json", "-", "--threshold", "0.5", "--shingle", "3", "--seed", "7")

    said = json.loads(done.stdout)["settings"]

    assert (said["threshold"], said["shingle"], said["seed"]) == (0.5, 3, 7)
    assert said["recall"] == CLASSIC.recall


def test_every_setting_of_a_search_is_an_option_with_its_default():
    options = {
        one.name: one.default for one in typer.main.get_command(app).commands["pairs"].params
    }
    meant = {field.name: getattr(CLASSIC, field.name) for field in fields(Settings)}
    meaningless = {
        "passage", "word_bucket", "containment", "partial_words", "story_threshold", "memory",
    }  # fmt: skip

    assert {name: meant[name] for name in meant.keys() - meaningless}.items() <= options.items()
    assert not meaningless & options.keys()


def test_figures_and_pairs_are_shown(wire, invoke):
    shown = invoke(wire, "--unit", "paragraphs").stdout.splitlines()

    assert shown[0].startswith("1 pair of 4 paragraphs with a Jaccard similarity of 0.7 or more")
    assert shown[1] == "  kept    3 paragraphs are near none before them"
    assert shown[-1].split()[:5] == ["1.000", "a", "¶0", "b", "¶0"]


def test_standard_input_is_json_lines(wire, invoke):
    assert invoke("-", input=wire.read_bytes()).stdout == invoke(wire).stdout


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (["nowhere.jsonl"], "dedup: nowhere.jsonl: "),
        (["wire.jsonl", "--threshold", "2"], "dedup: threshold is 2.0. Choose from 0.05 to 1."),
        (["wire.jsonl", "--permutations", "16", "--threshold", "0.05"], "cannot find"),
        (["wire.jsonl", "--jsonl", "-", "--csv", "-"], "--jsonl and --csv are both to go to"),
        (["wire.jsonl", "--jsonl", "wire.jsonl"], "stories are read from"),
        (["wire.jsonl", "--csv", "no/pairs.csv"], "its folder does not exist"),
        (["wire.jsonl", "--json", "."], "this is a folder"),
        (["wire.jsonl", "--text-field", "story"], 'no field "story" among id, text.'),
    ],
    ids=lambda given: " ".join(given[1:]) if isinstance(given, list) else "",
)  # fmt: skip
def test_bad_input_is_one_sentence_and_two(wire, invoke, given, fault):
    before = wire.read_bytes()

    done = invoke(*given)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("dedup: ")
    assert fault in done.stderr
    assert done.stderr.count("\n") == 1
    assert wire.read_bytes() == before


def test_a_broken_line_is_named_or_skipped(wire, invoke):
    with wire.open("a") as file:
        file.write('{"id": "d", "text": \n')

    refused, skipped = invoke(wire), invoke(wire, "--skip-bad")

    assert (refused.exit_code, skipped.exit_code) == (2, 0)
    assert "wire.jsonl, line 4: " in refused.stderr
    assert "wire.jsonl, line 4: " in " ".join(skipped.stdout.split())  # it may be wrapped


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(wire, tmp_path):
    place = tmp_path / "pairs.jsonl"
    place.write_text("old")
    command = [sys.executable, "-m", "dedup", "pairs", str(wire), "--jsonl"]
    assert subprocess.run([*command, "/dev/null"], capture_output=True, check=False).returncode == 0
    limit = "import resource, runpy, signal, sys; sys.argv = sys.argv[1:];"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20));"
    limit += "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    limit += "runpy.run_module('dedup', run_name='__main__')"

    done = subprocess.run(
        [sys.executable, "-c", limit, "dedup", *command[3:], str(place)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2, done.stderr
    assert "cannot be written (File too large)" in done.stderr
    assert place.read_text() == "old"
    assert not list(tmp_path.glob(".pairs*"))


def test_help_loads_no_kernel_and_no_arrow():
    check = (
        "import sys; sys.argv = ['dedup', 'pairs', '--help']\n"
        "from dedup.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.exit(bool({'numba', 'numpy', 'pyarrow'} & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", check], capture_output=True).returncode == 0

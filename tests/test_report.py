import csv
import io
import json
import pickle
from pathlib import Path

import pyarrow as pa
import pytest

from dedup import BadOutput, Story, scan
from dedup.report import as_json, parts
from dedup.report.files import write_aside
from dedup.report.terminal import show
from dedup.report.words import changes, legible, shortened

ROOT = Path(__file__).resolve().parents[1]
PARAGRAPH = (
    "On Monday the council voted to close the eastern bridge until the spring repairs are done"
    " and have been paid for by the towns on both banks."
)
HOSTILE = "\x1b[31m\x07[bold red]\u202eevil\x00 <script>"


@pytest.fixture
def hostile():
    return scan(
        [
            Story(f"=1{HOSTILE}", f"{HOSTILE} {PARAGRAPH}", headline="+2", source="@3"),
            Story(HOSTILE, f"{HOSTILE} {PARAGRAPH}"),
        ]
    )


def test_the_terminal_gets_no_control_characters(hostile):
    page = io.StringIO()

    show(hostile, page)

    assert "[bold red]" in page.getvalue()
    assert all(char.isprintable() or char == "\n" for char in page.getvalue())


def test_a_spreadsheet_gets_no_formula_and_no_control_character(hostile, tmp_path):
    hostile.to_csv(tmp_path)

    rows = list(csv.DictReader((tmp_path / "stories.csv").read_text().splitlines()))

    assert {row["id"][:3] for row in rows} == {"'=1", "\ufffd[3"}
    assert {row["headline"] for row in rows} == {"'+2", ""}
    assert not any("\x1b" in value for row in rows for value in row.values())


def test_json_keeps_every_character(hostile, tmp_path):
    hostile.to_json(tmp_path / "r.json")

    document = json.loads((tmp_path / "r.json").read_text())

    assert {story["id"] for story in document["stories"]} == {f"=1{HOSTILE}", HOSTILE}


def test_offsets_are_characters_of_the_text_as_it_was_given():
    before = "Ça va? 🙂 日本\r\n\r\n"
    stories = {"a": before + PARAGRAPH, "b": PARAGRAPH + " É́nd."}

    report = scan(list(stories.items()))
    match = report.matches[0]
    left, left_end, right, right_end = match.runs[0]

    assert stories["a"][match.left.start : match.left.end] == PARAGRAPH
    assert stories["a"][left:left_end] == stories["b"][right:right_end] == PARAGRAPH.rstrip(".")


def test_values_travel_between_processes():
    family = scan([("a", PARAGRAPH), ("b", PARAGRAPH)]).families[0]

    assert pickle.loads(pickle.dumps(family)) == family


def test_rows_are_made_when_they_are_asked_for():
    report = scan([(f"s{number:04}", PARAGRAPH) for number in range(2_500)])

    assert report.matches[-1] == list(report.matches)[-1]
    assert report.stories[10:12] == list(report.stories)[10:12]
    with pytest.raises(IndexError):
        report.families[1]


def test_a_file_that_cannot_be_filled_leaves_what_stood_there(tmp_path):
    place = tmp_path / "report"
    place.write_text("old")

    def fill(file):
        file.write(b"new")
        raise OSError(28, "No space left on device")

    with pytest.raises(BadOutput, match="No space left on device"):
        write_aside({place: fill})

    assert [path.name for path in tmp_path.iterdir()] == ["report"]
    assert place.read_text() == "old"


def test_of_several_files_all_are_put_in_place_or_none(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("old")

    def fails(file):
        file.write(b"new")
        raise OSError(28, "No space left on device")

    with pytest.raises(BadOutput, match=r"second: .*No space left on device"):
        write_aside({first: lambda file: file.write(b"new"), second: fails})

    assert [path.name for path in tmp_path.iterdir()] == ["first"]
    assert first.read_text() == "old"


def test_a_report_in_several_forms_is_written_whole_or_not_at_all(hostile, tmp_path):
    (tmp_path / "t" / "templates.csv").mkdir(parents=True)
    (tmp_path / "r.json").write_text("old")

    with pytest.raises(BadOutput, match=r"templates\.csv"):
        hostile.write(json=tmp_path / "r.json", jsonl=tmp_path / "l", csv=tmp_path / "t")

    assert (tmp_path / "r.json").read_text() == "old"
    assert [path.name for path in (tmp_path / "t").iterdir()] == ["templates.csv"]
    assert not list((tmp_path / "l").iterdir())


def test_tables_made_by_parts_are_the_whole_tables(monkeypatch):
    monkeypatch.setattr(parts, "ROWS", 7)
    report = scan(sorted((ROOT / "fixtures" / "stories").iterdir()))

    for name, table in report.to_arrow().items():
        made = list(parts.by_parts(report, name, lambda part, _: part))

        assert pa.concat_tables(made).equals(table) if len(table) else not made


def test_a_document_is_the_same_however_it_is_cut(tmp_path, monkeypatch):
    report = scan(sorted((ROOT / "fixtures" / "stories").iterdir()))
    report.write(json=tmp_path / "whole.json", csv=tmp_path / "whole")

    monkeypatch.setattr(parts, "ROWS", 3)
    monkeypatch.setattr(as_json, "ROWS", 3)
    report.write(json=tmp_path / "cut.json", csv=tmp_path / "cut")

    assert (tmp_path / "whole.json").read_bytes() == (tmp_path / "cut.json").read_bytes()
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "cut" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("text", "seen"),
    [("a\n\tb", "a b"), ("a\u202eb\x1b", "ab"), ("क्\u200dष", "क्\u200dष"), ("", "")],
)
def test_text_is_made_legible(text, seen):
    assert legible(text) == seen


def test_text_is_shortened_between_words():
    assert shortened("one two three four", 12) == "one two…"
    assert shortened("short", 12) == "short"


def test_changes_show_what_was_dropped_and_added_and_pass_over_punctuation():
    found = list(
        changes("It said, on Monday, that all is well.", "It said on Tuesday that all is well")
    )

    assert found == [
        ("equal", "It said on"),
        ("dropped", "Monday,"),
        ("added", "Tuesday"),
        ("equal", "that all is well"),
    ]

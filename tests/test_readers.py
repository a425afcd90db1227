"""The readers: what is read, which of two ways reads it, and what is said of what cannot be."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import BadInput, BadSetting
from dedup.readers import SUFFIXES, columns, dates, delimited, jsonl, read, read_table, tables
from dedup.readers.faults import Faults, Origin
from dedup.stories import Corpus, schema

HERE = Origin("archive", "archive")
STORY = {"id": "a", "text": "Rain fell."}


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Write a file into the folder the test runs in."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return write


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def rows(*records: list[str], delimiter: str = ",") -> str:
    sheet = io.StringIO(newline="")
    csv.writer(sheet, delimiter=delimiter).writerows(records)
    return sheet.getvalue()


def parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def zstd(content: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return packed


def told(*paths: str, **settings: object) -> str:
    """What is said of bad input."""
    with pytest.raises(BadInput) as caught:
        read(paths, **settings)
    return str(caught.value)


def held(corpus: Corpus) -> list[tuple[object, ...]]:
    """Everything a corpus says of its stories."""
    return [
        (
            corpus.ids[i].as_py(),
            corpus.text(i),
            corpus.headlines[i].as_py(),
            corpus.sources[i].as_py(),
            corpus.date(i),
            int(corpus.versions[i]),
        )
        for i in range(len(corpus))
    ]


def texts(corpus: Corpus) -> dict[str, str]:
    return {corpus.ids[i].as_py(): corpus.text(i) for i in range(len(corpus))}


# Plain text


def test_a_text_file_is_a_story_named_after_it(put):
    put("flood.v2.txt", "Rain fell.\r\nIt fell all night.\n")

    corpus = read(["flood.v2.txt"])

    assert texts(corpus) == {"flood.v2": "Rain fell.\r\nIt fell all night.\n"}
    assert corpus.date(0) is None


@pytest.mark.parametrize(
    "start",
    ["date 2022-02-02", " date 2022-02-02", "\n \tdate\t2022-02-02", "date  2022-02-02"],
)
def test_a_date_at_the_start_is_blanked_and_moves_no_character(put, start):
    put("a.txt", f"{start} WASHINGTON, February 2. Snow.")

    corpus = read(["a.txt"])

    assert corpus.date(0) == datetime(2022, 2, 2, tzinfo=UTC)
    assert len(corpus.text(0)) == len(f"{start} WASHINGTON, February 2. Snow.")
    assert corpus.text(0).lstrip() == "WASHINGTON, February 2. Snow."


@pytest.mark.parametrize(
    "text", ["The date 2022-02-02 came.", "date 2022-02-021 x", "dates 2022-02-02", "2022-02-02 x"]
)
def test_a_date_elsewhere_is_text(put, text):
    put("a.txt", text)

    assert held(read(["a.txt"])) == [("a", text, "", "", None, 0)]


def test_a_first_line_may_be_the_date(put):
    put("a.txt", "date 2022-02-02\n\nSnow.")

    assert texts(read(["a.txt"])) == {"a": " " * 15 + "\n\nSnow."}


def test_a_date_that_never_was_is_a_fault(put):
    put("a.txt", "date 2022-02-30 Snow.")

    assert told("a.txt") == (
        'a.txt: the date "2022-02-30" is not understood. '
        "Write dates as 2022-01-31 or 2022-01-31T10:15:00Z."
    )


def test_an_empty_text_file_is_a_story_without_text(put):
    put("a.txt", "")

    assert texts(read(["a.txt"])) == {"a": ""}


def test_files_of_one_name_in_two_subfolders_are_told_apart(put):
    put("archive/x.txt", "one")
    put("archive/2021/x.txt", "two")
    put("archive/2022/x.txt.gz", gzip.compress(b"three"))

    assert texts(read(["archive"])) == {"x": "one", "2021/x": "two", "2022/x": "three"}


def test_two_named_files_of_one_name_are_a_fault(put):
    put("2021/x.txt", "one")
    put("2022/x.txt", "two")

    assert told("2021/x.txt", "2022/x.txt") == (
        "2022/x.txt: it gives its story the id of 2021/x.txt. "
        "Name the folder that holds both: ids are paths below it."
    )


def test_a_binary_file_is_no_text(put):
    put("a.txt", b"PK\x03\x04 \0\0\0 rest")

    assert told("a.txt") == (
        "a.txt: it holds NUL bytes and is no text file. It may be no text at all."
    )


# JSON Lines


def test_every_field_of_a_record_is_read(put):
    put(
        "a.jsonl",
        lines(
            {
                "id": 7,
                "text": "Rain\n\u0000fell 😀",
                "headline": "Rain",
                "published": "2022-01-31T10:15:00+03:00",
                "source": "Herald",
                "version": "3",
                "url": "/etc/passwd",
            }
        ),
    )

    assert held(read(["a.jsonl"])) == [
        ("7", "Rain\n\0fell 😀", "Rain", "Herald", datetime(2022, 1, 31, 7, 15, tzinfo=UTC), 3)
    ]


def test_missing_and_null_fields_are_empty(put):
    put("a.jsonl", lines(STORY, {**STORY, "id": "b", "title": None, "source": None, "date": None}))

    assert held(read(["a.jsonl"])) == [
        ("a", "Rain fell.", "", "", None, 0),
        ("b", "Rain fell.", "", "", None, 0),
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (["A", "B", None], "A, B"),
        ({"name": "A", "role": "x"}, "A"),
        ([{"name": "A"}, "B"], "A, B"),
        ([], ""),
    ],
)
def test_names_in_lists_and_objects_are_joined(put, source, shown):
    put("a.jsonl", lines({**STORY, "byline": source}))

    assert read(["a.jsonl"]).sources.to_pylist() == [shown]


@pytest.mark.parametrize("source", [3, True, {"role": "x"}, {"name": 3}, [3], [["A"]]])
def test_a_source_without_a_name_is_a_fault(put, source):
    put("a.jsonl", lines({**STORY, "source": source}))

    assert told("a.jsonl").startswith("a.jsonl, line 1: source is ")


def test_a_story_without_an_id_is_named_by_its_place(put):
    put("a.jsonl", lines({"text": "one"}) + "\n \n" + lines({"text": "two"}))
    put("b.csv", "text\none\n\ntwo\n")

    assert set(texts(read(["a.jsonl", "b.csv"]))) == {
        "a.jsonl:1",
        "a.jsonl:4",
        "b.csv:1",
        "b.csv:2",
    }


def test_blank_lines_and_all_line_ends_are_fine(put):
    put("a.jsonl", '\n  \n{"id":1,"text":"x"}\r\n\r\n{"id":2,"text":"y"}')

    assert texts(read(["a.jsonl"])) == {"1": "x", "2": "y"}


def test_a_mark_of_utf_8_is_no_text(put):
    put("a.jsonl", b"\xef\xbb\xbf" + lines(STORY).encode())
    put("b.txt", b"\xef\xbb\xbfRain fell.")
    put("c.csv", b"\xef\xbb\xbfid,text\nc,Rain fell.\n")

    assert texts(read(["a.jsonl", "b.txt", "c.csv"])) == dict.fromkeys("abc", "Rain fell.")


def test_a_line_separator_within_a_text_ends_no_line(put):
    put("a.jsonl", '{"id":"a","text":"x\u2028y\u0085z"}\n')

    assert texts(read(["a.jsonl"])) == {"a": "x\u2028y\u0085z"}


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_an_empty_file_has_no_stories(put, name):
    put(name, "")

    assert len(read([name])) == 0
    assert read([name]).fields == {}


def test_a_line_of_a_hundred_megabytes_is_read(put):
    text = "Rain fell all night. " * 5_000_000
    put("a.jsonl", lines(STORY, {"id": "b", "text": text}))
    put("b.csv", rows(["id", "text"], ["c", text]))

    corpus = read(["a.jsonl", "b.csv"])

    assert corpus.text(1) == text
    assert corpus.text(2) == text


def test_standard_input_is_json_lines(monkeypatch):
    given_ = io.TextIOWrapper(io.BytesIO(lines({"text": "Rain é"}).encode("utf-16")))
    monkeypatch.setattr(sys, "stdin", given_)

    corpus = read(["-", "-"], encoding="utf-16")

    assert texts(corpus) == {"standard input:1": "Rain é"}
    assert corpus.fields == {"standard input": {"text": "text"}}


# CSV


def test_values_may_hold_newlines_quotes_and_delimiters(put):
    put("a.csv", rows(["id", "text"], ["a", 'He said "yes",\r\nthen\nno.'], ["b", ""]))

    assert texts(read(["a.csv"])) == {"a": 'He said "yes",\r\nthen\nno.', "b": ""}


@pytest.mark.parametrize(
    ("name", "delimiter"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")]
)
def test_the_first_row_says_what_divides_the_values(put, name, delimiter):
    put(name, rows(["id", "text"], ["a", "Rain, wind; sun"], delimiter=delimiter))

    assert texts(read([name])) == {"a": "Rain, wind; sun"}


def test_words_for_nothing_are_words_in_a_text(put):
    put("a.csv", rows(["id", "text", "date"], ["NA", "null", ""], ["None", "NaN", " "]))

    assert texts(read(["a.csv"])) == {"NA": "null", "None": "NaN"}


@pytest.mark.parametrize(("row", "number"), [("b,x,y", 3), ("b", 1)])
def test_a_row_of_another_width_is_a_fault(put, row, number):
    put("a.csv", f'id,text\na,"x\ny"\n{row}\n')

    assert told("a.csv") == (
        f"a.csv, line 4: {number} values where the first row has 2 names. "
        "Put quotes around a value that holds the delimiter, or use --skip-bad."
    )


@pytest.mark.parametrize("last", ['b,"x\ny\n', 'b,"', '"b\n'])
def test_a_quote_without_an_end_is_a_fault(put, last):
    """Else it would swallow the rest of the file in silence."""
    put("a.csv", f"id,text\na,x\n{last}")

    assert told("a.csv").startswith("a.csv, line 3: a quoted value begins here that has no end.")
    assert texts(read(["a.csv"], skip_bad=True)) == {"a": "x"}


def test_a_quote_without_an_end_in_the_first_row_is_a_fault(put):
    put("a.csv", 'id,text,"x\na,b,c\n')

    assert told("a.csv").startswith("a.csv, line 1: a quoted value begins here")


def test_two_columns_of_one_name_are_a_fault(put):
    put("a.csv", "id,text,text\na,b,c\n")

    assert told("a.csv") == ('a.csv: 2 columns are named "text". Give each column its own name.')


def test_reading_leaves_the_limit_of_the_csv_module_alone(put):
    put("a.csv", "id,text\na,x\nb\n")
    before = csv.field_size_limit()

    read(["a.csv"], skip_bad=True)

    assert csv.field_size_limit() == before


# Parquet and tables


@pytest.mark.parametrize("pack", ["", ".gz", ".zst"])
def test_parquet_is_read_packed_or_not(put, pack):
    packer = {"": bytes, ".gz": gzip.compress, ".zst": zstd}[pack]
    table = pa.table({"guid": [1, 2], "body": ["x", "y"], "other": [[1], [2]]})
    name = put(f"a.parquet{pack}", packer(parquet(table)))

    corpus = read([name])

    assert texts(corpus) == {"1": "x", "2": "y"}
    assert corpus.fields == {name: {"id": "guid", "text": "body"}}


@pytest.mark.parametrize(
    "moments",
    [
        pa.array([date(2022, 1, 31)]),
        pa.array([date(2022, 1, 31)], pa.date64()),
        pa.array([datetime(2022, 1, 31)], pa.timestamp("s")),
        pa.array([datetime(2022, 1, 31)], pa.timestamp("ns")),
        pa.array([1643587200_000000_001], pa.timestamp("ns")),
        pa.array([datetime(2022, 1, 31, tzinfo=UTC)], pa.timestamp("ms", "America/New_York")),
        pa.array([1643587200]),
        pa.array([1643587200000.0]),
        pa.array(["2022-01-31"]).dictionary_encode(),
        pa.array([b"31 Jan 2022"]),
    ],
    ids=lambda array: str(array.type),
)
@pytest.mark.parametrize("reader", [tables.stories, tables.row_by_row])
def test_every_type_of_date_is_read(moments, reader):
    table = pa.table({"id": ["a"], "text": ["x"], "date": moments})

    found = reader(table, named={}, origin=HERE, faults=Faults(False)).table

    assert found["published"].to_pylist() == [datetime(2022, 1, 31, tzinfo=UTC)]


@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_a_time_no_calendar_holds_is_a_fault(kind):
    ages = {"date": pa.array([2**31 - 1], pa.int32()).cast(pa.date32())}
    ages["timestamp"] = pa.array([2**62]).cast(pa.timestamp("s"))

    with pytest.raises(BadInput, match=r"table, row 1: the date .* is not understood"):
        read_table(pa.table({"id": ["a"], "text": ["x"], "date": ages[kind]}))


def test_frames_and_streams_are_tables():
    polars, pandas = pytest.importorskip("polars"), pytest.importorskip("pandas")
    cells = {"id": ["a", "b"], "text": ["x", "y"], "source": ["s", None], "version": [1, None]}
    table = pa.table(cells)
    frame = polars.DataFrame(cells).with_columns(polars.col("source").cast(polars.Categorical))

    assert held(read_table(table)) == [("b", "y", "", "", None, 0), ("a", "x", "", "s", None, 1)]
    assert held(read_table(table.to_reader())) == held(read_table(table))
    assert held(read_table(table.to_batches()[0])) == held(read_table(table))
    assert held(read_table(frame)) == held(read_table(table))
    assert held(read_table(pandas.DataFrame(cells, index=[8, 9]))) == held(read_table(table))


@pytest.mark.parametrize("nothing", [3, None, "a.jsonl", [{"id": "a"}]])
def test_what_is_no_table_is_a_fault(nothing):
    with pytest.raises(
        BadInput, match=r"no table\. Pass an Arrow table or reader, or a data frame"
    ):
        read_table(nothing)


def test_a_frame_that_fails_is_a_fault():
    class Broken:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise ZeroDivisionError(f"no rows for {requested_schema}")

    with pytest.raises(BadInput, match=r"wire: its rows cannot be had \(no rows for None\)"):
        read_table(Broken(), origin="wire")


def test_rows_of_a_table_are_named_by_its_origin():
    corpus = read_table(pa.table({"body": ["x", "y"]}), origin="wire")

    assert texts(corpus) == {"wire:1": "x", "wire:2": "y"}
    assert corpus.fields == {"wire": {"text": "body"}}


@pytest.mark.parametrize(
    ("column", "fault"),
    [
        (pa.array(["x", None]), "text is null"),
        (pa.array([["x"], ["y"]]).slice(0, 1), "text is a list"),
        (pa.array([1.5]), "text is a number"),
        (pa.array([b"x", b"\xe9"]), "text is not UTF-8: byte 0xe9 at position 1"),
        (pa.array([b"x", b"\xe9"]).view(pa.string()), "text is not UTF-8: byte 0xe9 at position 1"),
    ],
    ids=str,
)
def test_a_row_without_a_text_is_a_fault(column, fault):
    table = pa.table({"text": column})

    with pytest.raises(BadInput) as caught:
        read_table(table)

    assert str(caught.value).startswith(f"table, row {len(table)}: {fault}.")


# Which field is which


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ({"GUID": "a", "Body": "x"}, {"id": "GUID", "text": "Body"}),
        ({"url": "u", "id": "a", "content": "x", "text": "y"}, {"id": "id", "text": "text"}),
        ({"id": "a", "articlebody": "x"}, {"id": "id", "text": "articlebody"}),
        (
            {"id": "a", "text": "x", "pubDate": 1e9},
            {"id": "id", "text": "text", "published": "pubDate"},
        ),
        ({"id": None, "uri": "a", "text": None, "body": "x"}, {"id": "uri", "text": "body"}),
    ],
)
def test_fields_are_found_by_their_usual_names(put, record, fields):
    put("a.jsonl", lines(record))

    assert read(["a.jsonl"]).fields == {"a.jsonl": fields}


def test_a_field_that_turns_up_late_is_found(put):
    """The first lines do not decide: corrected versions are rare."""
    late = [{**STORY, "id": str(i)} for i in range(1000)]
    late += [{**STORY, "id": "0", "version": 2, "headline": "Rain"}]
    put("a.jsonl", lines(*late))

    corpus = read(["a.jsonl"])

    assert corpus.replaced == 1
    assert corpus.fields["a.jsonl"] == dict.fromkeys(["id", "text"], "") | {
        "id": "id",
        "text": "text",
        "headline": "headline",
        "version": "version",
    }


def test_a_named_field_is_taken_whatever_else_is_there(put):
    put("a.jsonl", lines({"id": "a", "text": "x", "title": "y", "story body": "z"}))

    corpus = read(["a.jsonl"], fields={"text": "Story Body", "source": "title"})

    assert held(corpus) == [("a", "z", "", "y", None, 0)]


def test_files_that_agree_on_their_fields_are_reported_once(put):
    for number in range(5):
        put(f"{number}.jsonl", lines({"id": number, "text": "x"}))
    put("sub/0.jsonl", lines({"guid": "g", "text": "x"}))
    put("sub/0.csv", "uri,text\nu,x\n")

    assert read(["."]).fields == {
        "0.jsonl": {"id": "id", "text": "text"},
        "sub/0.csv": {"id": "uri", "text": "text"},
        "sub/0.jsonl": {"id": "guid", "text": "text"},
    }


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_missing_text_field_is_a_fault(put, name):
    record = {"id": "a", "story": "x", "the lead": "y"}
    content = {
        "a.jsonl": lines(record),
        "a.csv": rows(list(record), list(record.values())),
        "a.parquet": parquet(pa.Table.from_pylist([record])),
    }
    put(name, content[name])

    assert told(name) == (
        f'{name}: no field for the text among id, story, "the lead". '
        "Name the right field with --text-field."
    )


def test_a_named_field_that_is_not_there_is_a_fault(put):
    put("a.jsonl", lines(STORY))

    assert told("a.jsonl", fields={"headline": "kicker"}) == (
        'a.jsonl: no field "kicker" among id, text. Name the right field with --headline-field.'
    )


def test_a_part_that_no_story_has_is_a_bad_setting(put):
    put("a.jsonl", lines(STORY))

    with pytest.raises(
        BadSetting, match=r'"txt" is no part of a story\. Choose from id, text, head'
    ):
        read(["a.jsonl"], fields={"txt": "text"})
    with pytest.raises(BadSetting):
        read_table(pa.table({"text": ["x"]}), fields={"txt": "text"})


# Faults of a record


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ('{"id": "b", "text"', "the JSON is broken at character 19 (expecting ':' delimiter)"),
        ("junk", "the JSON is broken at character 1 (expecting value)"),
        ('{"id": "b", "text": "x\ty"}', "the JSON is broken at character 23 (invalid control"),
        ('{"id":"b","text":"x"} {"id":"c","text":"y"}', "the JSON is broken at character 23"),
        ('["b", "x"]', "the line is a list, not an object"),
        ("null", "the line is null, not an object"),
        ('"text"', "the line is a string, not an object"),
        ("3", "the line is a number, not an object"),
        ("true", "the line is true or false, not an object"),
        ("[" * 100_000, "the JSON is too long or too deep to be read"),
        ('{"id": 1' + "0" * 5000 + "}", "the JSON is too long or too deep to be read"),
        ('{"id": "b"}', 'no field "text" among id'),
        ('{"id": "b", "text": null}', "text is null"),
        ('{"id": "b", "text": ["x"]}', "text is a list"),
        ('{"id": "b", "text": 3}', "text is a number"),
        ('{"id": "b", "text": {"x": 1}}', "text is an object"),
        ('{"id": "b", "text": "\\ud800"}', "text holds half a character, \\ud800"),
        ('{"id": "b", "text": "x", "source": "\\udc00"}', "source holds half a character, \\udc00"),
        ('{"text": "x"}', "id is missing or null"),
        ('{"id": null, "text": "x"}', "id is missing or null"),
        ('{"id": "", "text": "x"}', "id is empty"),
        ('{"id": 1.5, "text": "x"}', "id is a number"),
        ('{"id": true, "text": "x"}', "id is true or false"),
        ('{"id": "b", "text": "x", "version": 1.5}', 'version is "1.5"'),
        ('{"id": "b", "text": "x", "version": "1a"}', 'version is "1a"'),
        ('{"id": "b", "text": "x", "version": 2147483648}', 'version is "2147483648"'),
        ('{"id": "b", "text": "x", "version": true}', 'version is "True"'),
        ('{"id": "b", "text": "x", "version": {}}', "version is an object"),
    ],
)
@pytest.mark.parametrize("before", [1, 500])
def test_a_bad_line_is_named_or_left_out(put, bad, fault, before):
    good = lines(*({**STORY, "id": i} for i in range(before)))
    put("a.jsonl", good + bad + "\n" + lines({**STORY, "id": "last"}))

    corpus = read(["a.jsonl"], skip_bad=True)

    assert told("a.jsonl").startswith(f"a.jsonl, line {before + 1}: {fault}")
    assert len(corpus) == before + 1
    assert [one.where for one in corpus.skipped] == [f"a.jsonl, line {before + 1}"]
    assert corpus.skipped[0].what.startswith(fault)


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ('{"id": "b", "text": "x", "date": "soon"}', 'the date "soon" is not understood'),
        ('{"id": "b", "text": "x", "date": [2022]}', "date is a list"),
        ('{"id": "b", "text": "x", "date": true}', 'the date "True" is not understood'),
        ('{"id": "b", "text": "x", "date": 20220131}', "the date 20220131 is not a number of sec"),
        ('{"id": "b", "text": "x", "date": NaN}', "the date nan is not a number of seconds"),
    ],
)
def test_a_bad_date_is_named_or_the_story_is_undated(put, bad, fault):
    put("a.jsonl", lines(STORY) + bad + "\n")

    corpus = read(["a.jsonl"], skip_bad=True)

    assert told("a.jsonl").startswith(f"a.jsonl, line 2: {fault}")
    assert corpus.ids.to_pylist()[-1] == "b"
    assert corpus.date(1) is None
    assert [skipped.where for skipped in corpus.skipped] == ["a.jsonl, line 2"]


def test_a_line_of_null_alone_is_a_fault(put):
    """Arrow's parser falls over it: the fast way must not see it."""
    put("a.jsonl", "null" + " " * 20_000 + "\n")

    assert told("a.jsonl").startswith("a.jsonl, line 1: the line is null")


def test_a_fault_in_a_field_that_is_not_used_is_none(put):
    put("a.jsonl", lines({**STORY, "note": 1}) + '{"id":"b","text":"x","note":"\\ud800"}\n')

    assert len(read(["a.jsonl"])) == 2


def test_an_id_that_stands_twice_is_a_fault(put):
    put("a.jsonl", lines(STORY))
    put("b.jsonl", lines(STORY))

    assert told("b.jsonl", "a.jsonl").startswith(
        'b.jsonl: id "a" stands twice, first in a.jsonl. Give each story its own id (--id-field)'
    )
    assert [one.where for one in read(["a.jsonl", "b.jsonl"], skip_bad=True).skipped] == ["b.jsonl"]


# Encodings


@pytest.mark.parametrize(
    "encoding", ["cp1252", "latin-1", "utf-16", "utf-16-le", "UTF8", "utf-8-sig"]
)
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.tsv.gz"])
def test_the_named_encoding_is_used(put, encoding, name):
    content = {
        ".txt": "Café é\r\n",
        ".jsonl": '{"id":"a","text":"Café é\\r\\n"}\n',
        ".csv": 'id,text\na,"Café é\r\n"\n',
        ".gz": 'id\ttext\na\t"Café é\r\n"\n',
    }[Path(name).suffix].encode(encoding)
    put(name, gzip.compress(content) if name.endswith(".gz") else content)

    assert texts(read([name], encoding=encoding)) == {"a": "Café é\r\n"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            b"Rain\nCaf\xe9 noir",
            "a.txt, line 2: byte 0xe9 at position 4 is not UTF-8. It may be Win",
        ),
        (b"Rain\x81\xe9", "a.txt, line 1: byte 0x81 at position 5 is not UTF-8. Name its encoding"),
        (
            "Rain".encode("utf-16"),
            "a.txt: it is not UTF-8 text. It may be UTF-16: try --encoding utf-16.",
        ),
        (
            "Rain".encode("utf-16-le"),
            "a.txt: it is not UTF-8 text. It may be UTF-16: try --encoding utf-16-le.",
        ),
        (
            "Rain".encode("utf-16-be"),
            "a.txt: it is not UTF-8 text. It may be UTF-16: try --encoding utf-16-be.",
        ),
        (
            gzip.compress(b"Rain", mtime=0),
            "a.txt: it is not UTF-8 text. It is packed with gzip: unpack it, or",
        ),
        (zstd(b"Rain"), "a.txt: it is not UTF-8 text. It is packed with Zstandard:"),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0",
            "a.txt, line 1: byte 0x89 at position 1 is not UTF-8. It may be no text",
        ),
    ],
)
def test_a_wrong_encoding_is_guessed(put, content, fault):
    put("a.txt", content)

    assert told("a.txt").startswith(fault)


def test_a_wrong_encoding_is_found_in_its_line(put):
    bad = (
        lines(*({**STORY, "id": i} for i in range(500))).encode() + b'{"id":"x","text":"Caf\xe9"}\n'
    )
    put("a.jsonl", bad)
    put("b.csv", b'id,text\na,"x\ny"\nb,Caf\xe9\nc,z\n')

    assert told("a.jsonl").startswith(
        "a.jsonl, line 501: byte 0xe9 at position 22 is not UTF-8. It"
    )
    assert told("b.csv").startswith(
        "b.csv, line 4: byte 0xe9 at position 4 is not UTF-8. It may be W"
    )
    assert len(read(["a.jsonl"], skip_bad=True)) == 500
    assert texts(read(["b.csv"], skip_bad=True)) == {"a": "x\ny", "c": "z"}


def test_a_byte_the_named_encoding_lacks_is_a_fault(put):
    put("a.csv", b"id,text\na,x\x81\n")

    assert told("a.csv", encoding="cp1252") == (
        "a.csv, line 2: it is not cp1252: character maps to <undefined> at byte 12. "
        "Name its encoding with --encoding."
    )


@pytest.mark.parametrize("encoding", ["klingon", "hex", "", "a\0b"])
def test_an_unknown_encoding_is_a_bad_setting(encoding):
    with pytest.raises(BadSetting, match=r"is no known text encoding\. Use a name such as utf-8"):
        read(["-"], encoding=encoding)


def test_zeros_in_a_csv_file_are_a_fault(put):
    put("a.csv", b"id,text\na,x\0y\n")

    assert told("a.csv").startswith("a.csv: it holds NUL bytes and is no text file.")


# Packed and damaged files


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.NDJSON"])
@pytest.mark.parametrize(("pack", "packer"), [(".gz", gzip.compress), (".zst", zstd)])
def test_packed_files_are_read(put, name, pack, packer):
    content = {"a.txt": "x", "a.csv": "id,text\na,x\n"}.get(name, '{"id":"a","text":"x"}\n')
    put(name + pack, packer(content.encode()))

    assert texts(read([name + pack])) == {"a": "x"}


def test_archives_joined_end_to_end_are_read_to_the_end(put):
    parts = [lines({"id": i, "text": "x"}).encode() for i in range(3)]
    put("a.jsonl.gz", b"".join(map(gzip.compress, parts)))
    put("b.jsonl.zst", b"".join(zstd(b'{"id":"z%d","text":""}\n' % i) for i in (1, 2)))

    assert set(texts(read(["a.jsonl.gz", "b.jsonl.zst"]))) == {"0", "1", "2", "z1", "z2"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-9],
        lambda _: b"",
        lambda _: b"no archive",
        lambda whole: whole + b"more",
    ],
    ids=["cut short", "empty", "another format", "trailing"],
)
@pytest.mark.parametrize(("pack", "packer"), [(".gz", gzip.compress), (".zst", zstd)])
def test_a_damaged_archive_is_a_fault(put, damage, pack, packer):
    name = put(f"a.jsonl{pack}", damage(packer(lines(STORY).encode())))
    put("b.jsonl", lines(STORY))

    corpus = read([name, "b.jsonl"], skip_bad=True)

    assert told(name).startswith(f"a.jsonl{pack}: it cannot be unpacked (")
    assert told(name).endswith(f"). The {pack} archive is damaged or cut short: fetch it again.")
    assert (len(corpus), len(corpus.skipped)) == (1, 1)


@pytest.mark.parametrize("kept", [0, 3, 100, -5])
def test_a_damaged_parquet_file_is_a_fault(put, kept):
    put("a.parquet", parquet(pa.table({"id": ["a"], "text": ["x"]}))[:kept])

    assert told("a.parquet").startswith("a.parquet: it cannot be read as Parquet (")


# Paths


def test_a_missing_path_is_a_fault(put):
    put("a.jsonl", lines(STORY))

    assert told("gone.jsonl") == "gone.jsonl: there is no such file. Check its name."
    assert read(["gone.jsonl", "a.jsonl"], skip_bad=True).skipped[0].where == "gone.jsonl"


@pytest.mark.parametrize("path", ["a\0b.jsonl", "gone/" * 2000 + "a.jsonl"])
def test_a_path_no_system_holds_is_a_fault(path):
    assert told(path)


def test_an_unknown_suffix_of_a_named_file_is_a_fault(put):
    put("a.docx", "x")

    assert told("a.docx") == (
        "a.docx: its name ends in no known suffix. Stories are read from "
        f"{', '.join(SUFFIXES)}, each also with .gz or .zst."
    )


def test_folders_pass_over_what_is_hidden_or_unknown(put):
    put("archive/a.txt", "x")
    put("archive/readme.md", "x")
    put("archive/.b.txt", "x")
    put("archive/.git/c.txt", "x")
    put("archive/sub/d.jsonl/e.txt", "x")

    assert set(texts(read(["archive"]))) == {"a", "sub/d.jsonl/e"}


@pytest.mark.parametrize("name", [".hidden.txt", "a.md"])
def test_a_folder_without_stories_is_a_fault(put, name):
    put(f"archive/{name}", "x")

    assert told("archive").startswith(
        "archive: the folder holds no file that can be read. Stories are read from .txt, .jsonl,"
    )


def test_patterns_find_files_and_folders(put):
    put("2021/a.txt", "x")
    put("2022/b.txt", "x")
    put("2022/c.md", "x")
    put("2022/.d.txt", "x")
    put("2023[1]/e.txt", "x")

    assert set(texts(read(["20*/*.txt"]))) == {"2021/a", "2022/b", "2023[1]/e"}
    assert set(texts(read(["2022/*"]))) == {"b"}
    assert set(texts(read([Path.cwd() / "202?"]))) == {"2021/a", "2022/b"}
    assert set(texts(read(["**/*.txt"]))) == {"2021/a", "2022/b", "2023[1]/e"}
    assert set(texts(read(["2023[1]/e.txt"]))) == {"e"}


@pytest.mark.parametrize("pattern", ["*.txt", "gone/**/*.jsonl", "*.md"])
def test_a_pattern_that_matches_nothing_is_a_fault(put, pattern):
    put("a.md", "x")

    assert told(pattern).startswith(f"{pattern}: the pattern matches no file that can be read.")


def test_a_path_given_twice_is_read_once(put):
    put("archive/a.jsonl", lines(STORY))
    Path("link.jsonl").symlink_to("archive/a.jsonl")

    corpus = read(["archive/a.jsonl", "archive", "./archive/../archive/a.jsonl", "link.jsonl"])

    assert len(corpus) == 1


def test_links_that_lead_back_are_followed_once(put):
    put("archive/a.txt", "x")
    put("elsewhere/b.txt", "x")
    Path("archive/up").symlink_to(Path.cwd() / "archive")
    Path("archive/out").symlink_to(Path.cwd() / "elsewhere")
    Path("elsewhere/back").symlink_to(Path.cwd())

    assert {name.split("/")[-1] for name in texts(read(["archive"]))} == {"a", "b"}


@pytest.mark.parametrize("paths", [["a.jsonl"], ["."]])
def test_a_file_that_cannot_be_opened_is_a_fault(put, paths):
    put("b.txt", "x")
    Path("a.jsonl").symlink_to("a.jsonl")

    assert told(*paths).startswith("a.jsonl: it cannot be read (Too many levels of symbolic links)")
    assert told(*paths).endswith(". Check that it is there and that you may read it.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_fault(put):
    put("a.jsonl", lines(STORY))
    Path("a.jsonl").chmod(0)

    assert told("a.jsonl").startswith("a.jsonl: it cannot be read (Permission denied)")


def test_no_path_and_no_text_for_a_path_are_faults():
    assert told() == "no path was given. Name a file, a folder, a pattern or -."
    assert told(3) == "int is not a path. Pass each path as str or Path."


def test_one_path_may_stand_alone(put):
    put("a.jsonl", lines(STORY))

    assert held(read("a.jsonl")) == held(read(Path("a.jsonl"))) == held(read(["a.jsonl"]))


def test_a_file_name_that_is_not_utf_8_is_spelled_out(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")

    assert set(texts(read([tmp_path]))) == {"caf\\udce9"}


def test_the_order_of_paths_changes_nothing(put):
    put("one/a.jsonl", lines(STORY, {"id": "x"}, {**STORY, "id": "b", "date": "2022-01-01"}))
    put("two/b.csv", rows(["guid", "body"], ["a", "Rain."], ["c", "Snow."]))
    put("two/c.txt", "date 2021-01-01 Sun.")
    paths = ["one", "two", "one/a.jsonl", "two/*.txt", "gone"]

    forth, back = read(paths, skip_bad=True), read(paths[::-1], skip_bad=True)

    assert held(forth) == held(back)
    assert (forth.skipped, forth.fields) == (back.skipped, back.fields)


def test_an_interrupt_passes_through(put, monkeypatch):
    put("a.jsonl", lines(STORY))
    monkeypatch.setattr(json, "loads", interrupt)

    with pytest.raises(KeyboardInterrupt):
        read(["a.jsonl"], skip_bad=True)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


# Two ways to one table

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ids = st.one_of(words.filter(bool), st.integers(-(2**63), 2**63 - 1))
moments = st.one_of(
    st.none(),
    st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    st.dates().map(str),
    st.sampled_from(["26-FEB-1987 15:07:13.72", "Mon, 31 Jan 2022 10:15 GMT", "", "1643587200"]),
)
stamps = st.one_of(st.none(), st.integers(10**8, 4 * 10**10), st.floats(1e8, 4e10))
records = st.fixed_dictionaries(
    {"id": ids, "text": words},
    optional={
        "uri": words,
        "title": st.none() | words,
        "source": st.none() | words,
        "date": moments | stamps,
        "version": st.none() | st.integers(0, 99) | st.integers(0, 99).map(str),
        "other": st.recursive(st.none() | words | st.integers() | st.booleans(), st.lists),
    },
)


@given(stories=st.lists(records, min_size=1, max_size=8), plain=st.booleans())
def test_the_fast_way_through_json_lines_agrees_with_the_slow(stories, plain):
    text = "".join(json.dumps(story, ensure_ascii=plain) + "\n" for story in stories)

    fast = jsonl.all_at_once(text.encode(), named={}, origin=HERE)
    slow = jsonl.line_by_line(text.encode(), named={}, origin=HERE, faults=Faults(False))

    assert fast is None or fast.table.equals(slow.table)
    assert fast is None or fast.fields == slow.fields


uniform = st.fixed_dictionaries(
    {
        "id": words.filter(bool),
        "text": words,
        "title": words,
        "source": words,
        "date": moments.map(lambda moment: moment or ""),
        "version": st.just("") | st.integers(0, 99).map(str),
    }
)


@given(stories=st.lists(uniform, min_size=1, max_size=8), plain=st.booleans())
def test_good_json_lines_go_the_fast_way(stories, plain):
    text = "".join(json.dumps(story, ensure_ascii=plain) + "\n" for story in stories)

    fast = jsonl.all_at_once(text.encode(), named={}, origin=HERE)
    slow = jsonl.line_by_line(text.encode(), named={}, origin=HERE, faults=Faults(False))

    assert fast is not None
    assert fast.table.equals(slow.table)
    assert fast.table.schema == schema()


def both_ways(content: bytes, delimiters: str = ",") -> tuple[pa.Table | None, pa.Table]:
    opening = delimited._opening(content, delimiters)
    chosen = delimited.fields.choose(dict.fromkeys(opening.names, True), named={}, where=HERE.where)
    fast = delimited.all_at_once(content, opening, chosen, origin=HERE)
    slow = delimited.row_by_row(content, opening, chosen, origin=HERE, faults=Faults(False))
    return fast and fast.table, slow.table


@given(
    stories=st.lists(uniform, max_size=8),
    delimiter=st.sampled_from(",\t"),
    form=st.sampled_from(
        [(csv.QUOTE_ALL, "\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_MINIMAL, "\r\n")]
    ),
)
def test_good_rows_go_the_fast_way_and_agree_with_the_slow(stories, delimiter, form):
    quoting, end = form
    sheet = io.StringIO(newline="")
    names = ["id", "text", "title", "source", "date", "version"]
    writer = csv.DictWriter(sheet, names, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writeheader()
    writer.writerows(stories)

    fast, slow = both_ways(sheet.getvalue().encode(), delimiter)

    assert fast is not None
    assert fast.equals(slow)


@given(st.text(st.sampled_from("ab,\"\n\r '\x1f"), max_size=30))
def test_rows_of_any_shape_are_read_alike_if_the_fast_way_reads_them(text):
    content = f"id,text\n{text}".encode()
    opening = delimited._opening(content, ",")
    chosen = {"id": "id", "text": "text"}

    fast = delimited.all_at_once(content, opening, chosen, origin=HERE)
    faults = Faults(True)
    slow = delimited.row_by_row(content, opening, chosen, origin=HERE, faults=faults)

    assert fast is None or not faults.skipped
    assert fast is None or fast.table.equals(slow.table)


cells = st.fixed_dictionaries(
    {
        "id": st.none() | words,
        "text": words,
        "headline": st.none() | words,
        "source": st.none() | words,
        "published": moments | words,
        "version": st.none() | st.integers(0, 99).map(str) | words,
    }
)


@given(st.lists(cells, min_size=1, max_size=4))
def test_columns_and_rows_of_a_table_agree(stories):
    table = pa.Table.from_pylist(stories, pa.schema([(name, pa.string()) for name in stories[0]]))
    faults = Faults(True)

    fast = columns.convert(table, dict(zip(stories[0], stories[0], strict=True)), origin=HERE)
    slow = tables.row_by_row(table, named={}, origin=HERE, faults=faults)

    assert (fast is None) == bool(faults.skipped)
    assert fast is None or fast.table.equals(slow.table)


@pytest.mark.parametrize(
    "doubtful",
    [
        b'{"id":1,"text":"x"}{"id":2,"text":"y"}\n',
        b'{"id":1,\n"text":"x"}\n',
        b'{"id":1,"text":"x"}\n\n{"id":2,"text":"y"}\n',
        b'{"id":1,"text":"x"}\nnull\n',
        b"null\n",
        b'{"id":1,"text":"\xff"}\n',
        b'{"id":1,"text":"x","other":"\xff"}\n',
        b'{"id":1,"text":null}\n',
        b'{"id":1,"text":"x","date":"soon"}\n',
        b'{"id":1,"text":"x","source":["x"]}\n',
        b'{"id":1}\n',
        b"{}\n",
        b"\n",
        b"",
    ],
)
def test_the_fast_way_gives_up_on_doubtful_lines(doubtful):
    assert jsonl.all_at_once(doubtful, named={}, origin=HERE) is None


def test_large_archives_agree_both_ways_past_the_end_of_a_block():
    stories = [{"id": i, "text": f"{i} é\n" * 3000, "date": "2022-01-31"} for i in range(500)]
    content = lines(*stories).encode()
    sheet = rows(["id", "text"], *([str(i), str(i) * 9000] for i in range(500))).encode()

    fast = jsonl.all_at_once(content, named={}, origin=HERE)
    slow = jsonl.line_by_line(content, named={}, origin=HERE, faults=Faults(False))
    fast_rows, slow_rows = both_ways(sheet)

    assert len(content) > 2 * jsonl._BLOCK
    assert len(sheet) > delimited._BLOCK
    assert fast is not None
    assert fast.table.equals(slow.table)
    assert fast_rows is not None
    assert fast_rows.equals(slow_rows)


# Dates

NOON = datetime(2022, 1, 31, 12, tzinfo=UTC)


def moment(value: object) -> datetime:
    micros = dates.micros(value)
    assert micros is not None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


@pytest.mark.parametrize(
    "said",
    [
        "2022-01-31T12:00:00Z",
        "2022-01-31T12:00:00",
        "2022-01-31 12:00",
        "2022-01-31T12",
        "2022-01-31T15:00:00+03:00",
        "2022-01-31T15:00:00 +0300",
        "2022-01-31 07:00:00 -05",
        "2022-01-31 12:00:00 UTC",
        "2022-01-31T12:00:00.000000000Z",
        "2022-01-31T12:00:00,000Z",
        "20220131T120000Z",
        "20220131T1200+0000",
        "20220131120000",
        "2022/01/31 12:00",
        "2022/1/31, 12:00",
        "  2022-01-31T12:00Z\n",
        "Mon, 31 Jan 2022 12:00:00 GMT",
        "Mon, 31 Jan 2022 15:00:00 +0300 (MSK)",
        "31 Jan 22 07:00 EST",
        "Monday, 31 January 2022, 12:00",
        "31-JAN-2022 12:00:00.00",
        "31-JAN-2022 12:00:00.00\x05\x05\x05RM",
        "January 31, 2022, 12:00",
        "January 31, 2022 at 12:00 PM",
        "Jan. 31, 2022, 12 p.m.",
        "Monday, January 31st, 2022 12:00:00",
        "1643630400",
        "1643630400.0",
        "1643630400000",
        1643630400,
        1643630400.0,
        1643630400000,
        datetime(2022, 1, 31, 12),
        datetime(2022, 1, 31, 15, tzinfo=timezone(timedelta(hours=3))),
    ],
)
def test_dates_are_read_in_all_these_ways(said):
    assert moment(said) == NOON


@pytest.mark.parametrize(
    "said",
    [
        "2022-01-31",
        "20220131",
        "2022/01/31",
        "31 January 2022",
        "31 Jan. 2022",
        "January 31, 2022",
        "january 31 2022",
        "Mon 31 Jan 2022",
        date(2022, 1, 31),
    ],
)
def test_a_date_without_a_time_is_its_midnight(said):
    assert moment(said) == datetime(2022, 1, 31, tzinfo=UTC)


def test_the_date_of_an_old_wire_keeps_its_fraction():
    assert moment("26-FEB-1987 15:07:13.72") == datetime(1987, 2, 26, 15, 7, 13, 720000, UTC)


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_nothing_said_is_no_date(nothing):
    assert dates.micros(nothing) is None


@pytest.mark.parametrize(
    "said", ["01/31/2022", "31/01/2022", "1/31/22", "31.01.2022", "31-1-2022", "1/31/2022 0:00"]
)
def test_figures_of_one_meaning_are_read(said):
    assert moment(said) == datetime(2022, 1, 31, tzinfo=UTC)


def test_day_and_month_of_one_figure_are_read():
    assert moment("03/03/2022") == datetime(2022, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "said", ["01/02/2022", "12/01/2022", "1/2/22", "01.02.2022", "01-02-2022 10:00"]
)
def test_a_date_of_two_meanings_is_refused(said):
    with pytest.raises(
        ValueError, match=f'"{said}" is ambiguous: day and month may stand either way'
    ):
        dates.micros(said)


@pytest.mark.parametrize(
    "said",
    [
        "yesterday",
        "2022",
        "2022-02",
        "2022-02-30",
        "2022-01-31T25:00",
        "2022-01-31T10:60",
        "2022-01-31T10:00+24:00",
        "2022-01-31T10:00 XYZ",
        "2022-01-31 13:00 PM",
        "2022-01-31x10:00",
        "31 Foo 2022",
        "0000-01-01",
        "12345",
        "99999999999999",
        "\u0662\u0660\u0662\u0662-\u0660\u0661-\u0663\u0661",
        "0001-01-01T00:00:00+01:00",
        12345,
        -1,
        5e10,
        float("inf"),
        True,
        timedelta(1),
    ],
)
def test_what_is_no_date_is_refused_and_shown(said):
    with pytest.raises(ValueError, match=r"^the date "):
        dates.micros(said)


@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), st.integers(-1439, 1439), st.booleans()
)
def test_any_moment_survives_being_written(local, minutes, slashed):
    when = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    said = when.isoformat(" ").replace("-", "/", 2) if slashed else when.isoformat()

    assert moment(said) == when


@given(st.lists(moments | st.none(), max_size=20))
def test_a_column_of_dates_is_read_as_each_of_them_is(said):
    column = pa.chunked_array([pa.array(said[:3], pa.string()), pa.array(said[3:], pa.string())])

    read_at_once = dates.column(column).cast(pa.int64()).to_pylist()

    assert read_at_once == [dates.micros(one) for one in said]


@given(st.text(max_size=30) | st.text("0123456789-/:,. TZamp+JanFeb", max_size=25))
def test_any_text_is_a_date_or_refused(said):
    try:
        micros = dates.micros(said)
    except ValueError as error:
        assert str(error).startswith("the date ")
    else:
        assert micros is None or moment(said)

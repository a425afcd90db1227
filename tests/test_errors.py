"""Errors: what was wrong, where, and what to do, on one line."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import BadInput, BadOutput, BadSetting, DedupError, quoted


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DedupError("no text"), "no text."),
        (DedupError("no text", where="a.jsonl, line 3"), "a.jsonl, line 3: no text."),
        (DedupError("no text", remedy="Add one."), "no text. Add one."),
        (DedupError("no text", where="a.csv", remedy="Add one."), "a.csv: no text. Add one."),
    ],
)
def test_an_error_reads_where_what_and_what_to_do(error, expected):
    assert str(error) == expected


@pytest.mark.parametrize("kind", [BadInput, BadSetting, BadOutput])
def test_every_error_is_caught_as_one(kind):
    with pytest.raises(DedupError):
        raise kind("wrong")


@pytest.mark.parametrize("kind", [BadInput, BadSetting, BadOutput, DedupError])
def test_errors_travel_between_processes(kind):
    error = kind("no text", where="a.csv", remedy="Add one.")

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is kind
    assert (copy.what, copy.where, copy.remedy) == (error.what, error.where, error.remedy)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("plain", '"plain"'),
        ("", '""'),
        (7, '"7"'),
        ("a\nb\tc", r'"a\nb\tc"'),
        ("\x1b[31m", r'"\x1b[31m"'),
        ("日本 é", '"日本 é"'),
        ("a\u202eb", r'"a\u202eb"'),
        ("x" * 60, f'"{"x" * 60}"'),
        ("x" * 61, f'"{"x" * 59}…"'),
    ],
)
def test_text_from_outside_is_quoted_plainly(given, expected):
    assert quoted(given) == expected


@given(st.text(st.characters()))
def test_quoted_text_is_printable_and_on_one_line(text):
    shown = quoted(text)

    assert shown.isprintable()


def test_the_limit_is_on_the_text_shown():
    assert quoted("abcdef", limit=4) == '"abc…"'

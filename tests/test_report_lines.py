"""Rows written by columns, against orjson, which writes them one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.report.lines import arrays, lines, objects
from tests.conftest import any_text

RUN = pa.struct([(name, pa.int64()) for name in ("a", "b", "c", "d")])
texts = st.one_of(any_text, st.text('"\\\n\x00\x1f\x7f\u2028é🙂ab', max_size=9))
moments = st.datetimes(
    min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)
)
times = st.one_of(moments, moments.map(lambda moment: moment.replace(microsecond=0)), st.none())
numbers = st.integers(-(2**63), 2**63 - 1)
COLUMNS = {
    "text": (pa.large_string(), texts),
    "kind": (pa.string(), texts),
    "at": (pa.timestamp("us", tz="UTC"), times),
    "count": (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    "place": (pa.int64(), numbers),
    "runs": (pa.large_list(RUN), st.lists(st.tuples(*[numbers] * 4), max_size=3)),
    "words": (pa.large_list(pa.large_string()), st.lists(texts, max_size=3)),
    "share": (pa.float64(), st.floats(allow_nan=False, allow_infinity=False)),
}


@st.composite
def tables(draw):
    """Rows as Python has them, and as a table."""
    names = draw(st.permutations(list(COLUMNS)))
    rows = draw(st.lists(st.tuples(*(COLUMNS[name][1] for name in names)), min_size=1, max_size=6))
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    made = {name: pa.array(_arrow(columns[name]), COLUMNS[name][0]) for name in names}
    return [dict(zip(names, row, strict=True)) for row in rows], pa.table(made)


def _arrow(values):
    """The same, with the four numbers of a run by name."""
    named = [
        [dict(zip("abcd", item, strict=True)) for item in value]
        if isinstance(value, list) and value and isinstance(value[0], tuple)
        else value
        for value in values
    ]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return [
        (value - epoch) // timedelta(microseconds=1) if isinstance(value, datetime) else value
        for value in named
    ]


def one_by_one(rows, end):
    return b"".join(orjson.dumps(row, option=orjson.OPT_UTC_Z) + end for row in rows)


@given(tables())
def test_columns_are_written_as_rows_are(made):
    rows, table = made

    assert bytes(lines(table, ",\n")) == one_by_one(rows, b",\n")


@given(tables(), st.data())
def test_a_part_of_a_table_is_written_as_that_part(made, data):
    rows, table = made
    first = data.draw(st.integers(0, len(rows) - 1))

    assert bytes(lines(table.slice(first), "\n")) == one_by_one(rows[first:], b"\n")


@pytest.mark.parametrize(
    "values",
    [
        [1e-05, 0.1, 1.0, 1e16, 1e-7, 5e-324, 1.7976931348623157e308, -0.0, 0.30000000000000004],
        [datetime(1987, 2, 26, 15, 7, 13, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)],
        [datetime(1987, 2, 26, 15, 7, 13, 720_000, tzinfo=UTC), None],
        [None, None],
    ],
)
def test_numbers_and_times_are_spelled_as_orjson_spells_them(values):
    kind = pa.float64() if isinstance(values[0], float) else pa.timestamp("us", tz="UTC")
    table = pa.table({"x": pa.array(_arrow(values), kind)})

    assert bytes(lines(table, "\n")) == one_by_one([{"x": value} for value in values], b"\n")


def test_a_column_may_be_spelled_beforehand():
    rows = objects(pa.table({"x": [1, 2, 3]}))
    listed = arrays(rows, np.array([0, 2, 2, 3]))
    table = pa.table({"id": ["a", "b", "c"], "of": [2, 0, 1]})

    written = lines(table, "\n", spelled={"of": listed})

    assert bytes(written).splitlines() == [
        b'{"id":"a","of":[{"x":1},{"x":2}]}',
        b'{"id":"b","of":[]}',
        b'{"id":"c","of":[{"x":3}]}',
    ]

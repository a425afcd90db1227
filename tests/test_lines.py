"""Strings out of JSON Lines, against the parser of the standard library, a line at a time."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.readers import lines
from dedup.readers.grammar import _DEEPEST

strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["", "a" * 7, "b" * 8, 'c"d', "back\\slash", "é“😀\u2028", "\x00\x1f\x7f", "a\tb\nc\rd\be\f"]
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | strings,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strings, inner, max_size=3),
    max_leaves=8,
)
records = st.fixed_dictionaries(
    {"text": strings},
    optional={"id": strings | st.none(), "other": anything, "más": anything, "bar": st.none()},
)


def read(content: bytes, *, barred: tuple[str, ...] = ("bar",)) -> list[dict] | None:
    found = lines.strings(lines.Held(content), ["id", "text"], barred, longest="text")
    if found is None:
        return None
    for column in found.columns:
        column.validate(full=True)
    return found.select(["id", "text"]).to_pylist()


def meant(given: list[dict]) -> list[dict]:
    return [{"id": one.get("id"), "text": one.get("text")} for one in given]


@given(st.lists(records, min_size=1, max_size=8), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_what_json_writes_is_read(given, plain, end):
    content = end.join(json.dumps(one, ensure_ascii=not plain) for one in given).encode()
    if any("\\" in json.dumps(key, ensure_ascii=not plain) for one in given for key in one):
        content = b""

    assert read(content) == (meant(given) if content else None)


@given(st.lists(records, min_size=1, max_size=20), st.integers(1, 200), st.integers(1, 9))
def test_segments_change_nothing(given, segment, more):
    content = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in given).encode()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_SEGMENT", segment)
        patch.setattr(lines, "_MORE", more)
        found = lines.strings(lines.Held(content), ["id", "text"], ["bar"], longest="text")

    assert found.select(["id", "text"]).to_pylist() == meant(given)


_BITS = [
    '{"text":',
    '"a"',
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\t",
    "\\",
    "\\n",
    "\\u",
    "00e9",
]
_BITS += ["\\ud83d", "\\ude00", "1", "-", "0", ".5", "e+3", "true", "nul", "null", "é", "\x01", "x"]


@given(st.lists(st.sampled_from(_BITS), max_size=12).map("".join))
def test_what_is_read_is_json_and_read_alike(text):
    """Whatever the bytes: at the worst nothing is read."""
    for line in (text, '{"text":"a","other":' + text + "}", '{"text":"' + text + '"}'):
        found = read(line.encode())

        if found:
            assert found == meant([json.loads(line)])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        ' {"text":"a"}',
        '{"text":"a"}{"text":"b"}',
        '{"text":"a"} x',
        '{"text":"a",}',
        '{"text" "a"}',
        '{"text":"a" "id":"b"}',
        '{"text":"a","text":"b"}',
        '{"text":7}',
        '{"text":["a"]}',
        '{"text":"a","bar":"b"}',
        '{"te\\u0078t":"a"}',
        '{"text":"\\ud800"}',
        '{"text":"\\udc00\\ud800"}',
        '{"text":"\\ud800\\u0041"}',
        '{"text":"\\x41"}',
        '{"text":"\\u12g4"}',
        '{"text":"a\tb"}',
        '{"text":"a',
        '{"text":"a\\',
        '{"text":"a","o":01}',
        '{"text":"a","o":1.}',
        '{"text":"a","o":.5}',
        '{"text":"a","o":1e}',
        '{"text":"a","o":+1}',
        '{"text":"a","o":-}',
        '{"text":"a","o":NaN}',
        '{"text":"a","o":tru}',
        '{"text":"a","o":[1,]}',
        '{"text":"a","o":[1}}',
        '{"text":"a","o":{"a"}}',
        '{"text":"a","o":{1:2}}',
        '{"text":"a","o":{"a":1,}}',
        '{"text":"a","o":' + "[" * (_DEEPEST + 1) + "]" * (_DEEPEST + 1) + "}",
        '{"text":"a","o":' + "1" * 400 + "}",
    ],
)
def test_at_any_doubt_nothing_is_read(line):
    assert read(f'{{"text":"a"}}\n{line}\n{{"text":"b"}}\n'.encode()) is None


def test_bytes_that_are_not_utf8_are_not_read():
    assert read(b'{"text":"a\xff"}\n') is None


@pytest.mark.parametrize("size", [70_000, 5_000_000])
def test_a_line_longer_than_a_segment_is_read(size):
    given = [{"text": "é" * size, "id": "a"}, {"text": "b", "id": "c"}]

    assert read("\n".join(json.dumps(one) for one in given).encode()) == meant(given)


def test_what_lies_between_texts_is_text_too(monkeypatch):
    """Kernels that look through the whole buffer find valid characters only."""
    monkeypatch.setattr(lines, "_SEGMENT", 64)
    content = "".join(json.dumps({"id": "é", "text": "“é”" * k}) + "\n" for k in range(40))

    found = lines.strings(lines.Held(content.encode()), ["text"], [], longest="text")

    buffers = {chunk.buffers()[2].address: chunk.buffers()[2] for chunk in found["text"].chunks}
    (shared,) = buffers.values()
    assert len(shared) == len(content.encode())
    shared.to_pybytes().decode()


def test_a_file_that_becomes_shorter_is_not_read(tmp_path):
    path = tmp_path / "wire.jsonl"
    path.write_text('{"text":"a"}\n' * 1000)
    with path.open("r+b") as file:
        content = lines.Filed(file)
        file.truncate(130)

        assert lines.strings(content, ["text"], [], longest="text") is None


def test_a_large_file_is_read_as_a_small_one(tmp_path, monkeypatch):
    from dedup.readers import jsonl, read

    given = [{"id": f"s{k}", "text": f"“{k}” é", "date": "2026-01-02"} for k in range(300)]
    path = tmp_path / "wire.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in given))
    slow = read([path])
    asked = []
    monkeypatch.setattr(jsonl, "_LARGE", 10)
    monkeypatch.setattr(lines, "_SEGMENT", 1000)
    monkeypatch.setattr(jsonl, "all_at_once", lambda *_, **__: asked.append("all at once"))

    fast = read([path])

    assert not asked
    assert fast.ids.equals(slow.ids)
    assert fast.published.tolist() == slow.published.tolist()
    assert [fast.text(k) for k in range(300)] == [slow.text(k) for k in range(300)]

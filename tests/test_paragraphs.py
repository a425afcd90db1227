"""Paragraph spans: the kernel against the rules in plain Python, and what a cut must not do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.paragraphs import GROUP, HARD, LONG, WRAP, Paragraphs, split
from tests import naive
from tests.conftest import news_text, sentence, spans

_LINES = [
    "",
    " ",
    "\u00a0",
    "One line.",
    "  indented",
    "\tNo. 5 Mr. Fed.",
    "日本。",
    "x" * 101,
    "é" * 60,
]
_SENTENCES = [
    "The Fed set rates. ",
    "He said “no.” Then Mr. Ito left! ",
    "It fell 1.5 percent in the U.S. on Monday? ",
    "e.g. this one. ",
    "日本の新聞。",
    "(See page 3.)\u00a0",
    "no end, ",
    "x" * 160,
    "Word.\n",
]

layouts = st.lists(
    st.tuples(st.sampled_from(_LINES), st.sampled_from(["\n", "\r\n", "\r"])).map("".join),
    max_size=12,
).map("".join)
long_blocks = st.lists(st.sampled_from(_SENTENCES), min_size=60, max_size=90).map("".join)
endless = st.tuples(long_blocks, st.sampled_from([" ", "word ", "日"]), long_blocks).map(
    lambda parts: parts[0] + parts[1] * HARD + parts[2]
)
mixed = st.lists(long_blocks | layouts, max_size=3).map("\n\n".join)


def cut(*texts: str) -> list[str]:
    """The paragraphs of some texts, as they read."""
    buffer, starts, ends = spans(*texts)
    return spelled(buffer, split(buffer, starts, ends))


def spelled(buffer, found: Paragraphs) -> list[str]:
    return [buffer[a:b].tobytes().decode() for a, b in zip(found.starts, found.ends, strict=True)]


@given(layouts | news_text)
def test_paragraphs_are_cut_where_the_rules_say(text):
    assert cut(text) == naive.paragraphs(text)


@given(long_blocks | mixed | endless)
def test_long_blocks_are_cut_where_the_rules_say(text):
    assert cut(text) == naive.paragraphs(text)


@given(st.lists(layouts, max_size=5))
def test_a_text_is_cut_as_it_is_alone(texts):
    buffer, starts, ends = spans(*texts)

    found = split(buffer, starts, ends)

    assert spelled(buffer, found) == [part for text in texts for part in cut(text)]
    assert found.stories.tolist() == [n for n, text in enumerate(texts) for _ in cut(text)]


@given(mixed | news_text)
def test_nothing_but_white_space_is_lost_and_nothing_stands_twice(text):
    bare = re.sub(r"[\x00-\x20\u00a0]+", "", text)

    paragraphs = cut(text)

    assert re.sub(r"[\x00-\x20\u00a0]+", "", "".join(paragraphs)) == bare


@given(mixed)
def test_a_paragraph_has_neither_white_space_around_it_nor_too_little_in_it(text):
    for paragraph in cut(text):
        assert paragraph == paragraph.strip("\x00\t\n\r \u00a0") != ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\u00a0\n ", []),
        ("one", ["one"]),
        ("one\ntwo", ["one", "two"]),
        ("one\r\ntwo\rthree", ["one", "two", "three"]),
        ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
        ("one\ntwo\n \u00a0\nthree", ["one\ntwo", "three"]),
        ("  one\ntwo\n  three\nfour", ["one\ntwo", "three\nfour"]),
        ("one\n  two\n  three", ["one", "two", "three"]),
    ],
)
def test_short_texts_are_cut_as_a_reader_would(text, expected):
    assert cut(text) == expected


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_a_text_is_wrapped_if_no_line_is_longer_than_wrap(extra):
    first, second = "  " + "x" * (WRAP + extra), "yy"

    paragraphs = cut("\n".join([first, second, first, second]))

    assert len(paragraphs) == (2 if extra <= 0 else 4)


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_a_block_is_long_from_one_byte_beyond_long(extra):
    sentences = "A sentence of ten bytes or so more. " * 100
    block = sentences[: LONG + extra - 1] + "."

    assert (len(cut(block)) > 1) == (extra > 0)


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_a_group_ends_with_the_first_sentence_beyond_group(extra):
    first = "x" * (GROUP + extra - 1) + "."
    rest = "Then it went on. " * 100

    assert (cut(f"{first} {rest}")[0] == first) == (extra > 0)


@pytest.mark.parametrize("stop", ["Mr. ", "U.S. ", "No. ", "1.5", "e.g. the ", "a.b"])
def test_a_full_stop_that_ends_no_sentence_cuts_nothing(stop):
    unbroken = "x" * 2 * GROUP + " " + stop + "Y" * LONG

    assert cut(unbroken) == [unbroken]


@pytest.mark.parametrize(
    "stop", [". ", "! ", "?” ", ".’ ", ".) ", '." ', ".\n", ".\u00a0", "。", "！", "？"]
)
def test_a_sentence_closes_with_its_quotes(stop):
    first, rest = "x" * 2 * GROUP + " word" + stop, "Y" * LONG

    assert cut(first + rest) == [first.strip(), rest]


def test_a_copy_inside_another_story_is_soon_cut_in_the_same_places():
    body = " ".join(sentence(seed).capitalize() for seed in range(60))
    left = cut(body)
    right = cut("A paper in Ohio first told this story of the flood. " + body)

    assert set(left[2:]) <= set(right)


@pytest.mark.parametrize("word", ["word ", "日本 ", "x", "é", "日", "😀"])
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_a_block_without_sentences_is_cut_between_words_or_anywhere(word, extra):
    block = ("ab" * 3 + word * HARD).encode()[: 2 * HARD + extra].decode(errors="ignore").strip()

    assert cut(block) == naive.paragraphs(block)
    assert max(len(part.encode()) for part in cut(block)) <= HARD + 3


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
def test_a_line_break_is_found_wherever_it_stands(line_break):
    for place in range(1, 200):
        assert cut("x" * place + line_break + "y" * 70) == ["x" * place, "y" * 70]


def test_seventy_thousand_lines_are_as_many_paragraphs():
    buffer, starts, ends = spans("line\n" * 70_000)

    assert len(split(buffer, starts, ends)) == 70_000


@pytest.mark.parametrize("space", ["\u3000", "\u2003", "\u2028", "\u0085"])
def test_unicode_white_space_is_cut_off(space):
    assert cut(f"one\n{space}two") == ["one", "two"]


def test_line_ends_of_windows_change_no_paragraph():
    text = "\n".join(["  " + "x" * WRAP, "yy"] * 2)

    assert len(cut(text.replace("\n", "\r\n"))) == len(cut(text))


def test_paragraphs_a_line_each_below_a_headline_and_a_blank_line_are_apart():
    lines = [
        "The council met on the river bank and voted to close the eastern bridge again." * 2
    ] * 3
    text = "HEADLINE\n\n" + "\n".join(lines)

    assert cut(text) == ["HEADLINE", *lines]


def test_lines_of_a_block_that_are_no_sentences_stay_together():
    block = "\n".join(
        ["a line of a poem that is quite a bit longer than a wrapped line is, since" * 2] * 2
    )

    assert cut("TITLE\n\n" + block) == ["TITLE", block]

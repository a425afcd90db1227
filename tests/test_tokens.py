"""Folded words: the kernel against the rules in plain Python, and the laws of folding."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.tokens import ALONE, CAPITAL, FIGURE, OPENS, fingerprints
from tests import naive
from tests.conftest import (
    ACUTE,
    SOFT_HYPHEN,
    ZERO_WIDTH,
    tokens_of,
    unicode_text,
)

long_words = st.text("aábcd1Sß한" + ACUTE + " .,'", max_size=30)
"""Words past the end of their stem, now and then."""


def hashes(text: str) -> list[int]:
    return tokens_of(text).values.tolist()


def stems(text: str) -> list[int]:
    return tokens_of(text).stems.tolist()


def spelled(text: str) -> list[str]:
    """The words as they stand in the text."""
    found, content = tokens_of(text), text.encode()
    return [content[a:b].decode() for a, b in zip(found.starts, found.ends, strict=True)]


@given(unicode_text)
def test_words_stand_where_the_rules_put_them(text):
    expected = [
        (len(text[: word.start].encode()), len(text[: word.end].encode()), word.flags)
        for word in naive.words(text)
    ]

    found = tokens_of(text)

    assert list(zip(found.starts, found.ends, found.flags, strict=True)) == expected


@given(unicode_text, unicode_text)
def test_words_are_equal_exactly_if_their_folded_forms_are(left, right):
    folded = [word.folded for word in naive.words(left) + naive.words(right)]

    values = hashes(left) + hashes(right)

    assert [values.index(v) for v in values] == [folded.index(f) for f in folded]


@given(unicode_text | long_words, unicode_text | long_words)
def test_stems_are_equal_exactly_if_the_words_begin_alike(left, right):
    expected = [word.stem for word in naive.words(left) + naive.words(right)]

    found = stems(left) + stems(right)

    assert [found.index(stem) for stem in found] == [expected.index(stem) for stem in expected]


@given(st.lists(unicode_text, max_size=5))
def test_a_span_has_the_words_it_has_alone(texts):
    together = tokens_of(*texts)

    assert together.values.tolist() == [value for text in texts for value in hashes(text)]
    assert together.stems.tolist() == [stem for text in texts for stem in stems(text)]
    assert np.diff(together.offsets).tolist() == [len(hashes(text)) for text in texts]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("U.S.", "US"),
        ("J.P. Morgan", "JP Morgan"),
        ("Russia's", "Russia"),
        ("Russia’s", "Russia"),
        ("RUSSIA'S", "Russia"),
        ("don't", "dont"),
        ("don’t", "dont"),
        ("O'Neil", "O’Neil"),
        ("1,580", "1580"),
        ("1,234,567", "1234567"),
        ("1,58", "1.58"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("café", "cafe" + ACUTE),
        ("한국", unicodedata.normalize("NFD", "한국")),
        ("Việt", unicodedata.normalize("NFD", "Việt")),
        ("ﬁnance", "finance"),
        ("Ｆｅｄ", "Fed"),
        ("Ⅷ", "viii"),
        ("٣", "3"),
        ("co" + SOFT_HYPHEN + "operate", "cooperate"),
        ("zero" + ZERO_WIDTH + "width", "zerowidth"),
        ("“quoted”", "'quoted'"),
        ("a—b", "a-b"),
    ],
)
def test_what_a_reader_calls_the_same_word_is_the_same(left, right):
    assert hashes(left) == hashes(right)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.58 percent", ["1.58", "percent"]),
        ("1,580,000.", ["1,580,000"]),
        ("3. Then", ["3", "Then"]),
        ("the U.S. Senate", ["the", "U.S", "Senate"]),
        ("the end.Then", ["the", "end", "Then"]),
        ("J.P.Morgan", ["J.P", "Morgan"]),
        ("the boss' car", ["the", "boss", "car"]),
        ("rock'n'roll", ["rock'n'roll"]),
        ("Russia's's", ["Russia", "s"]),
        ("中国GDP", ["中", "国", "GDP"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("の1月", ["の", "1", "月"]),
        ("left-right", ["left", "right"]),
        ("a" + SOFT_HYPHEN, ["a"]),
        ("😀 — …", []),
        ("", []),
        ("a", ["a"]),
    ],
)
def test_words_part_here(text, expected):
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("publish", "Published"),
        ("publ", "PUBL"),
        ("Russia", "Russia's"),
        ("résumé", "résumés"),
        ("re" + ACUTE + "sumes", "résumé"),
        ("don'ts", "dontsy"),
        ("Правда", "правдивый"),
    ],
)
def test_words_that_begin_alike_have_one_stem(left, right):
    assert stems(left) == stems(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("public", "publ"),
        ("plain", "plane"),
        ("1234567", "1234568"),
        ("12345", "123456"),
        ("1.23456", "1.23457"),
        ("abcdef1", "abcdef2"),
        ("abcdef1", "abcde"),
    ],
)
def test_words_that_begin_otherwise_and_figures_have_stems_of_their_own(left, right):
    assert stems(left) != stems(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Straßen", "STRASSEN"),
        ("ﬁnance", "finance"),
        ("한국어말씀", unicodedata.normalize("NFD", "한국어말씀")),
    ],
)
def test_equal_words_have_equal_stems(left, right):
    assert hashes(left) == hashes(right)
    assert stems(left) == stems(right)


@pytest.mark.parametrize(("left", "right"), [("1.580", "1580"), ("1,5800", "15800"), ("é", "e")])
def test_what_a_reader_calls_two_words_is_two(left, right):
    assert hashes(left) != hashes(right)


@pytest.mark.parametrize("fold", [str.upper, str.lower, str.casefold, str.swapcase])
@given(text=st.text("abcs .,'’0123éΣςдж", max_size=30))
def test_case_changes_no_word(fold, text):
    assert hashes(fold(text)) == hashes(text)


@given(st.text("ab 'é", max_size=20))
def test_curly_and_straight_quotes_are_one(text):
    assert hashes(text.replace("'", "’")) == hashes(text)


@given(st.text("abcé ", max_size=20))
def test_soft_hyphens_and_zero_width_characters_are_gone_from_words(text):
    assert hashes(SOFT_HYPHEN.join(text)) == hashes(text)
    assert hashes(ZERO_WIDTH.join(text)) == hashes(text)


@given(st.text("aéñüçệ한국Йs'’ ,1", max_size=20))
def test_composed_and_decomposed_forms_are_one(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))

    assert hashes(composed) == hashes(decomposed)


@given(st.text("abéßΣ한7", min_size=1, max_size=20))
def test_a_folded_word_folds_to_itself(text):
    folded = [word.folded for word in naive.words(text)]

    assert hashes(" ".join(folded)) == hashes(text)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 64, 65])
def test_words_that_differ_in_one_byte_differ_at_every_length(length):
    """Bytes are hashed eight at a time."""
    word = "a" * length
    others = [word[:i] + "b" + word[i + 1 :] for i in range(length)]

    values = hashes(" ".join([word, word + "a", word[1:] + "x", *others]))

    assert len(set(values)) == length + 3
    assert hashes(word) == values[:1]


def test_flags_tell_figures_names_and_sentences():
    text = "The 3 men met Anneli. Yes! 中 B2"

    assert tokens_of(text).flags.tolist() == [
        CAPITAL | OPENS,
        FIGURE,
        0,
        0,
        CAPITAL,
        CAPITAL | OPENS,
        ALONE | OPENS,
        CAPITAL | FIGURE,
    ]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=4).map(" ".join), max_size=8))
def test_fingerprints_are_equal_exactly_if_the_words_are(texts):
    prints = fingerprints(tokens_of(*texts)).tolist()

    assert [prints.index(p) for p in prints] == [texts.index(t) for t in texts]


def test_a_text_of_seventy_thousand_words_has_them_all():
    text = " ".join(f"w{number}" for number in range(70_000))

    assert len(set(hashes(text))) == 70_000


@pytest.mark.parametrize("text", ["Russia{}'s", "U.{}S.", "1{},580", "1,{}580", "don{}'t"])
def test_a_soft_hyphen_is_gone_beside_a_mark_inside_a_word(text):
    assert hashes(text.format(SOFT_HYPHEN)) == hashes(text.format(""))


@pytest.mark.parametrize("text", ["ガ", "É.U.", "l.É."])
def test_canonical_forms_are_one_beside_stops_and_in_kana(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))

    assert hashes(composed) == hashes(decomposed)


def test_an_s_with_a_mark_is_no_possessive():
    composed, decomposed = (unicodedata.normalize(form, "Russia'ś") for form in ("NFC", "NFD"))

    assert hashes(composed) == hashes(decomposed)


def test_an_emoji_with_a_variation_selector_is_no_word():
    assert hashes("❤\ufe0f you") == hashes("you")


@pytest.mark.parametrize("text", ["the U.S. Senate", "met Mr. Smith"])
def test_an_abbreviation_opens_no_sentence(text):
    assert not tokens_of(text).flags[-1] & OPENS

"""The page's scripts, function by function, in the browser that runs them."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Story, scan
from tests.browser import Reader, running
from tests.conftest import sentence

PARAGRAPH = sentence(1)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A small page, for the functions in it."""
    path = tmp_path_factory.mktemp("scripts") / "page.html"
    scan([Story("a", PARAGRAPH), Story("b", PARAGRAPH)]).to_html(path)
    with running() as browser:
        reader = Reader(browser, path)
        yield reader.look()
        reader.close()


def changes(page, before, after):
    return page.evaluate(
        """([before, after]) => {
          const a = wordsOf(before), b = wordsOf(after);
          return changesOf(a, b).map(([what, i, j, k, m]) =>
            [what, a.slice(i, j).join('').trim(), b.slice(k, m).join('').trim()]);
        }""",
        [before, after],
    )


def test_words_keep_every_character_of_a_text(page):
    text = "Said “no” — 1,200 m³\u00a0of it.\n\n日本語 and ไทย 😀!"

    words = page.evaluate("wordsOf", text)

    assert "".join(words) == text
    assert words[:3] == ["Said ", "“no” ", "— "]
    assert words[-8:-4] == ["日", "本", "語 ", "and "]


def test_punctuation_and_case_are_no_change(page):
    found = changes(
        page, "It said, on Monday, that ALL is “well”.", 'it said on Monday that all is "well"'
    )

    assert [what for what, _, _ in found] == ["equal"]


def test_a_change_is_told_as_what_stood_and_what_stands(page):
    found = changes(
        page, "the bridge costs 12 million florins to mend", "the bridge costs 15 million florins"
    )

    assert found == [
        ["equal", "the bridge costs", "the bridge costs"],
        ["replaced", "12", "15"],
        ["equal", "million florins", "million florins"],
        ["dropped", "to mend", ""],
    ]


def test_a_short_word_between_two_changes_is_part_of_them(page):
    found = changes(page, "one two of three four", "five six of seven eight")

    assert [what for what, _, _ in found] == ["replaced"]


@settings(max_examples=60)
@given(
    a=st.lists(st.sampled_from("abcdefgh"), max_size=30).map("word ".join),
    b=st.lists(st.sampled_from("abcdefgh"), max_size=30).map("word ".join),
)
def test_changes_rebuild_both_texts_and_keep_as_much_as_they_should(page, a, b):
    """Every word of either text is in one change, in order; what is equal is so in both."""
    found = changes(page, a, b)

    left = " ".join(was for what, was, _ in found if was)
    right = " ".join(now for what, _, now in found if now)
    equal = sum(len(was.split()) for what, was, _ in found if what == "equal")
    longest = difflib.SequenceMatcher(None, a.split(), b.split(), autojunk=False)
    assert (left.split(), right.split()) == (a.split(), b.split())
    assert all(was == now for what, was, now in found if what == "equal")
    assert equal >= longest.find_longest_match().size * (longest.find_longest_match().size > 1)


@pytest.mark.parametrize(
    ("text", "at", "is_fact"),
    [
        ("He met Peskov there", 2, True),
        ("He met Peskov there", 0, False),
        ("It cost 1,200 florins", 2, True),
        ("It fell. Then it rose", 2, False),
        ("“Stop,” she said", 0, False),
        ("the river", 1, False),
    ],
)
def test_facts_are_figures_and_names_inside_a_sentence(page, text, at, is_fact):
    assert page.evaluate("([text, at]) => isFact(wordsOf(text), at)", [text, at]) is is_fact


@pytest.mark.parametrize(
    ("before", "after", "facts"),
    [
        ("It cost 12 florins", "It cost 15 florins", ["12", "15"]),
        ("He met Peskov there", "He met Blinken there", ["Peskov", "Blinken"]),
        ("It fell on Monday, they said", "It fell, they said", ["Monday,"]),
        ("It was cheap", "It was very dear", []),
        (
            "One thing stands. Later in May all 40 members of the board left.",
            "One thing stands.",
            [],
        ),
    ],
)
def test_facts_that_changed_stand_out_and_dropped_sentences_do_not(page, before, after, facts):
    found = page.evaluate(
        """([before, after]) => {
          const holder = make('p', null, drawChanges(before, after, false));
          return [...holder.querySelectorAll('.fact')].map((fact) => fact.textContent.trim());
        }""",
        [before, after],
    )

    assert found == facts


def test_punctuation_alone_is_not_marked(page):
    found = page.evaluate(
        """([before, after]) => {
          const holder = make('p', null, drawChanges(before, after, false));
          return [holder.textContent, holder.querySelectorAll('ins, del').length];
        }""",
        ["one two - three four", "one two three four"],
    )

    assert found == ["one two  three four ", 0]


@given(text=st.text(max_size=30), data=st.data())
@settings(max_examples=60)
def test_offsets_count_characters_as_python_does(page, text, data):
    text = text.encode("utf-8", "ignore").decode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    cut = page.evaluate("([text, a, b]) => slicer(text)(a, b)", [text, start, end])

    assert cut == text[start:end]


@given(name=st.text(max_size=20))
@settings(max_examples=60)
def test_python_and_the_page_write_the_same_address(page, name):
    from dedup.report.page.markup import anchor

    name = name.encode("utf-8", "ignore").decode()

    assert page.evaluate("anchor", name) == anchor(name)
    assert page.evaluate("name => decoded(anchor(name))", name) == name


def test_terms_are_words_and_quoted_phrases(page):
    assert page.evaluate("termsOf", '"Sarne River" Gauge "open') == ["sarne river", "gauge", "open"]


def test_a_piece_belongs_to_the_closest_kind_over_it(page):
    held = {
        "runs": [[2, 5], [8, 9]],
        "marks": [
            {"kind": "partial", "start": 0, "end": 6, "number": 0},
            {"kind": "same", "start": 3, "end": 6, "number": 1},
            {"kind": "first", "start": 0, "end": 10, "number": 2},
        ],
    }

    found = page.evaluate(
        """held => piecesOf(held, 0, 10).map(
          (piece) => [piece.start, piece.end, piece.mark ? piece.mark.kind : '', piece.run])""",
        held,
    )

    assert found == [
        [0, 2, "partial", False],
        [2, 3, "partial", True],
        [3, 5, "same", True],
        [5, 6, "same", False],
        [6, 8, "", False],
        [8, 9, "", True],
        [9, 10, "", False],
    ]


def test_dates_are_written_as_people_do(page):
    assert page.evaluate("() => [day(0), moment(3600), day(UNDATED)]") == [
        "1 Jan 1970",
        "1 Jan 1970, 01:00",
        "undated",
    ]

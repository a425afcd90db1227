import random

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup import BadInput, BadSetting, Settings, Story, scan
from dedup.rare import FEW
from tests import wire
from tests.conftest import sentence

PARAGRAPH = (
    "On Monday the council voted to close the eastern bridge until the spring repairs are done"
    " and have been paid for by the towns on both banks."
)
OTHER = (
    "Farmers along the lower river said they had been told nothing of the closure and would drive"
    " their cattle over the ford, as their grandfathers had done."
)


def kinds(report):
    return {(m.left.story, m.right.story): m.kind for m in report.matches}


def document(report, tmp_path, name="report.json"):
    report.to_json(tmp_path / name)
    return (tmp_path / name).read_bytes()


@given(seed=st.integers(0, 50), shuffle=st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_order_of_stories_changes_no_byte(tmp_path_factory, seed, shuffle):
    folder = tmp_path_factory.mktemp("order")
    stories = wire.corpus(seed)
    shuffled = shuffle.sample(stories, len(stories))

    assert document(scan(stories), folder) == document(scan(shuffled), folder)


def test_threads_change_no_byte(tmp_path):
    stories = wire.corpus(7, stories=400)

    one = document(scan(stories, Settings(threads=1)), tmp_path)
    three = document(scan(stories, Settings(threads=3)), tmp_path)

    assert one == three


@given(seed=st.integers(0, 50), gone=st.integers(0, 11))
@settings(max_examples=25)
def test_what_is_deleted_was_never_there(tmp_path_factory, seed, gone):
    folder = tmp_path_factory.mktemp("deleted")
    stories = wire.corpus(seed)
    left = stories[:gone] + stories[gone + 1 :]
    name = stories[gone].id.encode()

    assert name not in document(scan(left), folder)


@given(seed=st.integers(0, 50))
@example(seed=28)  # of its matches none shares a run
@settings(max_examples=25)
def test_every_run_is_the_same_words_on_both_sides(seed):
    report = scan(wire.corpus(seed))
    texts = {story.id: story.text for story in wire.corpus(seed)}

    for match in report.matches:
        for left, left_end, right, right_end in match.runs:
            copied = texts[match.left.story][left:left_end]
            assert copied.lower() == texts[match.right.story][right:right_end].lower()


@given(seed=st.integers(0, 50))
@settings(max_examples=25)
def test_renamed_stories_have_the_same_families(seed):
    stories = wire.corpus(seed)
    renamed = [Story(f"x{story.id}", story.text) for story in stories]

    def shape(report):
        return [(f.id, f.kind, len(f.occurrences)) for f in report.families]

    assert shape(scan(stories)) == shape(scan(renamed))


def test_a_copied_paragraph_is_the_same_whatever_its_case_and_quotes():
    report = scan([("a", f'"{PARAGRAPH}"'), ("b", f"“{PARAGRAPH.upper()}”")])

    assert kinds(report) == {("a", "b"): "same"}


def test_a_short_paragraph_inside_a_long_one_is_edited():
    report = scan([("a", PARAGRAPH), ("b", f"{OTHER} {PARAGRAPH} {OTHER}")])

    assert kinds(report) == {("a", "b"): "edited"}
    assert report.matches[0].left_containment == 1


def test_a_copied_sentence_in_other_surroundings_is_partial():
    draw = random.Random(1)
    around = [wire.paragraph(draw, 60) for _ in range(4)]

    report = scan(
        [
            ("a", f"{around[0]} {PARAGRAPH} {around[1]}"),
            ("b", f"{around[2]} {PARAGRAPH} {around[3]}"),
        ]
    )

    assert kinds(report) == {("a", "b"): "partial"}
    assert report.text(report.families[0].occurrences[1].passage) == PARAGRAPH.rstrip(".")


def test_a_paragraph_cut_in_two_is_found_in_both_halves():
    report = scan([("a", f"{PARAGRAPH} {OTHER}"), ("b", f"{PARAGRAPH}\n\n{OTHER}")])

    assert [occurrence.kind for occurrence in report.families[0].occurrences] == [
        "first",
        "edited",
        "edited",
    ]
    assert report.stories[1].recycled == 1


def test_two_paragraphs_merged_belong_to_two_families():
    report = scan([("a", PARAGRAPH), ("b", OTHER), ("c", f"{PARAGRAPH} {OTHER}")])

    assert [[o.passage.story for o in f.occurrences] for f in report.families] == [
        ["a", "c"],
        ["b", "c"],
    ]


def test_a_sentence_with_other_figures_is_a_template_and_not_recycled():
    line = "The crown closed at {} to the dollar on Tuesday, {} percent lower, dealers in {} said."
    report = scan(
        [("a", line.format("4.18", "0.3", "Osdal")), ("b", line.format("4.25", "1.6", "Pellin"))]
    )

    assert len(report.families) == 0
    assert [match.kind for match in report.templates] == ["template"]
    assert report.summary.recycled_words == 0


def test_a_paragraph_repeated_in_its_own_story_is_not_recycled():
    report = scan([("a", f"{PARAGRAPH}\n\n{PARAGRAPH}\n\n{PARAGRAPH} Again."), ("b", OTHER)])

    assert len(report.families) == 0
    assert report.summary.recycled == 0


def test_a_chain_joins_only_what_is_alike():
    one, two, three, four = (sentence(seed) for seed in range(4))
    report = scan([("a", f"{one} {two}"), ("b", f"{two} {three}"), ("c", f"{three} {four}")])

    assert [[o.passage.story for o in f.occurrences] for f in report.families] == [
        ["a", "b"],
        ["b", "c"],
    ]


def test_a_repeated_short_line_is_neither_new_nor_recycled():
    report = scan([("a", f"{PARAGRAPH}\n\nRead more here"), ("b", f"{OTHER}\n\nRead more here")])

    assert [story.furniture_words for story in report.stories] == [3, 3]
    assert [story.recycled for story in report.stories] == [0, 0]


def test_shares_count_the_words_that_stood_in_an_earlier_story():
    report = scan([("a", PARAGRAPH), ("b", f"{PARAGRAPH}\n\n{OTHER}")])
    first, second = report.stories

    assert (first.recycled_words, first.new) == (0, 1)
    assert second.recycled_words == first.words
    assert second.recycled == pytest.approx(first.words / second.words)


def test_first_seen_is_the_earliest_by_date_however_the_ids_stand():
    from datetime import UTC, datetime

    early, late = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))
    report = scan([Story("a", PARAGRAPH, published=late), Story("b", PARAGRAPH, published=early)])

    assert report.families[0].first_seen.passage.story == "b"


def test_whole_stories_that_are_mostly_the_same_are_near_duplicates():
    draw = random.Random(5)
    text = [wire.paragraph(draw) for _ in range(6)]
    report = scan(
        [("a", "\n\n".join(text)), ("b", "\n\n".join(text[:4])), ("c", wire.paragraph(draw, 150))]
    )

    assert [(pair.left, pair.right) for pair in report.near_duplicate_stories] == [("a", "b")]
    assert report.near_duplicate_stories[0].right_containment > 0.9


@pytest.mark.parametrize("copies", [8, 100])
def test_copies_with_one_word_changed_are_one_family(copies):
    stories = [
        (f"s{number:03}", PARAGRAPH.replace("Monday", sentence(number, 1).rstrip(".")))
        for number in range(copies)
    ]

    report = scan(stories)

    assert [len(family.occurrences) for family in report.families] == [copies]


def test_a_retold_paragraph_is_found_among_many():
    """More texts than are each compared with each."""
    stories = [(f"s{number:03}", sentence(number, 15)) for number in range(FEW + 50)]
    first = (
        "The mayor of Osdal, Anneli Roun, closed the ferry to Pellin on Monday after the flood "
        "damaged its landing stage."
    )
    second = (
        "Flood damage to the landing stage has forced Anneli Roun, mayor of Osdal, to suspend the "
        "Pellin ferry since Monday."
    )

    report = scan([("a", first), *stories, ("z", second)])

    assert kinds(report) == {("a", "z"): "rewritten"}


def test_buckets_of_rare_words_have_a_bound_of_their_own():
    """Texts of the same words, each in an order of its own: no run leads from one to another."""
    others = [(f"s{number:03}", sentence(number, 15)) for number in range(FEW)]
    words = sentence(FEW, 18).rstrip(".").split()
    retold = [
        (f"t{number:02}", " ".join(random.Random(number).sample(words, len(words))))
        for number in range(20)
    ]

    def found(**bounds: int) -> int:
        return len(scan([*others, *retold], Settings(**bounds)).matches)

    assert found() == found(bucket=2) == 20 * 19 // 2
    assert found(word_bucket=19) == 19


@pytest.mark.parametrize("table", ["arrow", "polars", "pandas"])
def test_any_table_is_a_corpus(table):
    columns = {"guid": ["a", "b"], "body": [PARAGRAPH, PARAGRAPH]}
    made = pa.table(columns) if table == "arrow" else pytest.importorskip(table).DataFrame(columns)

    assert kinds(scan(made)) == {("a", "b"): "same"}


def test_no_stories_are_an_empty_report():
    report = scan([])

    assert (len(report.families), len(report.stories), report.summary.recycled) == (0, 0, 0)


def test_what_is_no_corpus_is_refused():
    with pytest.raises(BadInput, match="int is not a corpus"):
        scan(7)


def test_settings_that_cannot_be_met_are_refused():
    with pytest.raises(BadSetting, match="16 permutations cannot find"):
        scan([("a", PARAGRAPH)], Settings(permutations=16, threshold=0.1))


def test_progress_tells_each_step_once_and_ends_at_one():
    steps = []

    scan([("a", PARAGRAPH)], progress=lambda step, share: steps.append((share, step)))

    assert steps == sorted(steps)
    assert steps[-1] == (1.0, "done")

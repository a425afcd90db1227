import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import dedup
from dedup import BadInput, Story, evaluate, scan
from dedup.cli import app
from dedup.evaluation import Evaluation, Point
from dedup.evaluation import said as said_of
from dedup.kinds import KINDS
from tests import labelled, wire
from tests.conftest import sentence

ROOT = Path(__file__).parents[1]
X, Y, ALONE, OTHER = (sentence(seed) for seed in (1, 2, 3, 4))
BOTH = f"{X[:-1]} {Y}"
CLAUSE = " ".join(X[:-1].split()[:12])
LONG = f"{sentence(7, 25)[:-1]} {CLAUSE} {sentence(8, 25)}"
CHANGED = " ".join("extra" if k in (7, 13) else w for k, w in enumerate(X.split()))
STORIES = {
    "both": f"{ALONE}\n\n{BOTH}",
    "copy": f"{BOTH}\n\n{OTHER}",
    "x": X,
    "y": Y,
    "long": LONG,
    "news": sentence(9),
}


@pytest.fixture(scope="module")
def report():
    return scan([Story(name, text) for name, text in STORIES.items()])


def side(story, text):
    start = STORIES[story].index(text)
    return {"story": story, "start": start, "end": start + len(text)}


def pair(a, b, label, **more):
    """A labelled pair of whole paragraphs, each as (story, text)."""
    return {"a": side(*a), "b": side(*b), "label": label, **more}


EQUAL = pair(("both", BOTH), ("copy", BOTH), "same")
WITHIN = pair(("both", BOTH), ("x", X), "edited")
HALVES = pair(("x", X), ("y", Y), "none")  # both stand in BOTH, and so in its family
APART = pair(("both", ALONE), ("news", STORIES["news"]), "none")


def said(report, one):
    """What the report says of one labelled pair."""
    return evaluate(report, [one]).confusion[KINDS.index(one["label"])].index(1)


def test_right_labels_give_a_perfect_evaluation(report):
    found = evaluate(report, [EQUAL, WITHIN, APART])

    assert (found.copy.precision, found.copy.recall, found.copy.f1) == (1.0, 1.0, 1.0)
    assert found.recycling == found.copy
    assert found.agreement == 1.0
    assert found.errors == ()


def test_the_confusion_and_its_figures_are_those_counted_by_hand(report):
    wrong = [
        {**EQUAL, "label": "edited"},
        {**APART, "label": "rewritten"},
        {**APART, "label": "same"},
        {**WITHIN, "label": "template"},
        {**APART, "label": "template"},
        {**APART, "label": "unsure"},
    ]

    found = evaluate(report, [EQUAL, WITHIN, APART, *wrong])

    assert found.confusion == (
        (1, 0, 0, 0, 0, 0),
        (1, 1, 0, 0, 0, 0),
        (0, 1, 1, 0, 0, 0),
        (0, 0, 0, 0, 0, 0),
        (1, 0, 0, 0, 0, 0),
        (1, 0, 1, 0, 0, 0),
    )
    assert (found.pairs, found.unsure) == (8, 1)
    assert (found.copy.precision, found.copy.recall, found.copy.f1) == (3 / 4, 3 / 4, 3 / 4)
    assert (found.recycling.precision, found.recycling.recall) == (3 / 4, 3 / 5)
    assert found.recycling.f1 == pytest.approx(2 / 3)
    assert found.agreement == 3 / 8
    assert found.templates == (1, 2)
    assert found.templates_recycled == 1 / 2


@pytest.mark.parametrize(("inside", "kind"), [(10, "same"), (9, "none")])
def test_a_passage_is_a_paragraphs_from_half_of_the_shorter_on(inside, kind):
    stories = {"s": f"{X}\n\n{ALONE}", "t": f"{X}\n\n{OTHER}"}
    report = scan(list(stories.items()))
    start = len(X) - inside  # of 20 characters, 10 or 9 in the first paragraph, the rest after it
    one = {
        "a": {"story": "s", "start": start, "end": start + 20},
        "b": {"story": "t", "start": 0, "end": len(X)},
        "label": "same",
    }

    assert KINDS[said(report, one)] == kind


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        (("x", X), ("y", Y), "edited"),
        (("copy", BOTH), ("long", LONG), "partial"),
        (("long", CLAUSE), ("y", Y), "partial"),
        (("long", LONG[-60:]), ("y", Y), "none"),
    ],
    ids=["two parts of a first text", "a match", "a passage in a paragraph", "beside the passage"],
)
def test_what_is_not_matched_may_stand_in_one_family(report, a, b, kind):
    assert KINDS[said(report, pair(a, b, "none"))] == kind


def test_a_match_counts_before_a_family_and_the_stronger_of_two(report):
    everything = {"story": "both", "start": 0, "end": len(STORIES["both"])}

    first = {"a": everything, "b": side("copy", BOTH), "label": "none"}
    whole = {"a": everything, "b": {"story": "copy", "start": 0, "end": 400}, "label": "none"}

    assert [KINDS[said(report, one)] for one in (first, whole)] == ["same", "same"]


def test_passages_may_be_whole_stories_however_long(monkeypatch):
    """Texts are looked up in parts; the parts change nothing."""
    stories = wire.corpus(7, 30)
    report = scan(stories)
    whole = [{"story": one.id, "start": 0, "end": len(one.text)} for one in stories]
    pairs = [{"a": a, "b": b, "label": "none"} for a in whole for b in whole if a != b]

    at_once = evaluate(report, pairs)
    monkeypatch.setattr(said_of, "_LOOKED_UP", 2)

    assert evaluate(report, pairs) == at_once
    assert len(at_once.errors) > 30


def test_the_sides_of_a_pair_may_be_exchanged(report):
    pairs = [EQUAL, WITHIN, HALVES, APART]

    turned = [{**one, "a": one["b"], "b": one["a"]} for one in pairs]

    assert evaluate(report, turned).confusion == evaluate(report, pairs).confusion


def test_the_weighted_recall_is_that_counted_by_hand(report):
    pairs = [
        {**EQUAL, "stratum": "A"},  # a copy, found: stands for 50
        {**APART, "stratum": "A"},  # no copy
        {**APART, "stratum": "B", "label": "same"},  # a copy, missed: stands for 30
        {**APART, "stratum": "B", "label": "unsure"},  # does not count
    ]

    found = evaluate(report, pairs, strata={"A": 100, "B": 30, "C": 7})

    assert found.weighted_recall == 50 / 80
    assert evaluate(report, pairs).weighted_recall is None


def test_what_cannot_be_divided_is_none(report):
    nothing, none = evaluate(report, [], strata={}), evaluate(report, [APART])

    assert (nothing.pairs, nothing.agreement, nothing.best) == (0, None, None)
    for found in (nothing, none):
        assert found.copy == found.recycling
        assert (found.copy.precision, found.copy.recall, found.copy.f1) == (None, None, None)
        assert found.templates_recycled is None
        assert found.weighted_recall is None
        assert {point.f1 for point in found.curve} == {None}


def test_errors_hold_both_texts_the_gravest_first(report):
    pairs = [
        {**EQUAL, "label": "edited"},
        {**EQUAL, "label": "partial", "stratum": "C"},
        {**APART, "label": "same"},
        WITHIN,
    ]

    errors = evaluate(report, pairs).errors

    assert [(e.label, e.said) for e in errors] == [
        ("same", "none"),
        ("partial", "same"),
        ("edited", "same"),
    ]
    assert (errors[1].a.text, errors[1].b.text, errors[1].stratum) == (BOTH, BOTH, "C")
    a = errors[0].a
    assert (a.story, a.start, a.end, a.text) == ("both", 0, len(ALONE), ALONE)


def test_offsets_are_characters_whatever_their_bytes():
    first, second = "Ärger über Öl. 😀\n\n" + X, "Ünï\n\n" + X
    report = scan([("s", first), ("t", second)])
    one = {
        name: {"story": story, "start": text.index(X), "end": len(text)}
        for name, story, text in (("a", "s", first), ("b", "t", second))
    }

    assert evaluate(report, [{**one, "label": "same"}]).agreement == 1.0
    assert evaluate(report, [{**one, "label": "none"}]).errors[0].b.text == X


def test_the_curve_compares_the_passages_at_every_value():
    report = scan([("a", X), ("b", CHANGED), ("c", Y)])
    one = {"start": 0, "end": len(X)}
    copy = {"a": {"story": "a", **one}, "b": {"story": "b", "start": 0, "end": len(CHANGED)}}
    other = {"a": {"story": "a", **one}, "b": {"story": "c", "start": 0, "end": len(Y)}}

    found = evaluate(report, [{**copy, "label": "edited"}, {**other, "label": "none"}])

    # 2 of 20 words are replaced and spoil 6 of 18 shingles: 2/3 is contained.
    assert [p.containment for p in found.curve if p.f1 == 1] == [k / 20 for k in range(1, 14)]
    assert {p.recall for p in found.curve if p.containment > 0.66} == {0.0}
    assert found.best == Point(0.35, 1.0, 1.0, 1.0)


def test_labels_may_be_a_file_and_the_last_line_may_be_blank(report, tmp_path):
    path = write(tmp_path / "labels.jsonl", [EQUAL, HALVES, APART])
    path.write_text("\ufeff" + path.read_text() + "\n \n")

    assert evaluate(report, path) == evaluate(report, str(path))
    assert evaluate(report, path) == evaluate(report, iter([EQUAL, HALVES, APART]))


def test_an_evaluation_is_promised_by_the_package():
    assert dedup.evaluate is evaluate
    assert dedup.Evaluation is Evaluation


def write(path, pairs):
    path.write_text("".join(json.dumps(one) + "\n" for one in pairs))
    return path


BAD = [
    ("{", 'line 2: this is no JSON ('),
    ("7", "line 2: this is a number, not an object. "),
    (json.dumps({**APART, "label": "copied"}), 'line 2: label is "copied". Choose from none, same'),
    (json.dumps({"a": APART["a"], "label": "none"}), 'line 2: no "b" among "a", "label". '),
    (json.dumps({"a": APART["a"], "b": APART["b"]}), 'line 2: no "label" among "a", "b". '),
    (json.dumps({**APART, "b": [1, 2]}), 'line 2: "b" is a list, not an object. '),
    (json.dumps({**APART, "b": {"story": "x", "start": 0}}), 'line 2: no "end" in "b" among'),
    (json.dumps({**APART, "stratum": 4}), "line 2: stratum is a number, not a text. "),
    *(
        (json.dumps({**APART, "a": {"story": "x", "start": 0, "end": 9, **bad}}), fault)
        for bad, fault in (
            ({"story": "z"}, 'line 2: 1 labelled story is not in the corpus, the first "z". '),
            ({"story": None}, 'line 2: story in "a" is nothing. '),
            ({"start": 1.5}, 'line 2: start in "a" is "1.5", not a whole number. '),
            ({"end": "9"}, 'line 2: end in "a" is "9", not a whole number. '),
            ({"end": True}, 'line 2: end in "a" is "True", not a whole number. '),
            ({"start": -1}, 'line 2: "a" runs from -1 to 9. '),
            ({"start": 9}, 'line 2: "a" runs from 9 to 9. '),
            ({"end": len(X) + 1}, f'line 2: "a" ends at character {len(X) + 1} of story "x",'),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("line", "fault"), BAD)
def test_a_bad_label_is_named_with_its_line(report, tmp_path, line, fault):
    path = write(tmp_path / "labels.jsonl", [EQUAL])
    path.write_text(path.read_text() + line + "\n")

    with pytest.raises(BadInput) as caught:
        evaluate(report, path)

    assert str(caught.value).startswith(f"{path}, {fault}")
    assert "\n" not in str(caught.value)


def test_missing_stories_are_counted(report):
    gone = [{**EQUAL, "a": {"story": name, "start": 0, "end": 5}} for name in ("q", "r", "q")]

    with pytest.raises(BadInput, match=r'^labels, pair 2: 2 labelled stories .* the first "q"\.'):
        evaluate(report, [EQUAL, *gone])


@pytest.mark.parametrize(
    ("strata", "fault"),
    [
        ('{"A": 1}', 'labels, pair 2: stratum "B" has no size. Give the size of the stratum of'),
        ('{"B": 1}', 'labels, pair 1: stratum "A" has no size. '),
        ('{"A": 1, "B": "2"}', 'strata.json: stratum "B" holds "2". Give how many pairs'),
        ('{"A": 1, "B": -2}', 'strata.json: stratum "B" holds "-2". Give how many pairs'),
        ("[1, 2]", "strata.json: this is a list, not an object. "),
        ("{", "strata.json: this is no JSON ("),
        (None, "strata.json: it cannot be read (No such file or directory). "),
    ],
)
def test_bad_strata_are_one_sentence(report, tmp_path, strata, fault):
    path = tmp_path / "strata.json"
    if strata is not None:
        path.write_text(strata)

    with pytest.raises(BadInput) as caught:
        evaluate(report, [{**EQUAL, "stratum": "A"}, {**APART, "stratum": "B"}], strata=path)

    assert fault in str(caught.value)


def test_strata_need_labels_that_name_theirs(report):
    with pytest.raises(BadInput, match=r"^labels, pair 1: the pair names no stratum\."):
        evaluate(report, [EQUAL], strata={"A": 3})


@pytest.fixture
def files(tmp_path):
    """A corpus, labels and strata on disk."""
    stories = [{"id": name, "text": text} for name, text in STORIES.items()]
    pairs = [EQUAL, WITHIN, HALVES, APART, {**APART, "label": "rewritten"}]
    (tmp_path / "strata.json").write_text('{"A": 30}')
    return (
        str(write(tmp_path / "wire.jsonl", stories)),
        str(write(tmp_path / "labels.jsonl", [{**one, "stratum": "A"} for one in pairs])),
        f"--strata={tmp_path / 'strata.json'}",
    )


def run(*arguments):
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def test_the_command_writes_what_the_library_writes(files, tmp_path):
    corpus, labels, strata = files
    settings = dedup.Settings(containment=0.6, min_words=15)

    done = run(*files, "--json", tmp_path / "c.json", "--containment=0.6", "--min-words=15")
    shown = run(*files, "--json=-", "--containment=0.6", "--min-words=15")
    found = evaluate(scan(corpus, settings), labels, strata=strata.removeprefix("--strata="))
    found.to_json(tmp_path / "library.json")

    assert done.exit_code == 0, done.output
    assert (tmp_path / "c.json").read_bytes() == (tmp_path / "library.json").read_bytes()
    assert shown.stdout == (tmp_path / "library.json").read_text()


def test_json_says_what_the_objects_say(files, report):
    document = json.loads(run(*files, "--json", "-").stdout)
    found = evaluate(report, files[1], strata={"A": 30})

    assert (document["schema"], document["kinds"]) == ("dedup-evaluation/1", list(KINDS))
    assert document["confusion"] == [list(row) for row in found.confusion]
    assert document["copy"]["f1"] == found.copy.f1
    assert document["agreement"] == found.agreement
    assert document["weighted_recall"] == found.weighted_recall == 1.0
    assert document["best"]["containment"] == found.best.containment
    assert [e["b"]["text"] for e in document["errors"]] == [e.b.text for e in found.errors]


def test_every_field_is_documented(files):
    document = json.loads(run(*files, "--json", "-").stdout)
    told = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "evaluation.md").read_text()))

    assert {*document, *document["copy"], *document["best"], *document["errors"][0]} <= told
    assert set(document["errors"][0]["a"]) <= told


def test_the_page_is_plain_and_holds_figures_confusion_and_errors(files):
    page = run(*files, "--curve", "--errors=1").stdout

    assert page.startswith("5 labelled pairs\n")
    assert re.search(r"^  copy +0\.667 +1\.000 +0\.800$", page, re.MULTILINE)
    assert re.search(r"^  none +1 +· +1 +· +· +·$", page, re.MULTILINE)
    assert re.search(r"^  templates +- called recycled, 0 of 0$", page, re.MULTILINE)
    assert re.search(r"^  weighted +1\.000 of ", page, re.MULTILINE)
    assert re.search(r"^  0\.35 .*in use", page, re.MULTILINE)
    assert "1 of 2 errors, the gravest first" in page
    assert "  labelled none, said edited  stratum A\n" in page
    assert all(line == line.rstrip() for line in page.split("\n"))
    assert "\x1b" not in page


def test_an_error_shows_what_changed_and_can_do_nothing_to_a_terminal(tmp_path):
    texts = {"a\x1b[2J": X, "b": CHANGED + " \x1b]0;title\x07"}
    corpus = write(tmp_path / "s.jsonl", [{"id": name, "text": t} for name, t in texts.items()])
    a, b = ({"story": name, "start": 0, "end": len(t)} for name, t in texts.items())
    labels = write(tmp_path / "l.jsonl", [{"a": a, "b": b, "label": "none"}])

    page = run(corpus, labels).stdout

    assert f"[-{X.split()[7]}-] {{+extra+}}" in " ".join(page.split())
    assert not set("\x1b\x07") & set(page)


@pytest.mark.parametrize("extra", [["--errors=0"], ["--json=-"]])
def test_no_labels_are_no_fault(files, tmp_path, extra):
    done = run(files[0], write(tmp_path / "none.jsonl", []), *extra)

    assert done.exit_code == 0, done.output
    assert "NaN" not in done.output


def test_bad_labels_are_told_before_the_corpus_is_read(tmp_path):
    done = run(tmp_path / "nowhere.jsonl", tmp_path / "labels.jsonl")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"dedup: {tmp_path / 'labels.jsonl'}: it cannot be read (No such")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["scan", "compare", "evaluate"])
def test_every_option_on_a_corpus_is_one_of_the_commands_that_report_on_one(name):
    from inspect import signature

    from typer.main import get_command

    from dedup.cli.options import chosen_by

    command = get_command(app).commands[name]

    assert set(signature(chosen_by).parameters) <= {parameter.name for parameter in command.params}


def test_twenty_thousand_labels_take_little_time():
    """Time grows with the labels, not with their square, nor with the paragraphs of a story."""
    draw = np.random.default_rng(5)
    stories = [Story(one.id, one.text * 40) for one in wire.corpus(5, 200)]
    report = scan(stories)
    sizes = [len(story.text) for story in stories]

    def drawn():
        k = int(draw.integers(len(stories)))
        start = int(draw.integers(sizes[k] - 150))
        return {"story": stories[k].id, "start": start, "end": start + 150}

    pairs = [{"a": drawn(), "b": drawn(), "label": "none"} for _ in range(20_000)]
    evaluate(report, pairs[:10])  # compile outside the clock
    began = time.perf_counter()

    found = evaluate(report, pairs)

    assert time.perf_counter() - began < 5
    assert found.pairs == 20_000


@pytest.mark.skipif(
    not labelled.DATA.is_dir(), reason="the labelled news text is not part of the project"
)
def test_the_seeds_copies_are_all_found_and_nothing_else_is():
    found = evaluate(scan(labelled.DATA / "seeds"), labelled.DATA / "seeds.labels.jsonl")

    assert (found.copy.precision, found.copy.recall) == (1.0, 1.0)
    assert found.confusion[0] == (716, 0, 0, 0, 0, 0)

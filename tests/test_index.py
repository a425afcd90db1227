"""An index says what a scan says, whatever was done to it before."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dedup import BadInput, Settings, Story, scan
from dedup.index import Index
from dedup.index.neighbours import RELATIVES
from tests import wire
from tests.index_model import FIRST, Model, Newsroom, compare, document

ROOT = Path(__file__).parents[1]
PARAGRAPH = (
    "On Monday the council voted to close the eastern bridge until the spring repairs are done"
    " and have been paid for by the towns on both banks."
)
OTHER = (
    "Farmers along the lower river said they had been told nothing of the closure and would drive"
    " their cattle over the ford, as their grandfathers had done."
)


class Life(RuleBasedStateMachine):
    """What a newsroom does to an index, and a model that scans anew each time."""

    @initialize(seed=st.integers(0, 10_000), counted=st.booleans())
    def begin(self, seed, counted):
        self.path = Path(os.environ["DEDUP_TEST_FOLDER"]) / f"{time.monotonic_ns()}.index"
        self.index = Index.open(self.path)
        self.model = Model()
        self.newsroom = Newsroom(seed, counted=counted)

    def some_story(self):
        story = self.newsroom.story()
        while self.model.knows_better(story):
            story = self.newsroom.story()
        return story

    @rule()
    def add(self):
        story = self.some_story()
        self.index.add(story)
        self.model.add(story)

    @rule()
    def check_and_add(self):
        story = self.some_story()
        self.index.check_and_add(story)
        self.model.add(story)

    @rule(count=st.integers(0, 8))
    def add_many(self, count):
        stories = []
        for _ in range(count):
            story = self.some_story()
            stories.append(story)
            self.model.add(story)
        self.index.add_many(stories)

    @rule()
    def replace(self):
        story = self.newsroom.story()
        self.index.replace(story)
        self.model.versions[story.id] = [story]

    @rule()
    def remove(self):
        if self.model.versions:
            name = self.newsroom.draw.choice(sorted(self.model.versions))
            self.index.remove(name)
            del self.model.versions[name]

    @rule()
    def expire(self):
        before = self.newsroom.date(6)
        assert self.index.expire(before=before) == self.model.expire(before)

    @rule()
    def reopen(self):
        self.index.close()
        self.index = Index.open(self.path)

    @rule()
    def compact(self):
        self.index.compact()

    @rule()
    def check(self):
        compare(self.index, self.model, self.newsroom.story())

    @rule()
    def report(self):
        assert document(self.index.to_report()) == document(scan(self.model.stories()))

    @rule()
    def verify(self):
        assert self.index.verify() == ()

    @invariant()
    def counted(self):
        assert len(self.index) == len(self.model.versions)

    def teardown(self):
        self.index.close()


def test_an_index_says_what_a_scan_says(tmp_path, monkeypatch):
    monkeypatch.setenv("DEDUP_TEST_FOLDER", str(tmp_path))
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Life, settings=settings(max_examples=8, stateful_step_count=25, deadline=None)
    )


def test_a_text_may_lose_its_other_place_while_the_order_of_all_changes(tmp_path):
    """The first id that is no number sorts all anew, and so does the last one that goes."""
    held = [Story(name, PARAGRAPH, published=FIRST) for name in ("7", "8")]
    fresh = [Story("8", OTHER, version=1), Story("a", f"{PARAGRAPH}\n\n{OTHER}", published=FIRST)]
    with Index.open(tmp_path / "wire.index") as index:
        index.add_many(held)

        index.add_many(fresh)

        assert document(index.to_report()) == document(scan([*held, *fresh]))
        index.remove("8")
        index.remove("a")
        assert document(index.to_report()) == document(scan(held[:1]))
        assert index.verify() == ()


@pytest.mark.parametrize("came", [(1, 2), (1,), (2,), (0, 2), (2, 1), (0,), (3, 2, 3), (1, 1, 2)])
def test_versions_are_counted_in_portions_as_one_by_one(tmp_path, came):
    stories = [Story("a", f"{PARAGRAPH} {version}", version=version) for version in came]
    counts = []
    for portions in ([stories], [[story] for story in stories]):
        with Index.open(tmp_path / f"{len(counts)}.index") as index:
            index.add(Story("a", PARAGRAPH, version=1))
            for portion in portions:
                index.add_many(portion)
            counts.append(index.to_report().summary.replaced)

    assert counts[0] == counts[1]


@pytest.mark.parametrize("came", [(1, 2), (3, 1, 2)])
def test_versions_in_a_file_are_counted_as_a_scan_counts_them(tmp_path, monkeypatch, came):
    monkeypatch.setattr("dedup.index.whole.STORIES", 1)
    path = tmp_path / "wire.jsonl"
    rows = [{"id": "b", "text": OTHER}]
    rows += [{"id": "a", "text": f"{PARAGRAPH} {one}", "version": one} for one in came]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    with Index.open(tmp_path / "wire.index") as index:
        index.add_many(path)

        counted = index.to_report().summary.replaced
        index.remove("a")

        assert counted == scan(path).summary.replaced == len(came) - 1
        assert index.to_report().summary.replaced == 0


def test_any_text_names_a_story(tmp_path):
    """SQLite ends a text in JSON at a character 0."""
    names = ["a\0b", "a", "a\0", "'", '"]', "é\u2028"]
    with Index.open(tmp_path / "wire.index") as index:
        for version in (1, 2):
            index.add_many([Story(name, PARAGRAPH, version=version) for name in names])
        for name in names:
            index.add(Story(name, OTHER, version=3))
            assert index.check(Story(name, OTHER)).story == name
        assert all(name in index for name in names)
        assert len(index) == len(names)
        index.remove("a\0b")
        assert "a\0b" not in index and "a" in index
        assert index.verify() == ()


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_batching_gives_the_report_of_a_scan(tmp_path, seed):
    newsroom = Newsroom(seed, counted=seed == 0)
    stories = wire.corpus(seed, stories=40)
    newsroom.draw.shuffle(stories)
    with Index.open(tmp_path / "wire.index") as index:
        while stories:
            size = newsroom.draw.randint(1, 9)
            index.add_many(stories[:size])
            del stories[:size]

        assert document(index.to_report()) == document(scan(wire.corpus(seed, stories=40)))


def test_lookups_find_what_comparing_each_with_each_finds(tmp_path, monkeypatch):
    """Beyond a few hundred texts only what shares a run or rare words is looked at."""
    monkeypatch.setattr("dedup.rare.FEW", 0)
    monkeypatch.setattr("dedup.index.merging.SMALLEST", 3_000)
    monkeypatch.setattr("dedup.index.merging.STEP", 20_000)
    stories = [
        Story("a", f"{PARAGRAPH}\n\n{OTHER}"),
        *wire.corpus(5, stories=60),
        Story("zz", f"{PARAGRAPH} {OTHER}"),
    ]
    with Index.open(tmp_path / "wire.index") as index:
        for story in stories:
            index.add(story)
        late = Story("zzz", f"{OTHER}\n\n{PARAGRAPH.replace('eastern', 'western')}")

        found = index.check(late)
        faults = index.verify()

    assert [one.kind for one in found.paragraphs] == ["same", "same"]
    assert [one.match.origin.story for one in found.paragraphs] == ["a", "a"]
    assert [one.further for one in found.paragraphs] == [2, 2]
    assert [alike.origin.story for alike in found.near_duplicates] == ["a", "zz"]
    assert faults == ()


def test_what_most_of_it_came_with_stands_in_one_list(tmp_path, monkeypatch):
    monkeypatch.setattr("dedup.index.merging.SMALLEST", 500)
    monkeypatch.setattr("dedup.index.merging.STEP", 2_000)
    monkeypatch.setattr("dedup.index.whole.STORIES", 5)
    monkeypatch.setattr("dedup.rare.FEW", 0)
    *stories, late = wire.corpus(5, stories=61)
    lists, parts, told = [], [], []
    with Index.open(tmp_path / "wire.index") as index:
        for given in (stories[:50], stories[50:]):
            index.add_many(given, progress=lambda step, _: told.append(step))
            lists.append(index.stats().lists)
            parts.append(len(index._segments()))
        found, faults = index.check(late), index.verify()
        index.compact()

        assert index.stats().lists == 1
        assert index.check(late) == found
        assert document(index.to_report()) == document(scan(stories))
    assert lists[0] == 1 < lists[1]
    assert parts[0] > 1
    assert "joining lists" in told
    assert faults == ()


def test_memory_that_a_merge_made_needless_is_given_back(tmp_path, monkeypatch):
    monkeypatch.setattr("dedup.index.merging.SMALLEST", 500)
    *stories, late = wire.corpus(5, stories=61)
    path = tmp_path / "wire.index"
    given_back = []
    with Index.open(path) as index, Index.open(path) as other:
        index.add_many(stories[:30])
        other.check(late)
        monkeypatch.setattr("dedup.index.index.give_back", lambda: given_back.append(1))
        other.check(late)
        assert not given_back

        index.add_many(stories[30:])
        given_back.clear()
        other.check(late)

    assert given_back == [1]


def test_lists_are_joined_once_however_much_another_writes(tmp_path, monkeypatch):
    monkeypatch.setattr("dedup.index.merging.SMALLEST", 500)
    monkeypatch.setattr("dedup.index.merging.STEP", 5_000)
    monkeypatch.setattr("dedup.index.whole.STORIES", 5)
    stories = wire.corpus(5, stories=50)
    beside = [Story(f"{name}-{one.id}", one.text) for name in "abcdefgh" for one in stories]
    joins = []
    path = tmp_path / "wire.index"
    with Index.open(path) as index, Index.open(path) as other:

        def tell(step, _):
            if step == "joining lists":
                joins.append(step)
                for _ in range(4 if beside else 0):
                    other.add(beside.pop())

        index.add_many(stories, progress=tell)
        assert index.verify() == ()

    assert 1 < len(joins) < 20
    assert beside


def test_a_disk_that_is_full_keeps_no_lists_from_waiting(tmp_path, monkeypatch):
    """All stories are in by then, and who writes next merges."""
    monkeypatch.setattr("dedup.index.merging.SMALLEST", 500)
    monkeypatch.setattr("dedup.index.whole.STORIES", 5)
    stories = wire.corpus(5, stories=50)
    with Index.open(tmp_path / "wire.index") as index:

        def tell(step, _):
            if step == "joining lists":
                held = index._store.connection()
                pages = held.execute("PRAGMA page_count").fetchone()[0]
                held.execute(f"PRAGMA max_page_count = {pages}")

        assert index.add_many(stories, progress=tell) == len(stories)
        index._store.connection().execute("PRAGMA max_page_count = 1000000")
        index.add_many(stories[:5])
        assert len(index) == len(stories)
        assert index.verify() == ()


def test_an_older_story_with_very_many_copies_names_as_many_as_are_looked_at(tmp_path):
    later = FIRST + timedelta(days=1)
    held = [Story(f"b{k}", PARAGRAPH, published=later) for k in range(RELATIVES + 1)]
    with Index.open(tmp_path / "wire.index") as index:
        index.add(Story("a", f"{PARAGRAPH}\n\n{OTHER}", published=FIRST))
        index.add_many(held[:-1])
        found = [index.check(Story("a", PARAGRAPH, published=FIRST, version=2))]
        index.add(held[-1])
        found.append(index.check(Story("a", PARAGRAPH, published=FIRST, version=2)))

    assert len(found[0].near_duplicates) == RELATIVES <= len(found[1].near_duplicates)
    assert [one.complete for one in found] == [True, False]


def test_an_older_story_is_near_all_that_have_its_text(tmp_path):
    """What it has first stands once in the index as a text, and in two stories."""
    more = "\n\n".join(story.text for story in wire.corpus(8, stories=4))
    held = [Story(name, PARAGRAPH, published=FIRST + timedelta(days=1)) for name in ("b", "c")]
    with Index.open(tmp_path / "wire.index") as index:
        index.add_many(held)

        found = index.check(Story("a", f"{PARAGRAPH}\n\n{more}", published=FIRST))

    assert [alike.origin.story for alike in found.near_duplicates] == ["b", "c"]
    assert found.recycled == 0 and found.complete


def test_a_verdict_places_what_is_copied_in_both_stories(tmp_path):
    first = Story("a", f"Über Kies.\n\n{PARAGRAPH}", source="A", published=FIRST)
    with Index.open(tmp_path / "wire.index") as index:
        index.add(first)
        late = Story("b", f"{OTHER}\n\n“Çà!” {PARAGRAPH}", published=FIRST + timedelta(days=1))

        seen = index.check(late).paragraphs[1]

    (start, end, own_start, own_end) = seen.match.runs[0]
    assert first.text[start:end] == late.text[own_start:own_end] == PARAGRAPH.rstrip(".")
    assert seen.first_seen.story == "a"
    assert seen.match.text == PARAGRAPH
    assert seen.further == 1


def test_a_new_version_is_not_recycling_from_the_older(tmp_path):
    with Index.open(tmp_path / "wire.index") as index:
        index.add(Story("a", PARAGRAPH, published=FIRST))
        newer = Story("a", f"{PARAGRAPH}\n\n{OTHER}", published=FIRST + timedelta(1), version=2)

        verdict = index.check_and_add(newer)

        assert verdict.recycled == 0
        assert index.story("a").text == newer.text
        assert index.story("a").published == FIRST


def test_without_texts_passages_are_found_and_not_shown(tmp_path):
    story = Story("a", f"Über Kies.\n\n{PARAGRAPH}")
    late = Story("b", f"{OTHER}\n\n{PARAGRAPH} {OTHER}")
    found = {}
    for keep in (True, False):
        with Index.open(tmp_path / f"{keep}.index", keep_text=keep) as index:
            index.add_many([story, Story("c", OTHER)])
            found[keep] = index.check(late)
            assert index.verify() == ()

    shown, hidden = (found[keep].paragraphs[1].match for keep in (True, False))
    assert (shown.start, shown.end, shown.runs) == (hidden.start, hidden.end, hidden.runs)
    assert (shown.text, hidden.text) == (PARAGRAPH, "")
    assert PARAGRAPH.split()[3].encode() not in (tmp_path / "False.index").read_bytes()
    with Index.open(tmp_path / "False.index") as index, pytest.raises(BadInput, match="no texts"):
        index.to_report()


def test_a_hot_paragraph_counts_its_places(tmp_path):
    with Index.open(tmp_path / "wire.index") as index:
        index.add_many(Story(f"s{k:04}", f"{PARAGRAPH}\n\nstory {k}") for k in range(3_000))

        seen = index.check(Story("t", PARAGRAPH)).paragraphs[0]

    assert (seen.kind, seen.first_seen.story, seen.further) == ("same", "s0000", 3_000)


@pytest.mark.parametrize(("one", "other"), [("09", "10"), ("9", "10")])
def test_a_name_among_numbers_may_turn_their_order(tmp_path, one, other):
    """Numbers are sorted by counting; one id that is none, and all are sorted as they are spelt."""
    stories = [Story(other, f"{PARAGRAPH}\n\n{OTHER}"), Story(one, PARAGRAPH)]
    with Index.open(tmp_path / "wire.index") as index:
        index.add_many(stories)

        seen = index.check(Story("x", PARAGRAPH)).paragraphs[0]

    assert seen.first_seen.story == min(one, other)


def test_a_large_file_goes_by_way_of_the_disk(tmp_path, monkeypatch):
    blanks = " " * 1_000_000
    texts = [f"{PARAGRAPH}{blanks}\n\n{OTHER} {k}" for k in range(6)]
    lines = [json.dumps({"id": str(k), "text": text}) for k, text in enumerate(texts)]
    (tmp_path / "wire.jsonl").write_text("\n".join(lines))
    mapped = []
    monkeypatch.setattr(
        "dedup.scratch._take", lambda file, size: mapped.append(size) or file.truncate(size)
    )
    monkeypatch.setattr("dedup.index.index.MEMORY", 8 << 20)

    with Index.open(tmp_path / "wire.index") as index:
        index.add_many(tmp_path / "wire.jsonl")

        assert [index.story(str(k)).text for k in range(6)] == texts
    assert sum(mapped) > 6_000_000


@pytest.mark.parametrize("portions", [(60,), (1, 59), (30, 30), (1,) * 12 + (48,)])
def test_words_are_counted_in_as_many_slots_as_in_a_scan(tmp_path, monkeypatch, portions):
    monkeypatch.setattr("dedup.vocabulary._FEWEST_BITS", 6)  # so that they soon get more
    stories = wire.corpus(3, stories=60)
    sizes = set()

    with Index.open(tmp_path / "wire.index") as index:
        for size in portions:
            given, stories = stories[:size], stories[size:]
            index.add_many(given)
            sizes.add(int(dict(index._store.connection().execute("SELECT * FROM meta"))["bits"]))
            assert index.verify() == ()
        found = document(index.to_report())

    assert found == document(scan(wire.corpus(3, stories=60)))
    assert len(sizes) >= min(2, len(portions))


def test_threads_share_an_index(tmp_path):
    faults = []
    with Index.open(tmp_path / "wire.index") as index:
        index.add(Story("a", PARAGRAPH))

        def work(number):
            try:
                for k in range(10):
                    verdict = index.check(Story("z", PARAGRAPH))
                    assert verdict.recycled == 1
                    index.add(Story(f"{number}-{k}", f"{OTHER} {number} {k}"))
            except Exception as error:
                faults.append(error)

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert faults == []
        assert len(index) == 41


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_goes_on_with_a_connection_of_its_own(tmp_path):
    with Index.open(tmp_path / "wire.index") as index:
        index.add(Story("a", PARAGRAPH))
        child = multiprocessing.get_context("fork").Process(
            target=index.add, args=(Story("b", OTHER),)
        )
        child.start()
        child.join()

        assert child.exitcode == 0
        assert len(index) == 2
        assert index.verify() == ()


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    """Whenever the writer dies, what it had said was in is in, and no story is there in part."""
    path, program = tmp_path / "wire.index", ROOT / "tests" / "index_writer.py"
    for wait in (0.05, 0.2, 0.4):
        child = subprocess.Popen(
            [sys.executable, str(program), str(path)],
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        first = child.stdout.readline().strip()
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        told = [first, *child.stdout.read().split("\n")[:-1]]
        child.stdout.close()
        child.wait()

        with Index.open(path) as index:
            assert all(name in index for name in told)
            assert index.verify() == ()


def test_readers_see_whole_stories_while_one_writes(tmp_path):
    path = tmp_path / "wire.index"
    with Index.open(path) as writer, Index.open(path) as reader:
        for k in range(5):
            writer.add_many(wire.corpus(k, stories=12))
            assert len(reader) == len(writer)
            assert reader.verify() == ()


def test_stories_of_every_time_zone_and_none_expire_together(tmp_path):
    zone = datetime(2026, 1, 5, 12, tzinfo=UTC)
    with Index.open(tmp_path / "wire.index") as index:
        index.add_many(
            [
                Story("old", PARAGRAPH, published=zone - timedelta(hours=1)),
                Story("new", PARAGRAPH, published=zone),
                Story("undated", OTHER),
            ]
        )

        assert index.expire(before=zone.replace(tzinfo=None)) == 1
        assert {name: name in index for name in ("old", "new", "undated")} == {
            "old": False,
            "new": True,
            "undated": True,
        }
        assert index.check(Story("x", PARAGRAPH)).paragraphs[0].first_seen.story == "new"


def test_settings_of_its_own(tmp_path):
    with Index.open(tmp_path / "wire.index", Settings(min_words=30)) as index:
        index.add(Story("a", PARAGRAPH))

        assert index.check(Story("b", PARAGRAPH)).recycled == 0
    with Index.open(tmp_path / "wire.index") as index:
        assert index.settings.min_words == 30

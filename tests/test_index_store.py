"""The file of an index: what is wrong with it is one sentence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dedup import BadInput, BadOutput, BadSetting, Busy, Settings, Story
from dedup.index import Index, schema
from tests import wire

TEXT = "On Monday the council voted to close the eastern bridge until the spring repairs are done."


@pytest.fixture
def path(tmp_path) -> Path:
    """An index of one story."""
    place = tmp_path / "wire.index"
    with Index.open(place) as index:
        index.add(Story("a", TEXT))
    return place


def test_an_index_is_one_file_when_it_is_closed(path):
    assert [one.name for one in path.parent.iterdir()] == ["wire.index"]


def test_other_settings_are_refused_by_name(path):
    with pytest.raises(BadSetting, match="min_words 12, not 20"):
        Index.open(path, Settings(min_words=20))


def test_other_threads_are_no_other_settings(path):
    with Index.open(path, Settings(threads=3)) as index:
        assert index.settings.threads == 3


def test_an_index_with_texts_is_not_opened_as_one_without(path):
    with pytest.raises(BadSetting, match="with its texts"):
        Index.open(path, keep_text=False)


def test_a_newer_version_is_refused(path):
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()

    with pytest.raises(BadInput, match=f"version {schema.VERSION + 1}"):
        Index.open(path)


def test_a_file_that_another_process_made_newer_is_left_alone(path):
    with Index.open(path) as index:
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        connection.close()
        before = path.read_bytes()

        for use in (index.stats, lambda: index.add(Story("new", "A text that is new to it."))):
            with pytest.raises(BadInput, match=f"version {schema.VERSION + 1}"):
                use()

        assert path.read_bytes() == before


def test_another_scheme_of_signatures_is_refused(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = 'legacy' WHERE name = 'scheme'")
    connection.close()

    with pytest.raises(BadInput, match="scheme 'legacy'"):
        Index.open(path)


def test_a_foreign_database_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE person (name)")
    connection.close()

    with pytest.raises(BadInput, match="no index of dedup"):
        Index.open(tmp_path / "other.db")


@pytest.mark.parametrize("content", [b"hello\n" * 500, b"x"])
def test_a_text_file_is_refused_and_left_alone(tmp_path, content):
    place = tmp_path / "notes.txt"
    place.write_bytes(content)

    with pytest.raises(BadInput, match="no index"):
        Index.open(place)
    assert place.read_bytes() == content


def test_a_folder_and_a_missing_one_are_refused(tmp_path):
    with pytest.raises(BadInput, match="a folder"):
        Index.open(tmp_path)
    with pytest.raises(BadOutput, match="folder is not there"):
        Index.open(tmp_path / "none" / "wire.index")


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="nothing is closed to this user"
)
def test_a_folder_closed_to_writing_is_refused(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(BadOutput, match="cannot be written"):
        Index.open(tmp_path / "wire.index")


def test_a_damaged_file_is_found_out(path):
    held = bytearray(path.read_bytes())
    held[2 * schema.PAGE : 6 * schema.PAGE] = b"\xff" * (4 * schema.PAGE)
    path.write_bytes(held)

    try:
        with Index.open(path) as index:
            faults = index.verify()
    except BadInput as fault:
        faults = (str(fault),)

    assert faults


def test_a_full_disk_is_one_sentence_and_changes_nothing(path):
    with Index.open(path) as index:
        connection = index._store.connection()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(BadOutput, match="disk is full"):
            index.add_many(Story(f"s{k}", f"{TEXT} {k} {os.urandom(400).hex()}") for k in range(99))
        assert len(index) == 1
        assert index.verify() == ()


def test_who_waits_in_vain_is_told_who_writes(path):
    with Index.open(path) as writer, Index.open(path, wait=0.1) as other:
        with writer._store.writing(), pytest.raises(Busy, match=f"process {os.getpid()} on"):
            other.add(Story("b", TEXT))
        other.add(Story("b", TEXT))

        assert len(writer) == 2


def test_another_process_waits_its_turn(path):
    program = (
        "import sys; from dedup import Story; from dedup.index import Index\n"
        "with Index.open(sys.argv[1]) as index: index.add(Story('b', 'Nothing.'))"
    )
    with Index.open(path) as writer:
        held, released = threading.Event(), threading.Event()

        def hold():
            with writer._store.writing():
                held.set()
                released.wait(20)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait()
        child = subprocess.Popen([sys.executable, "-c", program, str(path)])
        readable = len(writer)
        released.set()
        thread.join()

        assert child.wait() == 0
        assert (readable, len(writer)) == (1, 2)


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="nothing is closed to this user"
)
def test_an_older_index_that_may_only_be_read_says_what_is_to_be_done(path):
    with sqlite3.connect(path) as held:
        held.execute("PRAGMA user_version = 1")
    held.close()
    path.chmod(0o400)

    with pytest.raises(BadOutput, match="of version 1, and must be written"):
        Index.open(path)


def test_migrations_go_step_by_step_or_not_at_all():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    steps = {
        schema.VERSION: lambda held: held.execute("CREATE TABLE first (x)"),
        schema.VERSION + 1: lambda held: held.execute("CREATE TABLE second (x)"),
    }

    schema.migrate(connection, to=schema.VERSION + 2, steps=steps)

    assert schema.version_of(connection) == schema.VERSION + 2
    assert connection.execute("SELECT * FROM first, second").fetchall() == []


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_index_of_an_older_version_is_brought_up_to_date(tmp_path, monkeypatch, version):
    monkeypatch.setattr("dedup.rare.FEW", 0)
    monkeypatch.setattr("dedup.index.merging.SMALLEST", 3_000)
    path, late = tmp_path / "wire.index", wire.corpus(6, stories=3)
    with Index.open(path) as index:
        index.add_many(wire.corpus(5, stories=60))
        before = [index.check(Story(f"late-{story.id}", story.text)) for story in late]
    with sqlite3.connect(path) as held:
        assert held.execute("SELECT count(*) FROM directory").fetchone()[0]
        if version < 3:
            held.execute("ALTER TABLE directory RENAME TO segment")
        if version == 1:
            held.execute("UPDATE segment SET sieve = zeroblob(64), twice = zeroblob(64)")
            for column in ("run", "goal", "low", "high"):
                held.execute(f"ALTER TABLE segment DROP COLUMN {column}")
        held.execute(f"PRAGMA user_version = {version}")
    held.close()

    with Index.open(path) as index:
        assert index.verify() == ()
        after = [index.check(Story(f"late-{story.id}", story.text)) for story in late]

    assert after == before


def test_an_index_that_is_closed_says_so(path):
    index = Index.open(path)
    index.close()
    index.close()

    with pytest.raises(BadInput, match="closed"):
        index.check(Story("b", TEXT))


def test_a_story_that_is_not_there_is_one_sentence(path):
    with Index.open(path) as index:
        with pytest.raises(BadInput, match='no story "zz"'):
            index.remove("zz")
        with pytest.raises(BadInput, match='no story "zz"'):
            index.story("zz")


def test_verify_tells_what_was_tampered_with(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE text SET again = 5")
        connection.execute("UPDATE meta SET value = 9 WHERE name = 'words'")
        connection.execute("DELETE FROM recent")
    connection.close()

    with Index.open(path) as index:
        faults = index.verify()

    assert any("as often" in fault for fault in faults)
    assert any("other figures" in fault for fault in faults)
    assert any("missing" in fault for fault in faults)
    assert any("not counted rightly" in fault for fault in faults)

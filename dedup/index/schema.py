"""The tables of an index file, and how a file of an older version becomes one of this version.

    meta        settings and counters, by name
    story       one row a story; `text` is its packed content (content.py), `marks` its paragraphs
    text        one row a distinct paragraph: where it was first seen, and how often it stands
                elsewhere
    again       where else it stands
    directory   one row a segment of sorted postings (segments.py): where its blocks begin, and its
                sieve
    block       the postings, a few hundred a row
    recent      what was added last, a row a transaction: postings, and words counted
    vocabulary  how often each word was counted before that

`user_version` is the version of the schema, `application_id` says that the file is an index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

VERSION = 4
APPLICATION = 0x64656475  # "dedu"
PAGE = 8192  # bytes

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE story (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    published INTEGER NOT NULL, headline TEXT NOT NULL, source TEXT NOT NULL,
    replaced INTEGER NOT NULL, marks BLOB NOT NULL, text BLOB NOT NULL
);
CREATE INDEX story_published ON story (published);
CREATE TABLE text (
    no INTEGER PRIMARY KEY, print INTEGER NOT NULL, words INTEGER NOT NULL,
    story INTEGER NOT NULL, paragraph INTEGER NOT NULL, again INTEGER NOT NULL
);
CREATE TABLE again (
    text INTEGER NOT NULL, story INTEGER NOT NULL, paragraph INTEGER NOT NULL,
    PRIMARY KEY (text, story, paragraph)
) WITHOUT ROWID;
CREATE TABLE directory (
    no INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, goal INTEGER NOT NULL,
    low INTEGER NOT NULL, high INTEGER NOT NULL, size INTEGER NOT NULL, first INTEGER NOT NULL,
    heads BLOB NOT NULL, sieve BLOB NOT NULL, twice BLOB NOT NULL
);
CREATE TABLE block (no INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE recent (
    no INTEGER PRIMARY KEY AUTOINCREMENT, postings BLOB NOT NULL, counts BLOB NOT NULL
);
CREATE TABLE vocabulary (no INTEGER PRIMARY KEY, slots BLOB NOT NULL, counts BLOB NOT NULL);
"""

Migration = Callable[[sqlite3.Connection], None]


def _give_ranges(connection: sqlite3.Connection) -> None:
    """Segments may be asked for a range of keys only."""
    from dedup.index.segments import TOP

    for column, value in (("run", 0), ("goal", 0), ("low", 0), ("high", TOP)):
        connection.execute(
            f"ALTER TABLE segment ADD COLUMN {column} INTEGER NOT NULL DEFAULT {value}"
        )
    connection.execute("UPDATE segment SET run = no")


def _sift_in_order(connection: sqlite3.Connection) -> None:
    """Sieves are filled in the order of their keys.

    The table gets another name: a process that still runs the first version would go on with it,
    and must not find it.
    """
    from dedup.index import segments

    connection.execute("ALTER TABLE segment RENAME TO directory")
    segments.sift_anew(connection)


def _let_sieves_be_cut(_: sqlite3.Connection) -> None:
    """Sieves may lack the lines of what has been merged; those that are there lack none."""


MIGRATIONS: Mapping[int, Migration] = {1: _give_ranges, 2: _sift_in_order, 3: _let_sieves_be_cut}
"""For each version but the last, what makes a file of it one of the next version."""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, within a transaction that is under way."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def migrate(
    connection: sqlite3.Connection,
    *,
    to: int = VERSION,
    steps: Mapping[int, Migration] = MIGRATIONS,
) -> None:
    """Take the file from its version to another, step by step, all or nothing.

    Within a transaction that is under way.
    """
    found = version_of(connection)
    for step in range(found, to):
        steps[step](connection)
        connection.execute(f"PRAGMA user_version = {step + 1}")


def version_of(connection: sqlite3.Connection) -> int:
    """The version of the schema of a file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def application_of(connection: sqlite3.Connection) -> int:
    """What kind of file it says it is."""
    return int(connection.execute("PRAGMA application_id").fetchone()[0])

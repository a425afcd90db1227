"""The file of an index: opened with its checks, read in snapshots, written by one at a time.

It is one SQLite file in WAL mode. Readers see the last committed state and never wait. A writer
takes SQLite's write lock; who holds it stands in a small file beside (`…-writer`), so that another
one that waited in vain can say so. A transaction is on the disk when it returns: with WAL that is
`synchronous=FULL`; NORMAL would lose the last ones in a power cut.

A connection belongs to one thread and one process. After a fork the child opens its own.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dedup.errors import BadInput, BadOutput, BadSetting, Busy, DedupError
from dedup.index import schema
from dedup.minhash import SCHEME
from dedup.settings import DEFAULTS, NO_RESULT, Settings

WAIT = 10.0  # seconds for another writer
_MAGIC = b"SQLite format 3\0"
_REBUILD = "Restore it from a copy, or build the index anew."


class Store:
    """One index file, for all threads of a process."""

    def __init__(
        self, path: Path, settings: Settings | None, *, keep_text: bool | None, wait: float
    ) -> None:
        """Open the file, or make it.

        Raises:
            BadInput: it is no index, or one of a newer version.
            BadSetting: it was made with other settings.
            BadOutput: it cannot be made or opened there.
        """
        self.path = path
        self.wait = wait
        self._where = str(path)
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._pid = os.getpid()
        self._writing = threading.Lock()
        self._closed = False
        if path.is_dir():
            raise BadInput("this is a folder", where=self._where, remedy="Name a file.")
        fresh = not path.exists() or path.stat().st_size == 0
        if fresh and not path.parent.is_dir():
            raise BadOutput("its folder is not there", where=self._where, remedy="Make it first.")
        if not fresh:
            self._check_magic()
        with self._sentences():
            self._prepare(settings, keep_text)
            meta = dict(self.connection().execute("SELECT name, value FROM meta").fetchall())
        self._adopt(meta, settings, keep_text)

    def _check_magic(self) -> None:
        try:
            with self.path.open("rb") as file:
                start = file.read(len(_MAGIC))
        except OSError as error:
            raise BadInput(
                f"it cannot be read ({error.strerror})",
                where=self._where,
                remedy="Check that you may read it.",
            ) from error
        if start != _MAGIC:
            raise BadInput(
                "this file is no index", where=self._where, remedy="Name an index or a new file."
            )

    def _prepare(self, settings: Settings | None, keep_text: bool | None) -> None:
        """Make the tables of a new file; bring an older one up to date."""
        connection = self.connection()
        application = schema.application_of(connection)
        version = schema.version_of(connection)
        if application == schema.APPLICATION and version == schema.VERSION:
            return
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application != schema.APPLICATION and (application or version or tables):
            raise BadInput(
                "this SQLite file is no index of dedup",
                where=self._where,
                remedy="Name an index or a new file.",
            )
        self._check_version(version)
        if application == schema.APPLICATION and not os.access(self.path, os.W_OK):
            raise BadOutput(
                f"it is of version {version}, and must be written to be brought up to date",
                where=self._where,
                remedy="Open it once where you may write it.",
            )
        connection.execute(f"PRAGMA page_size = {schema.PAGE}")
        connection.execute("PRAGMA journal_mode = WAL")
        with self._preparing() as held:
            if schema.application_of(held) == schema.APPLICATION:
                schema.migrate(held)
                return
            schema.create(held)
            values = {
                "settings": json.dumps(asdict(settings or DEFAULTS)),
                "scheme": SCHEME,
                "keep_text": int(keep_text is not False),
                "generation": 0,
                "next_text": 1,
                "next_story": 1,
                "texts": 0,
                "words": 0,
                "bytes": 0,
                "mixed": 0,
                "bits": 18,
            }
            held.executemany("INSERT INTO meta (name, value) VALUES (?, ?)", values.items())

    def _check_version(self, version: int) -> None:
        if version > schema.VERSION:
            raise BadInput(
                f"it is of version {version}, and this dedup knows up to {schema.VERSION}",
                where=self._where,
                remedy="Update dedup.",
            )

    def _adopt(
        self, meta: dict[str, Any], settings: Settings | None, keep_text: bool | None
    ) -> None:
        """Take the settings of the file, or refuse others."""
        if meta.get("scheme") != SCHEME:
            raise BadInput(
                f"its signatures are of scheme {meta.get('scheme')!r}, not {SCHEME!r}",
                where=self._where,
                remedy="Update dedup.",
            )
        try:
            held = Settings(**json.loads(meta["settings"]))
        except (TypeError, ValueError, KeyError, DedupError) as error:
            raise BadInput(
                f"its settings cannot be read ({error})", where=self._where, remedy=_REBUILD
            ) from error
        mine, its = asdict(settings or held), asdict(held)
        for name in mine:
            if name not in NO_RESULT and mine[name] != its[name]:
                raise BadSetting(
                    f"it was made with {name} {its[name]:g}, not {mine[name]:g}",
                    where=self._where,
                    remedy="Open it with its own settings, or build another index.",
                )
        self.keep_text = bool(meta["keep_text"])
        if keep_text is not None and keep_text != self.keep_text:
            raise BadSetting(
                f"it was made {'with' if self.keep_text else 'without'} its texts",
                where=self._where,
                remedy="Open it as it is, or build another index.",
            )
        self.settings = settings or held

    def connection(self) -> sqlite3.Connection:
        """This thread's connection.

        Raises:
            BadInput: the index is closed.
        """
        if self._closed:
            raise BadInput("the index is closed", where=self._where, remedy="Open it again.")
        if os.getpid() != self._pid:  # a child must not even close what its parent opened
            self._abandoned = (self._open, self._local)
            self._open, self._local = [], threading.local()
            self._writing = threading.Lock()
            self._pid = os.getpid()
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = self._connect()
            self._local.connection = held
            self._open.append(held)
        return held

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=self.wait, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -8000")
        connection.execute(f"PRAGMA journal_size_limit = {64 << 20}")
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A snapshot: what is read within it belongs to one moment.

        Raises:
            BadInput: another process has made a newer version of the file.
        """
        with self._sentences():
            connection = self.connection()
            if connection.in_transaction:  # within another one, or within a write
                yield connection
                return
            connection.execute("BEGIN")
            try:
                self._check_version(schema.version_of(connection))
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The right to write; committed, and on the disk, when it ends without an exception.

        Raises:
            Busy: another process or thread has it.
            BadInput: another process has made a newer version of the file.
            BadOutput: the disk is full, or closed to writing.
        """
        with self._preparing() as connection:
            self._check_version(schema.version_of(connection))
            yield connection

    @contextmanager
    def _preparing(self) -> Iterator[sqlite3.Connection]:
        """The same, whatever version the file is of."""
        with self._sentences():
            connection = self.connection()
            if not self._writing.acquire(timeout=self.wait):
                raise self._busy()
            try:
                self._begin(connection)
                try:
                    yield connection
                    connection.execute("COMMIT")
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    self._say_who(b"")
            finally:
                self._writing.release()

    def _begin(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise self._busy() from None
            raise
        who = {
            "process": os.getpid(),
            "host": platform.node(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._say_who(json.dumps(who).encode())

    @property
    def _beside(self) -> Path:
        return self.path.with_name(self.path.name + "-writer")

    def _say_who(self, who: bytes) -> None:
        """Note who writes; it is a courtesy, so that no fault in it matters."""
        with suppress(OSError):
            self._beside.write_bytes(who)

    def _busy(self) -> Busy:
        try:
            held = json.loads(self._beside.read_bytes())
            who = f"process {held['process']} on {held['host']} has written since {held['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            who = "another process writes"
        return Busy(
            f"{who}; waited {self.wait:g} seconds for it",
            where=self._where,
            remedy="Try again, or wait longer.",
        )

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """What SQLite says, as one of our sentences."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def _fault(self, error: sqlite3.Error) -> DedupError:
        said = str(error)
        if "full" in said:
            return BadOutput(
                "the disk is full", where=self._where, remedy="Make room; what was there is safe."
            )
        if "readonly" in said or "unable to open" in said:
            return BadOutput(
                f"it cannot be written ({said})",
                where=self._where,
                remedy="Check the permissions of the file and of its folder.",
            )
        if "locked" in said or "busy" in said:
            return self._busy()
        if "not a database" in said or "malformed" in said or "no such table" in said:
            return BadInput(f"it is damaged ({said})", where=self._where, remedy=_REBUILD)
        return BadOutput(f"it cannot be used ({said})", where=self._where, remedy="Check the disk.")

    def vacuum(self) -> None:
        """Give room that is free back to the disk.

        Raises:
            Busy: another process uses the file.
            BadOutput: there is no room for a copy of the file beside it.
        """
        with self._sentences():
            connection = self.connection()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection; once more does no harm."""
        if self._closed:
            return
        self._closed = True
        if os.getpid() != self._pid:
            return
        for connection in self._open:
            connection.close()
        with suppress(OSError):
            if not self._beside.read_bytes():
                self._beside.unlink()

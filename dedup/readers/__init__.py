"""Files and tables into a corpus.

    read         files, folders, patterns, standard input
    read_table   Arrow tables and data frames

There is one module a format; a file's suffix says which. Nothing that stands inside a corpus is
ever followed: a path or address in a record is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from dedup.errors import BadInput
from dedup.memory import forget_touched
from dedup.readers import contents, delimited, encodings, jsonl, parquet, tables, text
from dedup.readers import fields as naming
from dedup.readers.faults import Faults, Origin
from dedup.readers.paths import File, files
from dedup.readers.records import Read
from dedup.scratch import Scratch
from dedup.stories import Batch, Corpus, corpus_of

__all__ = ["SUFFIXES", "read", "read_table"]

# Formats that are text, with many stories a file; .txt has one, and .parquet is read in place.
_OF_MANY: dict[str, Callable[..., Read]] = {
    ".jsonl": jsonl.stories,
    ".ndjson": jsonl.stories,
    ".csv": partial(delimited.stories, delimiters=",;\t|"),
    ".tsv": partial(delimited.stories, delimiters="\t"),
}
_OF_LINES = (".jsonl", ".ndjson")
SUFFIXES = (".txt", *_OF_MANY, ".parquet")


def read(
    paths: Iterable[str | Path] | Path,
    *,
    fields: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    skip_bad: bool = False,
    scratch: Scratch | None = None,
) -> Corpus:
    """Read every story the paths lead to.

    Args:
        paths: files, folders, patterns such as "2022/*.txt", or "-": JSON Lines on standard input.
        fields: the field of each part of a story, where its name is not a usual one.
        encoding: of all files but Parquet, which says its own.
        skip_bad: leave out what cannot be read and note it in the corpus.
        scratch: where the texts stand, in memory unless they are large.

    Raises:
        BadInput: something cannot be read, unless it is skipped; two stories have one id.
        BadSetting: there is no such encoding, or no such part of a story.
    """
    named = dict(fields or {})
    naming.check(named)
    encodings.check(encoding)
    faults = Faults(skip_bad)
    texts: list[File] = []
    batches: list[Batch] = []
    used = _Used()
    scratch = scratch or Scratch()
    found = files(paths, suffixes=SUFFIXES, faults=faults)
    size = _size(found)
    if size is not None:
        scratch.expect(size)
    for file in found:
        if file.suffix == ".txt":
            texts.append(file)
            continue
        try:
            stories = _read(file, scratch, named=named, encoding=encoding, faults=faults)
        except BadInput as fault:
            faults.take(fault)
            continue
        batches.append(Batch(stories.table, file.origin.where))
        used.note(file.origin, stories.fields)
    if texts:
        table = text.stories(texts, encoding=encoding, faults=faults).table
        batches.append(Batch(table, "text files"))
    _give_back()
    return corpus_of(
        batches, scratch=scratch, skip_bad=skip_bad, skipped=faults.skipped, fields=used.fields
    )


def read_table(
    table: object,
    *,
    fields: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    origin: str = "table",
) -> Corpus:
    """Read the rows of an Arrow table or reader, or of any frame that gives an Arrow stream.

    Args:
        origin: what faults call the table, and what names stories without an id.

    Raises:
        BadInput: it is no table; a row is no story, unless it is skipped; two have one id.
        BadSetting: `fields` names no part of a story.
    """
    named = dict(fields or {})
    naming.check(named)
    faults = Faults(skip_bad)
    place = Origin(origin, origin)
    arrow = tables.arrow(table, origin=place)
    found = tables.stories(arrow, named=named, origin=place, faults=faults)
    return corpus_of(
        [Batch(found.table, origin)],
        skip_bad=skip_bad,
        skipped=faults.skipped,
        fields={origin: found.fields},
    )


def _read(
    file: File, scratch: Scratch, *, named: Mapping[str, str], encoding: str, faults: Faults
) -> Read:
    if file.suffix == ".parquet":
        return parquet.stories(file, named=named, faults=faults)
    in_place = None if file.packing or not encodings.names_utf8(encoding) else file.path
    if in_place and file.suffix in _OF_LINES:
        found = jsonl.from_file(in_place, scratch, named=named, origin=file.origin)
        if found:
            return found
    content = encodings.utf8(contents.content(file), encoding=encoding, where=file.origin.where)
    stories = _OF_MANY[file.suffix]
    return stories(content, named=named, origin=file.origin, faults=faults)


def _size(found: list[File]) -> int | None:
    """The bytes of all files, or nothing where that says little of their text or cannot be told."""
    told = [file for file in found if not file.packing and file.suffix != ".parquet"]
    plain = [file.path for file in told if file.path]
    try:
        return sum(path.stat().st_size for path in plain) if len(plain) == len(found) else None
    except OSError:
        return None


def _give_back() -> None:
    """Return what parsing took to the system: the parser would keep it for more of the kind."""
    import pyarrow as pa

    forget_touched()
    pa.default_memory_pool().release_unused()


class _Used:
    """Which field served as what, once for all files that agree."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[str, str]] = {}
        self._noted: set[tuple[tuple[str, str], ...]] = set()

    def note(self, origin: Origin, fields: dict[str, str]) -> None:
        """Keep the first origin of each choice of fields; an empty file chooses none."""
        choice = tuple(fields.items())
        if choice and choice not in self._noted:
            self._noted.add(choice)
            name = origin.where if origin.name in self.fields else origin.name
            self.fields[name] = fields

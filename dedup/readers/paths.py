"""Which files are meant: names, folders, patterns and standard input.

What is found depends on the set of paths, never on their order, and no file is read twice. In a
folder, what is hidden or has an unknown suffix is passed over; links are followed, once.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dedup.errors import BadInput
from dedup.readers.contents import PACKINGS
from dedup.readers.faults import Faults, Origin, printable, reason

_STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class File:
    """A file to read.

    path: None for standard input.
    name: below the folder it was found in, without the suffixes that were understood.
    suffix: its format, in lower case: ".jsonl".
    packing: ".gz", ".zst" or "".
    """

    path: Path | None
    name: str
    suffix: str
    packing: str
    origin: Origin


def files(
    paths: Iterable[str | Path] | Path, *, suffixes: Collection[str], faults: Faults
) -> list[File]:
    """Find the files, in the order of their paths.

    Args:
        suffixes: those with a reader.

    Raises:
        BadInput: a path names nothing that can be read.
    """
    finder = _Finder(suffixes, faults)
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    wanted = sorted({_as_text(path) for path in given})
    if not wanted:
        raise BadInput("no path was given", remedy="Name a file, a folder, a pattern or -.")
    found: dict[str, File] = {}
    linked: dict[str, File] = {}
    for text in wanted:
        for file in finder.find(text):
            real = os.path.realpath(file.path) if file.path else _STANDARD_INPUT
            once = linked if file.path and file.path.is_symlink() else found
            once.setdefault(real, file)
    return sorted((linked | found).values(), key=lambda file: (file.origin.where, file.name))


def _as_text(path: object) -> str:
    if not isinstance(path, str | os.PathLike):
        raise BadInput(
            f"{type(path).__name__} is not a path", remedy="Pass each path as str or Path."
        )
    return os.fsdecode(path)


class _Finder:
    """Turns one path after the other into files."""

    def __init__(self, suffixes: Collection[str], faults: Faults) -> None:
        self.suffixes = suffixes
        self.faults = faults
        self.remedy = (
            f"Stories are read from {', '.join(suffixes)}, each also with {' or '.join(PACKINGS)}."
        )

    def find(self, text: str) -> list[File]:
        """The files a path names; none if it is at fault and faults are skipped."""
        path = Path(text)
        try:
            if text == _STANDARD_INPUT:
                name = "standard input"
                return [File(None, name, ".jsonl", "", Origin(name, name))]
            if path.is_dir():
                return self._in_folder(path)
            if path.exists() or path.is_symlink():
                return [self._named(path)]
            if _is_pattern(text):
                return self._matching(path)
            raise BadInput("there is no such file", where=printable(text), remedy="Check its name.")
        except BadInput as fault:
            self.faults.take(fault)
        except OSError as error:
            self.faults.take(self._unreadable(path, error))
        return []

    def _named(self, path: Path) -> File:
        file = self._file(path, path.parent)
        if file is None:
            raise BadInput(
                "its name ends in no known suffix", where=_where(path), remedy=self.remedy
            )
        return file

    def _in_folder(self, folder: Path) -> list[File]:
        found = [self._file(path, folder) for path in self._below(folder)]
        return self._some(found, "the folder holds no file that can be read", folder)

    def _matching(self, pattern: Path) -> list[File]:
        parts = pattern.parts
        fixed = next(i for i, part in enumerate(parts) if _is_pattern(part))
        root = Path(*parts[:fixed])
        try:
            matches = sorted(root.glob(str(Path(*parts[fixed:]))))
        except (ValueError, NotImplementedError) as error:
            raise BadInput(
                f"it is no pattern ({reason(error)})",
                where=_where(pattern),
                remedy="Use * within a name and ** alone between slashes.",
            ) from None
        found: list[File | None] = []
        for match in matches:
            if not _is_hidden(match, root):
                within = self._below(match) if match.is_dir() else [match]
                found += [self._file(path, root) for path in within]
        return self._some(found, "the pattern matches no file that can be read", pattern)

    def _some(self, found: list[File | None], fault: str, path: Path) -> list[File]:
        files = [file for file in found if file is not None]
        if not files:
            raise BadInput(fault, where=_where(path), remedy=self.remedy)
        return files

    def _below(self, folder: Path) -> Iterator[Path]:
        """The files below a folder; linked folders come last, and each folder once."""
        pending, linked = [folder], list[Path]()
        seen = set[str]()
        while pending or linked:
            here = pending.pop() if pending else linked.pop()
            real = os.path.realpath(here)
            if real in seen:
                continue
            seen.add(real)
            try:
                inside = sorted(here.iterdir(), reverse=True)
            except OSError as error:
                self.faults.take(self._unreadable(here, error))
                continue
            for path in inside:
                if path.name.startswith("."):
                    continue
                if path.is_dir():
                    (linked if path.is_symlink() else pending).append(path)
                elif path.is_file() or not path.exists():
                    yield path

    def _file(self, path: Path, folder: Path) -> File | None:
        """The file of a path, named from a folder; None if no reader knows its suffix."""
        name = path.relative_to(folder).as_posix()
        stem, packing = name, ""
        if Path(stem).suffix.lower() in PACKINGS:
            packing = Path(stem).suffix.lower()
            stem = stem[: -len(packing)]
        suffix = Path(stem).suffix.lower()
        if suffix not in self.suffixes:
            return None
        origin = Origin(_storable(name), _where(path))
        return File(path, _storable(stem[: -len(suffix)]), suffix, packing, origin)

    def _unreadable(self, path: Path, error: OSError) -> BadInput:
        return BadInput(
            f"it cannot be read ({reason(error)})",
            where=_where(path),
            remedy="Check that it is there and that you may read it.",
        )


def _is_pattern(text: str) -> bool:
    return any(mark in text for mark in "*?[")


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _where(path: Path) -> str:
    return printable(str(path))


def _storable(name: str) -> str:
    """A name as UTF-8: file systems also hold names that are not."""
    return name.encode("utf-8", "backslashreplace").decode()

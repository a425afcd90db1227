"""Files that appear whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from glob import glob
from pathlib import Path
from typing import BinaryIO

from dedup.errors import BadOutput

Fill = Callable[[BinaryIO], None]
"""What writes the content of a file that is open."""


def write_aside(fills: Mapping[Path, Fill]) -> None:
    """Let each `fill` write a new file, and put them at their paths only when all are complete.

    A link is followed; a pipe or a device is written to directly.

    Raises:
        BadOutput: one cannot be written; what stood at each path before still does.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, fill in fills.items():
            place = path.resolve()
            try:
                if place.exists() and not place.is_file():  # it takes the content as it comes
                    with place.open("wb") as file:
                        fill(file)
                else:
                    _fill_beside(place, fill, waiting)
            except OSError as error:
                raise _refused(place, error) from error
        for aside, place in waiting:
            try:
                aside.replace(place)
            except OSError as error:
                raise _refused(place, error) from error
    finally:
        for aside, _ in waiting:
            aside.unlink(missing_ok=True)


def _fill_beside(place: Path, fill: Fill, waiting: list[tuple[Path, Path]]) -> None:
    """Write what is to go to a place into a file beside it that waits for the others."""
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    waiting.append((Path(name), place))
    with os.fdopen(handle, "wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(mode)


def ready(path: Path) -> None:
    """Refuse now a file that could not be written after the long work.

    Raises:
        BadOutput: its folder is missing or closed to writing, or it is a folder itself.
    """
    path = path.resolve()
    if path.is_dir():
        raise BadOutput("this is a folder", where=str(path), remedy="Name a file.")
    if not path.parent.is_dir():
        raise BadOutput(
            "its folder does not exist", where=str(path), remedy=f"Create {path.parent} first."
        )
    if not os.access(path.parent, os.W_OK):
        raise BadOutput(
            "its folder cannot be written to", where=str(path), remedy="Choose another place."
        )


def apart(outputs: Iterable[Path], inputs: Iterable[str]) -> None:
    """Refuse outputs that would replace what is read, or be read the next time.

    Raises:
        BadOutput: an output is an input, or is a folder of tables that lies in one.
    """
    named = (name for given in inputs for name in glob(given, recursive=True) or [given])
    read = [Path(name).resolve() for name in named if name != "-"]
    for output in outputs:
        place = output.resolve()
        for path in read:
            if place == path or (path.is_dir() and not place.suffix and place.is_relative_to(path)):
                what = f"stories are read from {path}"
                raise BadOutput(what, where=str(output), remedy="Choose another place.")


def folder(path: Path) -> Path:
    """The folder, made if it is missing.

    Raises:
        BadOutput: it cannot be made, or is a file.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(path, error) from error
    return path


def is_folder(path: str | Path) -> bool:
    """Whether a place is meant as a folder: it is one, or ends with a slash."""
    return str(path).endswith(("/", os.sep)) or Path(path).is_dir()


def _refused(path: Path, error: OSError) -> BadOutput:
    return BadOutput(
        f"cannot be written ({error.strerror or error})",
        where=str(path),
        remedy="Check the place, its permissions and the room on the disk.",
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

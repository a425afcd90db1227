"""The layout: one direction, documented, no file too long."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

import dedup

ROOT = Path(dedup.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
ORDER = [
    "errors", "settings", "memory", "scratch", "stories", "kernels", "octets", "hashes", "readers",
    "ragged", "sorting", "paragraphs", "seen", "folding", "tokens", "vocabulary", "shingles",
    "screen", "minhash", "buckets", "lsh", "sketch", "strings", "repeated", "passages", "texts",
    "sides", "tiling", "facts", "compare", "terms", "rare", "background", "weigh", "weights",
    "kinds", "features", "overlap", "pairs", "furniture", "compared", "gathered", "matches",
    "match", "added", "sentences", "blocks", "similarity", "evidence", "families", "wordings",
    "occurrences", "alike", "intake", "candidates", "characters", "warm", "report", "listing",
    "pipeline", "beside", "index", "evaluation", "__init__", "cli", "__main__",
]  # fmt: skip
"""Files of the package; a folder is one unit."""

every_file = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix()
)


def unit(path: Path) -> str:
    """The file or folder of the package that this file is, or is in."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The units of the package that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            package, *rest = name.split(".")
            if package == "dedup":
                yield rest[0] if rest and rest[0] in ORDER else "__init__"


def public(path: Path) -> Iterator[ast.AST]:
    """The public functions and classes of a file, and public methods."""
    nodes = ast.parse(path.read_text()).body
    inner = [node.body for node in nodes if isinstance(node, ast.ClassDef)]
    for node in itertools.chain(nodes, *inner):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def test_the_order_names_every_file():
    assert sorted(ORDER) == sorted({unit(path) for path in FILES})


@every_file
def test_a_file_imports_only_earlier_files(path):
    """Wherever in it, and for types too."""
    own = ORDER.index(unit(path))

    later = [name for name in imported(path) if ORDER.index(name) > own]

    assert not later


@pytest.mark.parametrize(
    "folder",
    ["readers", "report", "report/page", "listing", "beside", "index", "evaluation", "cli"],
)
def test_the_files_of_a_folder_do_not_import_in_circles(folder):
    waiting = {path.stem: _siblings(path) for path in sorted((ROOT / folder).glob("*.py"))}

    while free := [name for name, needs in waiting.items() if not needs & set(waiting) - {name}]:
        for name in free:
            del waiting[name]

    assert not waiting


def _siblings(path: Path) -> set[str]:
    """The files of its own folder that a file imports when it is itself imported."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        own = ".".join(path.relative_to(ROOT.parent).parts[:-1])
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{own}."):
            rest = node.module.removeprefix(own).strip(".").split(".") if node.module != own else []
            found |= set(rest[:1]) or {alias.name for alias in node.names}
    return found


@every_file
def test_a_file_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text()))


@every_file
def test_what_is_public_is_documented(path):
    assert [node.name for node in public(path) if not ast.get_docstring(node)] == []


@every_file
def test_no_file_is_longer_than_400_lines(path):
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("name", dedup.__all__)
def test_what_the_package_promises_is_there(name):
    assert getattr(dedup, name) is not None


def test_what_the_package_does_not_have_is_refused():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = dedup.nothing

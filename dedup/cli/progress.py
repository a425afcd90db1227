"""What is told on stderr while the work takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from dedup.pipeline import Progress


@contextmanager
def progress(*, comparing: bool = True) -> Iterator[Progress]:
    """A bar, and a word on the first run after an install.

    comparing: the kernels of a whole report are needed; a second process compiles some of them.
    """
    with _bar() as bar, _first_run(bar, comparing) as told:
        yield told


@contextmanager
def _first_run(bar: Progress, comparing: bool) -> Iterator[Progress]:
    """Tell of the first run after an install, and let a second process compile for it too."""
    from dedup.kernels import on_compile
    from dedup.warm import start

    waits: list[Callable[[], None]] = []

    def compiling() -> None:
        typer.echo("dedup: compiling kernels, each once after install …", err=True)
        if comparing:
            waits.append(start())

    def progress(step: str, share: float) -> None:
        bar(step, share)
        if step == "matches" and waits:
            waits.pop()()

    with on_compile(compiling):
        yield progress


@contextmanager
def _bar() -> Iterator[Progress]:
    """A bar on stderr while the work takes long, on a terminal only."""
    if not sys.stderr.isatty():
        yield _no_bar
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


def _no_bar(step: str, share: float) -> None:
    pass

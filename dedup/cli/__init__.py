"""The command: options in, one library call, a report out. One file a command."""

from __future__ import annotations

import gc
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from dedup import __version__
from dedup.cli.compare import compare
from dedup.cli.evaluate import evaluate
from dedup.cli.index import app as index
from dedup.cli.pairs import pairs
from dedup.cli.plain import Command, Group
from dedup.cli.scan import scan

app = typer.Typer(
    cls=Group,
    name="dedup",
    help="Finds recycled paragraphs in news: which, from where, how changed, and what is new.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for _command in (scan, compare, pairs, evaluate):
    app.command(cls=Command)(_command)
app.add_typer(index)


def main() -> None:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):  # whatever their encoding, no character is a fault
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    gc.disable()  # one job, next to no cycles: collecting would take a tenth of a short run
    # numba would import this BLAS, which no kernel uses: a tenth of a second.
    sys.modules.setdefault("scipy.linalg.cython_blas", None)  # type: ignore[arg-type]
    sys.meta_path.insert(0, _WithoutPandas())
    try:
        app()
    finally:
        gc.freeze()  # nor at the end: looking at all that numba holds takes a tenth of a second


class _WithoutPandas:
    """Arrow would import pandas to see that it is given none of its frames: two tenths."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        """Refuse pandas, and leave all else to the finders after this one."""
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dedup {__version__}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass

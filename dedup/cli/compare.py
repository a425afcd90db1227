"""`dedup compare`: two stories side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.faults import one_sentence
from dedup.cli.options import Chosen, on_a_corpus
from dedup.cli.progress import progress

_STORY = "A file with one story, or FILE#ID."


@on_a_corpus
def compare(
    left: Annotated[str, typer.Argument(metavar="A", help=_STORY, show_default=False)],
    right: Annotated[str, typer.Argument(metavar="B", help=_STORY, show_default=False)],
    html: Annotated[
        Path | None, typer.Option(help="Write a page with the two side by side.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing.")] = False,
    *,
    chosen: Chosen,
) -> None:
    """Show the passages that two stories share, and how they were changed."""
    with one_sentence():
        from dedup.beside import side_by_side
        from dedup.beside.terminal import show
        from dedup.report import files

        settings = chosen.settings
        if html:
            files.apart([html], [left.split("#")[0], right.split("#")[0]])
            files.ready(html)
        with progress():
            found = side_by_side(
                left,
                right,
                settings,
                fields=chosen.fields or None,
                encoding=chosen.encoding,
                skip_bad=chosen.skip_bad,
            )
        if html:
            found.to_html(html)
        if not quiet:
            show(found, sys.stdout)
        sys.stdout.flush()

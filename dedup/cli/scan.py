"""`dedup scan`: the report on a corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.corpus import STORIES, scanned
from dedup.cli.faults import one_sentence
from dedup.cli.options import Chosen, on_a_corpus
from dedup.memory import keep_freed, touch_ahead


@on_a_corpus
def scan(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help=STORIES, show_default=False)],
    json: Annotated[
        Path | None, typer.Option(help="Write the whole report as one JSON document; - is stdout.")
    ] = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="Write families, matches, stories … into this folder.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="The same as CSV, for spreadsheets.")] = None,
    html: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|FOLDER/",
            help="Write a page for people; with / at its end, a folder for a corpus of any size.",
        ),
    ] = None,
    families: Annotated[int, typer.Option(min=0, help="Show so many families.")] = 8,
    stories: Annotated[int, typer.Option(min=0, help="Show so many stories.")] = 10,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing.")] = False,
    fail_on_recycled: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="SHARE", help="Exit with 1 if more than this share is recycled."
        ),
    ] = None,
    *,
    chosen: Chosen,
) -> None:
    """Report what is recycled in a corpus: where it was first seen, and what share is new."""
    with one_sentence():
        settings = chosen.settings
        keep_freed()
        touch_ahead(paths, settings.memory)
        from dedup.report import files

        to_stdout = str(json) == "-"
        page = None if html is None or files.is_folder(html) else Path(html)
        site = None if html is None or page else Path(html)
        single = [place for place in (None if to_stdout else json, page) if place]
        folders = [place for place in (jsonl, csv, site) if place]
        files.apart([*single, *folders], paths)
        for place in single:
            files.ready(place)
        for place in folders:
            files.folder(place)
        report = scanned(paths, settings, chosen)
        report.write(json=None if to_stdout else json, jsonl=jsonl, csv=csv)
        if html is not None:
            report.to_html(html)
        if to_stdout:
            from dedup.report.as_json import dump

            dump(report, sys.stdout.buffer)
        elif not quiet:
            from dedup.report.terminal import show

            show(report, sys.stdout, families=families, stories=stories)
        sys.stdout.flush()
        if fail_on_recycled is not None and report.summary.recycled > fail_on_recycled:
            share = report.summary.recycled
            typer.echo(
                f"dedup: {share:.1%} is recycled, more than {fail_on_recycled:.1%}.", err=True
            )
            raise typer.Exit(1)

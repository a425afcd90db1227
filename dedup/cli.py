"""The command: options in, one library call, a report out."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup import __version__
from dedup.errors import DedupError
from dedup.settings import DEFAULTS, Settings

if TYPE_CHECKING:
    from dedup.pipeline import Progress
    from dedup.report import Report

app = typer.Typer(
    name="dedup",
    help="Finds recycled paragraphs in news: which, from where, how changed, and what is new.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_TUNING = "What counts as recycled"
_FIELDS = "Which field is which"
_INTERRUPTED = 130


def main() -> None:
    """Run the command."""
    gc.disable()  # one job, next to no cycles: collecting would take a tenth of a short run
    app()


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Whatever goes wrong is one sentence on stderr, never a traceback."""
    try:
        yield
    except DedupError as error:
        typer.echo(f"dedup: {error}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("dedup: interrupted. No file was changed.", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    except BrokenPipeError:  # the reader of stdout has gone, as in `dedup … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(
            f"dedup: {where}{error.strerror or error}. Check the disk and its permissions.",
            err=True,
        )
        raise typer.Exit(2) from None
    except MemoryError:
        typer.echo("dedup: the corpus does not fit into memory. Scan it in parts.", err=True)
        raise typer.Exit(2) from None


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


@app.command()
def scan(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH…",
            help="Files, folders or globs of stories: .txt, .jsonl, .csv, .parquet, each also .gz"
            " or .zst; - is JSON Lines from standard input.",
            show_default=False,
        ),
    ],
    json: Annotated[
        Path | None, typer.Option(help="Write the whole report as one JSON document; - is stdout.")
    ] = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="Write families, matches, stories … into this folder.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="The same as CSV, for spreadsheets.")] = None,
    families: Annotated[int, typer.Option(min=0, help="Show so many families.")] = 8,
    stories: Annotated[int, typer.Option(min=0, help="Show so many stories.")] = 10,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing.")] = False,
    fail_on_recycled: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="SHARE", help="Exit with 1 if more than this share is recycled."
        ),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what cannot be read, and say so.")
    ] = False,
    encoding: Annotated[str, typer.Option(help="Of text files, JSON Lines and CSV.")] = "utf-8",
    id_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    text_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    headline_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    published_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    source_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    version_field: Annotated[str | None, typer.Option(rich_help_panel=_FIELDS)] = None,
    min_words: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Shorter paragraphs are furniture.")
    ] = DEFAULTS.min_words,
    shingle: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Words a shingle.")
    ] = DEFAULTS.shingle,
    containment: Annotated[
        float,
        typer.Option(
            rich_help_panel=_TUNING, help="Least share of the shorter paragraph that is a copy."
        ),
    ] = DEFAULTS.containment,
    partial_words: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Least words of a copied clause.")
    ] = DEFAULTS.partial_words,
    story_threshold: Annotated[
        float,
        typer.Option(
            rich_help_panel=_TUNING, help="Share in common that makes stories near-duplicates."
        ),
    ] = DEFAULTS.story_threshold,
    threshold: Annotated[
        float,
        typer.Option(rich_help_panel=_TUNING, help="Jaccard similarity that the LSH is built for."),
    ] = DEFAULTS.threshold,
    recall: Annotated[
        float,
        typer.Option(
            rich_help_panel=_TUNING, help="Share of the pairs at the threshold it must find."
        ),
    ] = DEFAULTS.recall,
    passage: Annotated[
        int,
        typer.Option(
            rich_help_panel=_TUNING, help="Words in a row that make two paragraphs candidates."
        ),
    ] = DEFAULTS.passage,
    bucket: Annotated[
        int,
        typer.Option(
            rich_help_panel=_TUNING, help="Candidates compared each with each; more, with one."
        ),
    ] = DEFAULTS.bucket,
    permutations: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Slots of a MinHash signature.")
    ] = DEFAULTS.permutations,
    seed: Annotated[
        int, typer.Option(rich_help_panel=_TUNING, help="Of the permutations.")
    ] = DEFAULTS.seed,
    threads: Annotated[int, typer.Option(help="Threads; 0 is one a core.")] = DEFAULTS.threads,
) -> None:
    """Report what is recycled in a corpus: where it was first seen, and what share is new."""
    given = locals()
    with _one_sentence():
        # numba would import this BLAS, which no kernel uses: a tenth of a second.
        sys.modules.setdefault("scipy.linalg.cython_blas", None)  # type: ignore[arg-type]
        from dedup.pipeline import scan as scan_corpus
        from dedup.report import files

        settings = Settings(**{f.name: given[f.name] for f in fields(Settings)})
        chosen = {
            name: given[f"{name}_field"]
            for name in ("id", "text", "headline", "published", "source", "version")
            if given[f"{name}_field"]
        }
        to_stdout = str(json) == "-"
        if json and not to_stdout:
            files.ready(json)
        for place in filter(None, (jsonl, csv)):
            files.folder(place)
        with _bar() as bar, _first_run(bar) as progress:
            report = scan_corpus(
                paths,
                settings,
                fields=chosen or None,
                encoding=encoding,
                skip_bad=skip_bad,
                progress=progress,
            )
        _write(report, None if to_stdout else json, jsonl, csv)
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


def _write(report: Report, json: Path | None, jsonl: Path | None, csv: Path | None) -> None:
    if json:
        report.to_json(json)
    if jsonl:
        report.to_jsonl(jsonl)
    if csv:
        report.to_csv(csv)


@contextmanager
def _first_run(bar: Progress) -> Iterator[Progress]:
    """Tell of the first run after an install, and let a second process compile for it too."""
    from dedup.kernels import on_compile
    from dedup.warm import start

    waits: list[Callable[[], None]] = []

    def compiling() -> None:
        typer.echo("dedup: compiling its kernels, once after install …", err=True)
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

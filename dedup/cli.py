"""The command: options in, one library call, a report out."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup import __version__
from dedup.errors import DedupError
from dedup.options import Chosen, on_a_corpus

if TYPE_CHECKING:
    from dedup.pipeline import Progress
    from dedup.report import Report
    from dedup.settings import Settings

app = typer.Typer(
    name="dedup",
    help="Finds recycled paragraphs in news: which, from where, how changed, and what is new.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_STORIES = (
    "Files, folders or globs of stories: .txt, .jsonl, .csv, .parquet, each also .gz or .zst;"
    " - is JSON Lines from standard input."
)
_INTERRUPTED = 130


def main() -> None:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):  # whatever their encoding, no character is a fault
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    gc.disable()  # one job, next to no cycles: collecting would take a tenth of a short run
    # numba would import this BLAS, which no kernel uses: a tenth of a second.
    sys.modules.setdefault("scipy.linalg.cython_blas", None)  # type: ignore[arg-type]
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
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:
        typer.echo(
            f"dedup: this should not have happened ({type(error).__name__}: {error})."
            " Please report it with the command.",
            err=True,
        )
        raise typer.Exit(2) from error


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
@on_a_corpus
def scan(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help=_STORIES, show_default=False)],
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
    *,
    chosen: Chosen,
) -> None:
    """Report what is recycled in a corpus: where it was first seen, and what share is new."""
    with _one_sentence():
        from dedup.report import files

        settings = chosen.settings
        to_stdout = str(json) == "-"
        written = [place for place in (None if to_stdout else json, jsonl, csv) if place]
        files.apart(written, paths)
        if json and not to_stdout:
            files.ready(json)
        for place in filter(None, (jsonl, csv)):
            files.folder(place)
        report = _scanned(paths, settings, chosen)
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


@app.command()
@on_a_corpus
def evaluate(
    corpus: Annotated[
        list[str], typer.Argument(metavar="CORPUS…", help=_STORIES, show_default=False)
    ],
    labels: Annotated[
        Path,
        typer.Argument(help="Labelled pairs of passages, as JSON Lines.", show_default=False),
    ],
    strata: Annotated[
        Path | None,
        typer.Option(help="How many pairs each stratum of the labels stands for, as JSON."),
    ] = None,
    errors: Annotated[int, typer.Option(min=0, help="Show so many errors.")] = 10,
    curve: Annotated[
        bool, typer.Option("--curve", help="Show the figures at other values of --containment.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option(help="Write it all as one JSON document; - is stdout.")
    ] = None,
    *,
    chosen: Chosen,
) -> None:
    """Say how right a report is on pairs of passages that people have labelled."""
    with _one_sentence():
        from dedup.evaluation import evaluate as evaluate_report
        from dedup.evaluation.labels import read_labels
        from dedup.report import files

        settings = chosen.settings
        to_stdout = str(json) == "-"
        files.apart([json] if json and not to_stdout else [], [*corpus, str(labels)])
        if json and not to_stdout:
            files.ready(json)
        pairs = read_labels(labels, strata=strata)
        found = evaluate_report(_scanned(corpus, settings, chosen), pairs)
        if to_stdout:
            from dedup.evaluation.as_json import dump

            dump(found, sys.stdout.buffer)
        else:
            from dedup.evaluation.terminal import show

            if json:
                found.to_json(json)
            show(found, sys.stdout, errors=errors, curve=curve)
        sys.stdout.flush()


def _scanned(paths: list[str], settings: Settings, chosen: Chosen) -> Report:
    """The report on a corpus, with a bar while it is made."""
    from dedup.pipeline import scan as scan_corpus

    with _bar() as bar, _first_run(bar) as progress:
        return scan_corpus(
            paths,
            settings,
            fields=chosen.fields or None,
            encoding=chosen.encoding,
            skip_bad=chosen.skip_bad,
            progress=progress,
        )


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

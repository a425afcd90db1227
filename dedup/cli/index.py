"""`dedup index`: a durable memory of stories, added to and asked by command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dedup.cli.corpus import STORIES
from dedup.cli.faults import UNCHANGED, one_sentence
from dedup.cli.options import Chosen, on_a_corpus
from dedup.cli.plain import Command, Group
from dedup.cli.progress import progress
from dedup.errors import BadInput, BadSetting

if TYPE_CHECKING:
    from dedup.index import Index

app = typer.Typer(
    cls=Group,
    name="index",
    help="Keep stories on disk, and ask what a new one has in common with them.",
    no_args_is_help=True,
)

Database = Annotated[Path, typer.Argument(metavar="DB", help="The index file.", show_default=False)]
Paths = Annotated[list[str], typer.Argument(metavar="PATH…", help=STORIES, show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for another writer.")]
_SO_FAR = "What was done so far stays: look at it with stats, and go on."
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@app.command(cls=Command)
@on_a_corpus
def add(
    db: Database,
    paths: Paths,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="A new index keeps no texts, only what finds them.")
    ] = False,
    wait: Wait = 10.0,
    json: AsJson = False,
    *,
    chosen: Chosen,
) -> None:
    """Put stories in; of a known id the newer version stays."""
    with one_sentence(_SO_FAR), _opened(db, chosen, wait=wait, no_text=no_text) as index:
        with progress() as told:
            given = index.add_many(
                paths,
                fields=chosen.fields or None,
                encoding=chosen.encoding,
                skip_bad=chosen.skip_bad,
                progress=told,
            )
        _say({"added": given, "stories": len(index)}, json)


@app.command(cls=Command)
@on_a_corpus
def check(
    db: Database,
    paths: Paths,
    adding: Annotated[
        bool, typer.Option("--add", help="Put each story in after it was checked.")
    ] = False,
    wait: Wait = 10.0,
    json: AsJson = False,
    *,
    chosen: Chosen,
) -> None:
    """Say of each story what was seen before. With - as PATH, a line of JSON for each line."""
    stopped = _SO_FAR if adding else UNCHANGED
    with one_sentence(stopped), _opened(db, chosen, wait=wait, must_exist=not adding) as index:
        if paths == ["-"]:
            from dedup.index.stream import answers

            for line in answers(
                index, sys.stdin.buffer, fields=chosen.fields, encoding=chosen.encoding,
                adding=adding,
            ):  # fmt: skip
                sys.stdout.buffer.write(line)
                sys.stdout.buffer.flush()
            return
        from dedup.index.terminal import show_verdict
        from dedup.pipeline import corpus_from

        corpus = corpus_from(
            paths, fields=chosen.fields or None, encoding=chosen.encoding, skip_bad=chosen.skip_bad
        )
        for story in corpus.stories():
            verdict = index.check_and_add(story) if adding else index.check(story)
            if json:
                _dump(verdict.to_dict())
            else:
                show_verdict(verdict, story, sys.stdout)


@app.command(cls=Command)
def remove(
    db: Database,
    ids: Annotated[list[str], typer.Argument(metavar="ID…", show_default=False)],
    wait: Wait = 10.0,
    json: AsJson = False,
) -> None:
    """Take stories out, by id."""
    with one_sentence(_SO_FAR), _existing(db, wait) as index:
        for name in ids:
            index.remove(name)
        _say({"removed": len(ids), "stories": len(index)}, json)


@app.command(cls=Command)
def expire(
    db: Database,
    older_than: Annotated[
        str, typer.Option(metavar="AGE", help="As 12h, 30d or 8w.", show_default=False)
    ],
    wait: Wait = 10.0,
    json: AsJson = False,
) -> None:
    """Take out the stories that were published longer ago."""
    with one_sentence(_SO_FAR):
        before = datetime.now(UTC) - _age(older_than)
        with _existing(db, wait) as index:
            gone = index.expire(before=before)
            _say({"expired": gone, "stories": len(index)}, json)


@app.command(cls=Command)
def stats(db: Database, json: AsJson = False) -> None:
    """Show figures on the index."""
    with one_sentence(), _existing(db) as index:
        _say(index.stats().to_dict(), json)


@app.command(cls=Command)
def verify(db: Database, json: AsJson = False) -> None:
    """Look at everything in the index; exits with 1 if something is wrong."""
    with one_sentence(), _existing(db) as index:
        faults = index.verify()
        if json:
            _dump({"faults": list(faults)})
        else:
            for fault in faults:
                typer.echo(fault)
            if not faults:
                typer.echo("All is well.")
        if faults:
            raise typer.Exit(1)


@app.command(cls=Command)
def compact(db: Database, wait: Wait = 10.0, json: AsJson = False) -> None:
    """Give room back that stories left which were taken out."""
    with one_sentence(_SO_FAR), _existing(db, wait) as index:
        before = index.stats().bytes
        index.compact()
        _say({"bytes_before": before, "bytes": index.stats().bytes}, json)


@app.command(cls=Command)
def families(
    db: Database,
    stories: Annotated[int, typer.Option(min=1, help="In so many stories or more.")] = 2,
    most: Annotated[int, typer.Option(min=0, help="Show so many.")] = 20,
    json: AsJson = False,
) -> None:
    """List the widest families; it takes as long as a scan."""
    with one_sentence(), _existing(db) as index:
        from dedup.index.terminal import show_families

        found = index.families(stories=stories)[:most]
        if json:
            for family in found:
                _dump(family)
        else:
            show_families(found, sys.stdout)


@contextmanager
def _opened(
    db: Path, chosen: Chosen, *, wait: float, no_text: bool = False, must_exist: bool = False
) -> Iterator[Index]:
    """The index, made if it is not there; numbers that were given must be its own."""
    from dedup.index import Index
    from dedup.settings import Settings

    if must_exist:
        _must_exist(db)
    settings = chosen.settings
    same = settings == Settings(threads=settings.threads)
    with Index.open(
        db,
        None if same and db.exists() else settings,
        keep_text=False if no_text else None,
        wait=wait,
    ) as index:
        yield index


@contextmanager
def _existing(db: Path, wait: float = 10.0) -> Iterator[Index]:
    from dedup.index import Index

    _must_exist(db)
    with Index.open(db, wait=wait) as index:
        yield index


def _must_exist(db: Path) -> None:
    if not db.exists():
        raise BadInput(
            "there is no such index", where=str(db), remedy="Make one with dedup index add."
        )


def _age(told: str) -> timedelta:
    """A length of time.

    Raises:
        BadSetting: it is none.
    """
    number, unit = told[:-1], told[-1:]
    try:
        if not number.isdecimal() or unit not in _UNITS:
            raise ValueError(told)
        return int(number) * _UNITS[unit]
    except (ValueError, OverflowError):
        raise BadSetting(
            f"{told!r} is no length of time", where="--older-than",
            remedy="Write it as 12h, 30d or 8w.",
        ) from None  # fmt: skip


def _say(figures: dict[str, Any], as_json: bool) -> None:
    """Figures, a line each, or as JSON."""
    if as_json:
        _dump(figures)
        return
    from dedup.index.terminal import show_figures

    show_figures(figures, sys.stdout)


def _dump(value: Any) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_UTC_Z) + b"\n")
    sys.stdout.flush()

"""`dedup pairs`: near-duplicate pairs, as MinHash LSH libraries find them, and exact."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from dedup.cli.corpus import STORIES
from dedup.cli.faults import one_sentence
from dedup.cli.options import Chosen, with_options
from dedup.cli.progress import progress
from dedup.memory import keep_freed, touch_ahead
from dedup.settings import CLASSIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.listing import Listing


class Unit(StrEnum):
    """What is paired."""

    stories = "stories"
    paragraphs = "paragraphs"


@with_options(
    base=CLASSIC,
    without=(
        "passage",
        "word_bucket",
        "containment",
        "partial_words",
        "story_threshold",
        "memory",
    ),
    says={
        "threshold": "Least Jaccard similarity of a pair.",
        "min_words": "Texts of fewer words are near nothing.",
        "recall": "Share of the pairs at the threshold that the search must find.",
    },
)
def pairs(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help=STORIES, show_default=False)],
    unit: Annotated[Unit, typer.Option(help="What is paired.")] = Unit.stories,
    jsonl: Annotated[
        Path | None, typer.Option(help="Write a JSON object a pair into this file; - is stdout.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="The same as CSV, for spreadsheets; - is stdout.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="The same as one JSON document; - is stdout.")
    ] = None,
    show: Annotated[int, typer.Option(min=0, help="Show so many pairs.")] = 10,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing.")] = False,
    *,
    chosen: Chosen,
) -> None:
    """List near-duplicates: all pairs of texts whose runs of words are alike, counted exactly."""
    with one_sentence():
        keep_freed()
        touch_ahead(paths)
        from dedup.errors import BadSetting
        from dedup.listing import files, list_pairs
        from dedup.readers import read
        from dedup.report import files as places

        settings = chosen.settings
        dumps: dict[str, Callable[[Listing, BinaryIO], None]] = {
            "jsonl": files.dump_jsonl,
            "csv": files.dump_csv,
            "json": files.dump_json,
        }
        asked = {"jsonl": jsonl, "csv": csv, "json": json}
        written = {name: path for name, path in asked.items() if path and str(path) != "-"}
        printed = [name for name, path in asked.items() if str(path) == "-"]
        if len(printed) > 1:
            raise BadSetting(
                f"--{printed[0]} and --{printed[1]} are both to go to stdout",
                remedy="Name a file for one of them.",
            )
        places.apart(written.values(), paths)
        for path in written.values():
            places.ready(path)
        with progress(comparing=False) as told:
            told("reading", 0.0)
            corpus = read(
                paths,
                fields=chosen.fields or None,
                encoding=chosen.encoding,
                skip_bad=chosen.skip_bad,
            )
            listing = list_pairs(corpus, settings, unit=unit.value, progress=told)
        places.write_aside({path: partial(dumps[name], listing) for name, path in written.items()})
        if printed:
            dumps[printed[0]](listing, sys.stdout.buffer)
        elif not quiet:
            from dedup.listing.terminal import show as show_on

            show_on(listing, sys.stdout, pairs=show)
        sys.stdout.flush()

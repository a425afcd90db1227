"""`dedup evaluate`: how right a report is on labelled pairs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.corpus import STORIES, scanned
from dedup.cli.faults import one_sentence
from dedup.cli.options import Chosen, on_a_corpus


@on_a_corpus
def evaluate(
    corpus: Annotated[
        list[str], typer.Argument(metavar="CORPUS…", help=STORIES, show_default=False)
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
    with one_sentence():
        from dedup.evaluation import evaluate as evaluate_report
        from dedup.evaluation.labels import read_labels
        from dedup.report import files

        settings = chosen.settings
        to_stdout = str(json) == "-"
        files.apart([json] if json and not to_stdout else [], [*corpus, str(labels)])
        if json and not to_stdout:
            files.ready(json)
        pairs = read_labels(labels, strata=strata)
        found = evaluate_report(scanned(corpus, settings, chosen), pairs)
        if to_stdout:
            from dedup.evaluation.as_json import dump

            dump(found, sys.stdout.buffer)
        else:
            from dedup.evaluation.terminal import show

            if json:
                found.to_json(json)
            show(found, sys.stdout, errors=errors, curve=curve)
        sys.stdout.flush()

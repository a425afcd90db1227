"""A corpus that was named on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.cli.progress import progress

if TYPE_CHECKING:
    from dedup.cli.options import Chosen
    from dedup.report.model import Report
    from dedup.settings import Settings

STORIES = (
    "Files, folders or globs of stories: .txt, .jsonl, .csv, .parquet, each also .gz or .zst;"
    " - is JSON Lines from standard input."
)


def scanned(paths: list[str], settings: Settings, chosen: Chosen) -> Report:
    """The report on a corpus."""
    from dedup.pipeline import scan

    with progress() as told:
        return scan(
            paths,
            settings,
            fields=chosen.fields or None,
            encoding=chosen.encoding,
            skip_bad=chosen.skip_bad,
            progress=told,
        )

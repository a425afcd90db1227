"""What was found: as objects, Arrow tables, JSON, CSV and a page for the terminal."""

from dedup.report.columns import Columns
from dedup.report.model import Report
from dedup.report.values import (
    Family,
    Match,
    NearDuplicate,
    Occurrence,
    Passage,
    PastedRun,
    StoryShare,
    Summary,
)

__all__ = [
    "Columns",
    "Family",
    "Match",
    "NearDuplicate",
    "Occurrence",
    "Passage",
    "PastedRun",
    "Report",
    "StoryShare",
    "Summary",
]

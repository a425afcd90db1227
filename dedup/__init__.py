"""Finds recycled paragraphs in news: which, from where, how changed, and what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.errors import BadInput, BadOutput, BadSetting, Busy, DedupError
from dedup.settings import CLASSIC, DEFAULTS, Settings

if TYPE_CHECKING:
    from dedup.beside import SharedPassage, SideBySide, side_by_side
    from dedup.evaluation import Evaluation, evaluate
    from dedup.index import Index, Verdict
    from dedup.pairs import Pairs, near_duplicates
    from dedup.pipeline import scan
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
    from dedup.stories import Skipped, Story

__version__ = "0.1.0"

_LATER = {
    "scan": "dedup.pipeline",
    "Skipped": "dedup.stories",
    "Story": "dedup.stories",
    **dict.fromkeys(("SharedPassage", "SideBySide", "side_by_side"), "dedup.beside"),
    **dict.fromkeys(("Evaluation", "evaluate"), "dedup.evaluation"),
    **dict.fromkeys(("Index", "Verdict"), "dedup.index"),
    **dict.fromkeys(("Pairs", "near_duplicates"), "dedup.pairs"),
    "Report": "dedup.report.model",
    **dict.fromkeys(
        (
            "Family",
            "Match",
            "NearDuplicate",
            "Occurrence",
            "Passage",
            "PastedRun",
            "StoryShare",
            "Summary",
        ),
        "dedup.report.values",
    ),
}

__all__ = [
    "CLASSIC",
    "DEFAULTS",
    "BadInput",
    "BadOutput",
    "BadSetting",
    "Busy",
    "DedupError",
    "Evaluation",
    "Family",
    "Index",
    "Match",
    "NearDuplicate",
    "Occurrence",
    "Pairs",
    "Passage",
    "PastedRun",
    "Report",
    "Settings",
    "SharedPassage",
    "SideBySide",
    "Skipped",
    "Story",
    "StoryShare",
    "Summary",
    "Verdict",
    "evaluate",
    "near_duplicates",
    "scan",
    "side_by_side",
]


def __getattr__(name: str) -> Any:
    """Import what needs numpy, numba and pyarrow only when it is used."""
    if name not in _LATER:
        raise AttributeError(f"module 'dedup' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)

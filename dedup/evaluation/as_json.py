"""The evaluation as one JSON document; docs/evaluation.md says what each field means."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import BinaryIO

import orjson

from dedup.evaluation.model import Evaluation
from dedup.kinds import KINDS
from dedup.report.files import write_aside

SCHEMA = "dedup-evaluation/1"


def write_json(evaluation: Evaluation, path: Path) -> None:
    """Write the evaluation to `path`."""
    write_aside({path: partial(dump, evaluation)})


def dump(evaluation: Evaluation, file: BinaryIO) -> None:
    """Write the evaluation to an open file."""
    derived = {
        "agreement": evaluation.agreement,
        "templates_recycled": evaluation.templates_recycled,
        "best": asdict(evaluation.best) if evaluation.best else None,
    }
    document = {"schema": SCHEMA, "kinds": KINDS, **asdict(evaluation), **derived}
    document["errors"] = document.pop("errors")  # the longest part last
    file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))

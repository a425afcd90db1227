"""Where the labelled pairs of news paragraphs are.

They are not part of the project: the texts belong to their publishers. Where a folder
`../shared/data` beside the checkout holds them, tests use them.
"""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

"""Two stories side by side: the passages that both carry, each once, and how they were changed."""

from dedup.beside.shared import SharedPassage, SideBySide, side_by_side

__all__ = ["SharedPassage", "SideBySide", "side_by_side"]

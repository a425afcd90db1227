"""How right a report is on pairs of paragraphs that people have read and labelled."""

from dedup.evaluation.model import Evaluation, Mistake, Point, Rates, Side
from dedup.evaluation.steps import evaluate

__all__ = ["Evaluation", "Mistake", "Point", "Rates", "Side", "evaluate"]

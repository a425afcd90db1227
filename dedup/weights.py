"""Weights of the features of a pair, for each kind; benchmarks/fit_kinds.py writes them."""

from __future__ import annotations

import numpy as np

# fmt: off
# columns: none, same, edited, partial, rewritten, template
WEIGHTS = np.array([
    [ -10.234,    5.271,   -4.311,   -1.923,    1.554,    9.643],  # bigrams
    [  -4.211,    6.344,    6.997,    2.062,   -8.637,   -2.555],  # containment
    [   0.191,   -0.034,   -0.032,    0.042,   -0.013,   -0.153],  # longest
    [   5.153,   -2.845,   -8.923,    7.552,    1.590,   -2.528],  # missing
    [  -3.624,    8.162,    2.190,   -3.381,   -1.737,   -1.609],  # weighted_jaccard
    [  -3.254,   -0.378,    0.855,    2.263,    0.864,   -0.349],  # shared_weight
    [   0.100,   -0.012,   -0.009,   -0.068,    0.018,   -0.029],  # shared_names
    [   0.215,   -0.820,    0.308,    0.207,    0.187,   -0.096],  # shared_plain
    [   5.880,   -9.314,   -5.072,   -2.819,   -1.126,   12.452],  # conflict
    [   2.487,   -3.243,    0.295,   -2.442,   -1.916,    4.818],  # worn
    [  -0.388,   -0.375,   -1.612,    2.142,   -1.001,    1.235],  # contested
])
OFFSETS = np.array([11.874, -0.303, -3.202, -10.434, -0.907, 2.971])
# fmt: on

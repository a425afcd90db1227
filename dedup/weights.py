"""Weights of a pair's features for each kind; benchmarks/fit_kinds.py writes them."""

from __future__ import annotations

import numpy as np

# fmt: off
# columns: none, same, edited, partial, rewritten, template
WEIGHTS = np.array([
    [ -10.338,    6.293,   -2.460,   -1.982,    1.116,    7.371],  # bigrams
    [  -5.160,    5.758,    6.606,    2.961,   -8.568,   -1.597],  # containment
    [   0.228,   -0.039,   -0.052,    0.024,   -0.030,   -0.132],  # longest
    [   5.323,   -3.503,  -10.934,    7.307,    2.754,   -0.946],  # missing
    [  -5.229,    7.818,    0.871,   -3.535,   -0.554,    0.630],  # weighted_jaccard
    [  -2.519,   -0.654,    0.914,    1.966,    0.813,   -0.521],  # shared_weight
    [   0.070,   -0.003,   -0.007,   -0.042,    0.021,   -0.039],  # shared_facts
    [  -0.107,   -0.294,    0.463,    0.136,    0.078,   -0.276],  # shared_plain
    [   4.469,   -3.550,    0.202,   -5.275,    0.092,    4.062],  # conflict
    [  -1.214,   -6.303,   -5.073,    3.453,   -0.335,    9.472],  # facts
    [   0.184,   -0.294,   -0.702,    0.269,   -0.207,    0.750],  # figures
    [   2.280,   -1.421,   -1.032,   -1.451,   -0.124,    1.748],  # frame
    [   3.031,   -4.632,    0.171,   -2.342,   -1.191,    4.962],  # worn
    [  -0.700,   -0.403,   -1.161,    2.521,   -1.100,    0.844],  # contested
])
OFFSETS = np.array([12.347, -2.822, -3.794, -8.908, -0.663, 3.839])
# fmt: on

"""How sure a score is: the probability that the first entry is the right one, learned from the FAQ alone. numpy.

Right and wrong first entries of texts left out, and texts whose whole entry is left out as questions without an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

STRANGERS: Final = 0.5
"""Weight of a question without an answer beside one with an answer."""

_CONFIDENT: Final = 1.0  # how strongly the slope is held back
_STEPS: Final = 30


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve of the first score."""

    middle: float
    spread: float
    shift: float
    slope: float

    def probability(self, score: float) -> float:
        """Return the probability that the entry with this score is the right one."""
        z = self.shift + self.slope * (score - self.middle) / self.spread
        return 1 / (1 + exp(-max(-30.0, min(30.0, z))))


def learn(scores: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64]) -> Calibration:
    """Fit the curve by Newton's method, the slope held back by one unit."""
    middle, spread = float(scores.mean()), float(scores.std()) + 1e-6
    facts = np.column_stack([np.ones(len(scores)), (scores - middle) / spread])
    held = np.diag([1e-6, _CONFIDENT])
    found = np.zeros(2)
    for _ in range(_STEPS):
        guess = 1 / (1 + np.exp(-np.clip(facts @ found, -30, 30)))
        slope = facts.T @ (weights * (guess - right)) + held @ found
        curve = (facts * (weights * guess * (1 - guess))[:, None]).T @ facts + held
        step = np.linalg.solve(curve, slope)
        found -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    return Calibration(middle, spread, float(found[0]), float(found[1]))

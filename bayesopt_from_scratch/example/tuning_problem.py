"""What does one training cost, and what does it tell?

The problem of the main job: five hyperparameters of a small neural network on handwritten digits. The objective is the
logarithm of the mean validation cross-entropy in cross-validation. On a raw loss, which is 0.1 where training works
well, 2 where it does not and at times beyond all bounds, a Gaussian process spends its beliefs on how bad the bad
places are; on the logarithm equal factors count equally.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..search.parameter import Choice, Float, Int
from .digits import N_FOLDS, Data, folds, split
from .mlp import ACTIVATIONS, evaluate, train

__all__ = ["SPACE", "DigitsProblem"]

SPACE = {
    "learning_rate": Float(1e-4, 10.0, log=True),
    "weight_decay": Float(1e-7, 1.0, log=True),
    "n_hidden": Int(4, 64, log=True),
    "momentum": Float(0.0, 0.98),
    "activation": Choice(*ACTIVATIONS),
}

_EPOCHS, _BATCH = 20, 32


@dataclass(frozen=True)
class DigitsProblem:
    """Objective to minimize, deterministic: the same hyperparameters give the same value.

    Parameters
    ----------
    seed : int
        Of the split into 1200 images to tune by and 597 held out; of the first weights, which each fold draws for
        itself; and of the order of the images. 0 or more.

    Examples
    --------
    >>> problem = DigitsProblem(seed=0)
    >>> params = {"learning_rate": 0.1, "weight_decay": 1e-4, "n_hidden": 16, "momentum": 0.9, "activation": "relu"}
    >>> problem(params) < math.log(0.5)
    True
    """

    seed: int

    def __call__(self, params: dict[str, Any]) -> float:
        """Logarithm of the mean cross-entropy on images that took no part in the training; NaN if that overflowed."""
        return math.log(self._cross_validate(params)[0])

    def cross_validation_error(self, params: dict[str, Any]) -> float:
        """Share of wrong digits in the same cross-validation."""
        return self._cross_validate(params)[1]

    def held_out_error(self, params: dict[str, Any]) -> float:
        """Share of wrong digits among the 597 held out, after training on all 1200."""
        tuning, held_out = split(self.seed)
        return self._train_and_evaluate(N_FOLDS, tuning, held_out, params)[1]

    def _cross_validate(self, params: dict[str, Any]) -> tuple[float, float]:
        """Mean over the folds of cross-entropy and error; NaN once a fold has overflowed."""
        results = []
        for fold, (training, validation) in enumerate(folds(split(self.seed)[0])):
            results.append(self._train_and_evaluate(fold, training, validation, params))
            if not math.isfinite(results[-1][0]):
                return math.nan, math.nan
        loss, error = np.mean(results, axis=0)
        return float(loss), float(error)

    def _train_and_evaluate(
        self, fold: int, training: Data, validation: Data, params: dict[str, Any]
    ) -> tuple[float, float]:
        """Cross-entropy and error; chance is the fold's own, and that of fold N_FOLDS where all 1200 are trained on."""
        rng = np.random.default_rng([self.seed, fold])
        theta = train(*training, **params, n_epochs=_EPOCHS, batch_size=_BATCH, rng=rng)
        if not np.isfinite(theta).all():
            return math.nan, math.nan
        return evaluate(theta, *validation, params["activation"])

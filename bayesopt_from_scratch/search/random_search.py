"""What can one do without thinking? Draw every hyperparameter by itself, uniformly on its scale.

Source: Bergstra & Bengio (2012), Random search for hyper-parameter optimization, JMLR 13: where few of the
hyperparameters matter, n random trials try n values of each of them, and a grid of n trials tries only a few.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .space import Params, Space
from .strategy import first_new
from .trial import Trial

__all__ = ["RandomSearch"]


@dataclass(frozen=True)
class RandomSearch:
    """Uniform on the unit cube, without repetition.

    Examples
    --------
    >>> from bayesopt_from_scratch import Int
    >>> RandomSearch().suggest(Space({"n": Int(1, 9)}), [], np.random.default_rng(0))
    {'n': 6}
    """

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        """Draw a combination that no trial has; see :class:`Strategy`."""
        return first_new(space, trials, [], rng)

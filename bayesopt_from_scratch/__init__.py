"""Bayesian optimization for hyperparameter tuning, written by hand on numpy alone, to be read.

The package is a house of four floors, and imports point down only. Read it from the ground up:

1. ``numerics``: what numpy lacks. ``arrays``, ``normal``, ``cholesky``, ``bfgs``.
2. ``surrogate``: what a model believes. ``kernel``, ``gaussian_process``, ``output_scale``, ``parzen``.
3. ``search``: what to try next. ``parameter``, ``space``, ``trial``, ``expected_improvement``, ``strategy``, then the
   five strategies ``grid_search``, ``random_search``, ``genetic_search``, ``tpe_search``, ``gp_search``.
4. ``loop``: trying it. ``study``, ``minimize``.

Below the last floor lies the machine room, ``resilience``: ``journal``, ``history``, ``workers``.

Or from the top down, if you are in a hurry: ``loop/minimize.py`` is the algorithm, ``search/gp_search.py`` is where it
thinks, and all else is how.

>>> from bayesopt_from_scratch import Float, minimize
>>> study = minimize(lambda params: (params["x"] - 0.3) ** 2, {"x": Float(0.0, 1.0)}, n_trials=15)
>>> round(study.best.params["x"], 3)
0.3
"""

from .loop.minimize import minimize
from .loop.study import Study
from .resilience.history import Ledger
from .resilience.journal import VERSION
from .search.expected_improvement import (
    expected_improvement,
    expected_improvement_gradient,
    log_expected_improvement,
    log_expected_improvement_gradient,
)
from .search.genetic_search import GeneticSearch
from .search.gp_search import GPSearch
from .search.grid_search import GridSearch
from .search.parameter import Choice, Float, Int
from .search.random_search import RandomSearch
from .search.space import Space
from .search.strategy import SpaceExhausted, Strategy
from .search.tpe_search import TPESearch
from .search.trial import Trial
from .surrogate.gaussian_process import GaussianProcess, Posterior
from .surrogate.kernel import RBF, Kernel, Matern52
from .surrogate.parzen import ParzenEstimator

__all__ = [
    "RBF",
    "Choice",
    "Float",
    "GPSearch",
    "GaussianProcess",
    "GeneticSearch",
    "GridSearch",
    "Int",
    "Kernel",
    "Ledger",
    "Matern52",
    "ParzenEstimator",
    "Posterior",
    "RandomSearch",
    "Space",
    "SpaceExhausted",
    "Strategy",
    "Study",
    "TPESearch",
    "Trial",
    "expected_improvement",
    "expected_improvement_gradient",
    "log_expected_improvement",
    "log_expected_improvement_gradient",
    "minimize",
]

__version__ = VERSION

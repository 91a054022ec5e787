r"""What do the good trials have in common that the others lack?

Bayes turned round: instead of a model of the value at a point, p(y | x), two densities of points, l(x) of the good
trials and g(x) of the others. Where l is large and g is small, improvement is likely. The parameters form a tree (some
are active only under others), hence tree-structured Parzen estimator.

====== ============================================================ ==================
symbol meaning                                                      here
====== ============================================================ ==================
gamma  share of the trials that counts as good                      ``good_fraction``
y*     threshold: the best value among the others                   scalar
l, g   densities of the good and of the other trials                Parzen estimators
====== ============================================================ ==================

With y* such that p(y < y*) = gamma, EI(x) is proportional to (gamma + (1 - gamma) g(x) / l(x))^-1 (Bergstra et al.
2011, section 4.1), hence greatest where l / g is.

Source: Bergstra, Bardenet, Bengio & Kegl (2011), Algorithms for hyper-parameter optimization, NIPS; Watanabe (2023),
Tree-structured Parzen estimator: understanding its algorithm components, arXiv:2304.11127.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..numerics.arrays import Array, require, whole
from ..surrogate.parzen import ParzenEstimator
from .space import Params, Space
from .strategy import Suggestion, by_state, first_new, initial_design
from .trial import Trial

__all__ = ["TPESearch"]


@dataclass(frozen=True)
class TPESearch:
    """Tree-structured Parzen estimator, multivariate.

    Running and failed trials count as not good: their places are avoided. Suggestions depend on the ranks of the
    values alone with ``weights`` "rank" or "equal"; with "improvement" they are unchanged, up to rounding, by a y + b
    with a > 0.

    Parameters
    ----------
    good_fraction : float
        Share gamma of the done trials that is good, rounded up. 0.15 in BOHB (Falkner et al. 2018).
    n_initial : int
        Number of trials of the initial design, as that of :class:`GPSearch`.
    n_candidates : int
        Points drawn from l, of which the one with the greatest l / g is suggested. 24 in hyperopt and Optuna.
    weights : str
        Of the good trials in l: ``"improvement"`` over the threshold (Watanabe 2023), ``"rank"``, or ``"equal"``.
    bandwidth_scale : float
        b in the bandwidth b n^(-1/(d+4)), as a share of the range.
    prior_weight : float
        Weight of the uniform component in l and in g, in trials.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> from bayesopt_from_scratch import Float
    >>> trials = [Trial(i, {"x": i / 20}, "done", value=(i / 20 - 0.3) ** 2) for i in range(20)]
    >>> params = TPESearch().suggest(Space({"x": Float(0, 1)}), trials, np.random.default_rng(0))
    >>> round(params["x"], 2)
    0.29
    """

    good_fraction: float = 0.15
    n_initial: int = 10
    n_candidates: int = 24
    weights: Literal["improvement", "rank", "equal"] = "improvement"
    bandwidth_scale: float = 0.1
    prior_weight: float = 1.0

    def __post_init__(self) -> None:
        fine = 0 < self.good_fraction < 1 and whole(self.n_initial, self.n_candidates)
        require(fine, "expected 0 < good_fraction < 1 and whole n_initial, n_candidates >= 1, got {}", self)
        fine = 1e-9 <= self.bandwidth_scale <= 1e9 and 1e-9 <= self.prior_weight <= 1e9
        require(fine, "expected a bandwidth_scale and a prior_weight from 1e-9 to 1e9, got {}", self)
        require(self.weights in ("improvement", "rank", "equal"), "expected known weights, got {}", self)

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        """Suggest the best of the candidates drawn from l by l / g; see :class:`Strategy`."""
        done, failed, running = by_state(trials)
        if len(done) < 2 or len(done) + len(failed) < self.n_initial:
            return first_new(space, trials, initial_design(space, trials), rng)
        y = np.array([trial.value for trial in done], dtype=float)
        order = np.argsort(y, kind="stable")  # among equals the earlier trial is the better
        n_good = min(math.ceil(self.good_fraction * len(done) - 1e-9), len(done) - 1)  # 0.07 * 100 is a little over 7
        X = space.to_unit([trial.params for trial in done + failed + running])
        l = self._density(space, X[order[:n_good]], self._weights(y[order], n_good))
        g = self._density(space, np.vstack([X[order[n_good:]], X[len(done) :]]), None)
        candidates = space.snap(l.sample(self.n_candidates, rng))
        log_l, log_g = l.log_density(candidates), g.log_density(candidates)
        params = first_new(space, trials, candidates[np.argsort(log_g - log_l, kind="stable")], rng)  # eq: 8.5
        u = space.to_unit([params])
        return Suggestion(
            params,
            surrogate_predictions=2 * self.n_candidates,
            acquisition_evaluations=self.n_candidates,
            log_l=float(l.log_density(u)[0]),
            log_g=float(g.log_density(u)[0]),
            good_trials=[done[i].number for i in order[:n_good]],
        )

    def _density(self, space: Space, X: Array, weights: Array | None) -> ParzenEstimator:
        bandwidth = self.bandwidth_scale * len(X) ** (-1 / (len(space.axes) + 4))
        return ParzenEstimator(X, space.axes, weights, prior_weight=self.prior_weight, bandwidth=bandwidth)

    def _weights(self, y: Array, n_good: int) -> Array:
        """Weights of the good ones among the sorted values y."""
        if self.weights == "improvement":
            return y[n_good] / 2 - y[:n_good] / 2  # halves, lest the difference overflow
        return np.arange(n_good, 0, -1.0) if self.weights == "rank" else np.ones(n_good)

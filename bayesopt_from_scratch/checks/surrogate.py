r"""Laws of a surrogate: what does it believe between and beyond the data?

A Gaussian process with zero mean, kernel k and noise s2 believes, given X and y,
mean = K* (K + s2 I)^-1 y and var = v - diag(K* (K + s2 I)^-1 K*').

Tolerances: with kappa <= 1 + n v / s2, a solution is right to n eps kappa, relative to the size of y and sqrt(v); laws
allow 50 times that for the mean and 10 times for the variance, where 160 random problems in 50-digit arithmetic showed
2.3 and 1.5.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cases import SurrogateCase, surrogate_case
from .law import EPS, answer, calling, expect
from .oracle import Posterior, gram

__all__ = ["Surrogate", "made", "made_raw", "needs", "some_data"]

Array = NDArray[np.floating]
GPML = "Rasmussen & Williams (2006)"


#: ability -> what a call of it returns
_MADE = {
    "make": "predict(X, y, X_new) -> mean, std",
    "covariance": "covariance(X, y, X_new) -> (m, m) array",
    "lml": "lml(X, y) -> number",
    "lml_gradient": "gradient(X, y) -> (d + 2,) array",
    "leave_one_out": "leave_one_out(X, y) -> mean, std",
}


def _interface(name: str) -> str:
    """Say how one of them is called."""
    if name == "predict":
        return _MADE["make"]
    return f"{name}(lengthscales, signal_variance, noise_variance) -> {_MADE[name]}"


@dataclass(frozen=True)
class Surrogate:
    """A surrogate under test; see :func:`~bayesopt_from_scratch.checks.check_surrogate` for the fields."""

    make: Callable[..., Callable[..., Any]] | None = None
    predict: Callable[..., Any] | None = None
    profile: str = "rbf"
    spread: str = "std"
    predictive: bool = False
    standardizes: bool = False
    singular: str = "solve"
    noise_free: bool = False
    jitter: float = 0.0
    one_dimensional: bool = False
    shared_lengthscale: bool = False
    stationary: bool = True
    empty: bool = True
    covariance: Callable[..., Callable[..., Any]] | None = None
    lml: Callable[..., Callable[..., Any]] | None = None
    lml_gradient: Callable[..., Callable[..., Any]] | None = None
    gradient_in: str = "log"
    leave_one_out: Callable[..., Callable[..., Any]] | None = None
    with_kernel: Callable[..., Callable[..., Any]] | None = None

    def view(self, case: SurrogateCase) -> SurrogateCase:
        """Cut a case down to what this surrogate takes."""
        if self.predict is not None:
            return self._smooth(case)
        l, X, X_new = case.lengthscales, case.X, case.X_new
        if self.one_dimensional:
            l, X, X_new = l[:1], X[:, :1], X_new[:, :1]
        if self.shared_lengthscale:
            l = np.full_like(l, l[0])
        y = case.y
        if len(y) == 0 and not self.empty:
            X, y = X_new[:1].copy(), np.array([case.signal_variance**0.5])
        if self.noise_free:  # points apart, for K alone must be well conditioned
            X = 2.5 * l * (np.arange(len(X))[:, None] + 0.1 * np.tanh(X / l))
            X_new = X_new + 0.37 * l
        return SurrogateCase(l, case.signal_variance, 0.0 if self.noise_free else case.noise_variance, X, y, X_new)

    def _smooth(self, case: SurrogateCase) -> SurrogateCase:
        """Spread points of a smooth function, for whoever chooses hyperparameters by looking at the data."""
        d = 1 if self.one_dimensional else min(2, len(case.lengthscales))
        n = len(case.X) + 5
        phases = np.arange(1, n + 1)[:, None] * np.array([0.6180339887498949, 0.4142135623730951])[:d]
        X = (phases + 0.1 * np.tanh(case.X[:1, :d].sum())) % 1.0 if len(case.X) else phases % 1.0
        X_new = 0.5 + 0.45 * np.tanh(case.X_new[:, :d] / case.lengthscales[:d])
        y = np.sin(4 * X).sum(axis=1) + 0.5 * X[:, 0]
        return SurrogateCase(np.ones(d), 1.0, 1.0, X, y, X_new)

    def factory(self, make: Callable[..., Callable[..., Any]], case: SurrogateCase) -> Callable[..., Any]:
        """Make something with the hyperparameters of a case, of its own."""
        l = float(case.lengthscales[0]) if self.shared_lengthscale else case.lengthscales.copy()
        name = next((name for name in _MADE if getattr(self, name) is make), "make")
        with calling(_interface(name)):
            return make(l, float(case.signal_variance), float(case.noise_variance))

    def ask(self, name: str, case: SurrogateCase, *, after_another: bool) -> Any:
        """Ask one of its abilities, perhaps after another, which has other hyperparameters, was asked the same."""
        make, arguments = getattr(self, name), [case.X, case.y, case.X_new][: 3 if name == "covariance" else 2]
        function = self.factory(make, case)
        if after_another:
            other = replace(case, lengthscales=case.lengthscales / 2, signal_variance=3 * case.signal_variance)
            self.factory(make, other)(*(array.copy() for array in arguments))
        return function(*(array.copy() for array in arguments))

    @property
    def interface(self) -> str:
        """How the laws call it."""
        return _interface("make" if self.predict is None else "predict")

    def raw(self, case: SurrogateCase) -> Callable[..., Any]:
        """Give the function (X, y, X_new) -> (mean, spread), as the subject has it."""
        if self.predict is not None:
            return self.predict
        assert self.make is not None
        return self.factory(self.make, case)

    def __call__(self, case: SurrogateCase, function: Callable[..., Any] | None = None) -> tuple[Array, Array]:
        """Mean and *latent variance* at the queries, whatever the convention."""
        result = (function or self.raw(case))(case.X.copy(), case.y.copy(), case.X_new.copy())
        expect(isinstance(result, tuple | list) and len(result) == 2, "predict should return a mean and a spread")
        mean = answer(result[0], (len(case.X_new),), "mean")
        spread = answer(result[1], (len(case.X_new),), self.spread)
        variance = spread if self.spread == "variance" else np.sign(spread) * spread**2
        if self.predictive and self.predict is None:
            variance = variance - case.noise_variance * self.units(case)[1] ** 2
        return mean, variance

    def units(self, case: SurrogateCase) -> tuple[float, float]:
        """Origin and unit of y, for one that standardizes inside."""
        if not self.standardizes or len(case.y) == 0:
            return 0.0, 1.0
        std = float(np.std(case.y))
        return float(np.mean(case.y)), std if std > 0 else 1.0

    def oracle(self, case: SurrogateCase) -> Posterior:
        """Condition the reference on the standardized data."""
        origin, unit = self.units(case)
        noise = case.noise_variance + self.jitter
        return Posterior(case.lengthscales, case.signal_variance, noise, case.X, (case.y - origin) / unit, self.profile)

    def expected(self, case: SurrogateCase) -> tuple[Array, Array]:
        """Mean and latent variance by the reference."""
        origin, unit = self.units(case)
        mean, variance = self.oracle(case).predict(case.X_new)
        return origin + unit * mean, unit**2 * variance

    def tolerance(self, case: SurrogateCase) -> tuple[float, float]:
        """How far a mean and a variance may be off."""
        if self.predict is not None:  # it may have fitted, and stopped elsewhere within its tolerance
            return 1e-2, 1e-2
        n, v = max(len(case.X), 1), case.signal_variance
        kappa = self.condition(case)
        origin, unit = self.units(case)
        size = max(float(np.abs(case.y - origin).max(initial=0.0)), unit * v**0.5)
        mean = 50 * n * EPS * kappa * size + 1e-13 * size + 64 * EPS * abs(origin)
        predictive = case.noise_variance if self.predictive else 0.0  # subtracted above
        return mean, unit**2 * ((10 * n * kappa + 100) * EPS * v + 8 * EPS * predictive)

    def condition(self, case: SurrogateCase) -> float:
        """Bound of the condition number: 1 + n v / s2, or from eigenvalues where there is no noise."""
        if case.noise_variance > 0:
            return 1 + len(case.X) * case.signal_variance / case.noise_variance
        w = (
            np.linalg.eigvalsh(gram(case.X, case.X, case.lengthscales, 1.0, self.profile))
            if len(case.X)
            else np.ones(1)
        )
        return float(w[-1] / max(w[0], EPS))


def needs(*names: str) -> Callable[[Surrogate], str]:
    """Say why a law cannot be tried."""
    reasons: dict[str, Callable[[Surrogate], str]] = {
        "make": lambda sur: "needs make=: the subject sets its own hyperparameters" if sur.make is None else "",
        "noise": lambda sur: "declared noise_free" if sur.noise_free else "",
        "raw y": lambda sur: "declared standardizes" if sur.standardizes else "",
        "empty": lambda sur: "" if sur.empty else "declared empty=False",
        "solving": lambda sur: "" if sur.singular == "solve" else "declared singular='raise'",
        "stationary": lambda sur: "" if sur.stationary else "declared stationary=False",
        "rbf": lambda sur: "" if sur.profile == "rbf" else "only for kernel='rbf'",
    }

    def applies(sur: Surrogate) -> str:
        for name in names:
            reason = reasons[name](sur) if name in reasons else "" if getattr(sur, name) else f"needs {name}="
            if reason:
                return reason
        return ""

    return applies


some_data = partial(surrogate_case, least_n=1)

made = needs("make")

made_raw = needs("make", "raw y")

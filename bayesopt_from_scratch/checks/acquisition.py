r"""Laws of expected improvement: how much better than the best is this point, on average?

EI = E max(best - f, 0) for f ~ N(mean, std^2); with d = best - mean, z = d / std and h(z) = phi(z) + z Phi(z) it is
std h(z). Everything is stated for minimization; a function that maximizes is called with the signs turned.

The textbook formula d Phi(z) + std phi(z) is right to a few eps (abs(d) + std), because its two terms are; relative to
its own size it loses a factor z^2, 5e-11 at z = -30, as long as Phi comes from erfc.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .draw import Draw
from .law import EPS, answer, expect, expect_close
from .oracle import normal_cdf, normal_pdf

__all__ = ["Acquisition", "AcquisitionCase", "acquisition_case", "diagnose_acquisition", "mixed", "rounding"]

Array = NDArray[np.floating]
JONES = "Jones, Schonlau & Welch (1998), section 4.1, eq. 15"


@dataclass(frozen=True)
class AcquisitionCase:
    """Gaussian predictions and the lowest value so far."""

    mean: Array  # (m,)
    std: Array  # (m,)
    best: float

    def __iter__(self) -> Iterator[Any]:
        """Give the three arguments."""
        return iter((self.mean, self.std, self.best))

    @property
    def d(self) -> Array:
        """By how much the mean is better than the best."""
        return self.best - self.mean

    def smaller(self) -> Iterator["AcquisitionCase"]:
        """Leave out one entry, each in its turn."""
        for i in range(len(self.mean) if len(self.mean) > 1 else 0):
            yield replace(self, mean=np.delete(self.mean, i), std=np.delete(self.std, i))


@dataclass(frozen=True)
class Acquisition:
    """An acquisition function under test; see :func:`~bayesopt_from_scratch.checks.check_acquisition`."""

    ei: Callable[..., Any]
    log_ei: Callable[..., Any] | None = None
    gradient: Callable[..., Any] | None = None
    log_gradient: Callable[..., Any] | None = None
    maximize: bool = False
    spread: str = "std"
    offset: float = 0.0
    any_shape: bool = False
    any_dtype: bool = False
    interface: ClassVar[str] = "ei(mean, std, best) -> (m,) array"

    def arguments(self, mean: Array, std: Array, best: float) -> tuple[Array, Array, float]:
        """Arguments in the subject's convention, as copies of their own."""
        sign = -1.0 if self.maximize else 1.0
        best = best + self.offset if self.offset else best
        return sign * mean, std**2 if self.spread == "variance" else std.copy(), sign * float(best)

    def __call__(self, mean: Array, std: Array, best: float) -> Array:
        """Expected improvement, of the shape of the mean."""
        return answer(self.ei(*self.arguments(mean, std, best)), mean.shape, "EI")

    def log(self, mean: Array, std: Array, best: float) -> Array:
        """Logarithm of the expected improvement; -inf is an answer, nan is not."""
        assert self.log_ei is not None
        value = answer(self.log_ei(*self.arguments(mean, std, best)), mean.shape, "log EI", finite=False)
        expect(
            not np.any(np.isnan(value) | (value == np.inf)), f"log EI is {value.tolist()}, expected no nan and no inf"
        )
        return value

    def gradients(self, function: Callable[..., Any], case: AcquisitionCase, values: int, what: str) -> list[Array]:
        """Arrays that a gradient returns; the last two are the derivatives, in the subject's convention."""
        parts = function(*self.arguments(*case))
        expect(isinstance(parts, tuple | list) and len(parts) == values, f"{what} should return {values} arrays")
        return [answer(part, case.mean.shape, what) for part in parts]

    def expect_slopes(
        self, found: list[Array], right: tuple[Array, Array], allowed: tuple[Array, Array], std: Array, what: str
    ) -> None:
        """Compare derivatives by the mean and by std; the right ones are converted, so that the subject's are shown."""
        sign = -1.0 if self.maximize else 1.0
        variance = self.spread == "variance"
        unit = 2 * std if variance else np.ones_like(std)  # dvariance / dstd
        expect_close(found[0], sign * right[0], allowed[0], f"{what}/dmean")
        expect_close(found[1], right[1] / unit, allowed[1] / unit, f"{what}/d{'variance' if variance else 'std'}")


def acquisition_case(draw: Draw, *, low: float = -6.0, high: float = 6.0, dyadic: bool = False) -> AcquisitionCase:
    """Draw predictions with z = (best - mean) / std between low and high, in units that are never 1."""
    m = draw.integer(1, 5)
    unit = 2.0 ** draw.choice((1, -2, 5, -9))
    factor = 1.0 if dyadic else 1.3
    std = unit * factor * 2.0 ** np.array([draw.integer(-2, 2) for _ in range(m)])
    z = low + (high - low) * (draw.reals(m) + 1) / 2
    best = float(unit * draw.integer(-3, 3))
    return AcquisitionCase(best - z * std, std, best)


def rounding(case: AcquisitionCase) -> Array:
    """What the textbook formula may lose: a few eps of its two terms, and of the subtraction best - mean."""
    return 16 * EPS * (np.abs(case.d) + case.std + np.abs(case.mean) + abs(case.best))


mixed = partial(acquisition_case, low=-6.0, high=6.0)


def _closed(d: Array, s: Array, phi: float = 1.0, Phi: float = 1.0) -> Array:
    """EI with its two terms weighted."""
    return Phi * d * normal_cdf(d / s) + phi * s * normal_pdf(d / s)


_BEST = 3.0  # of the case that suspects are compared on

_SUSPECTS: dict[str, Callable[[Array, Array], Array]] = {
    "the variance was passed where EI needs the standard deviation": lambda d, s: _closed(d, s**2),
    "the square root of the standard deviation was taken (say spread='variance' if it expects the variance)":
        lambda d, s: _closed(d, np.sqrt(s)),
    "best and mean were exchanged: EI for maximization (say maximize=True if it maximizes)":
        lambda d, s: _closed(-d, s),
    "its sign was turned": lambda d, s: -_closed(d, s),
    "std was missing before phi(z)":
        lambda d, s: d * normal_cdf(d / s) + normal_pdf(d / s),
    "phi lacked its constant 1/sqrt(2 pi)":
        lambda d, s: d * normal_cdf(d / s) + s * np.exp(-0.5 * (d / s) ** 2),
    "Phi and phi were exchanged": lambda d, s: d * normal_pdf(d / s) + s * normal_cdf(d / s),
    "the term with phi had the wrong sign": lambda d, s: _closed(d, s, phi=-1.0),
    "the term with phi was missing": lambda d, s: _closed(d, s, phi=0.0),
    "the term with Phi was missing": lambda d, s: _closed(d, s, Phi=0.0),
    "it were the probability of improvement, not its expectation": lambda d, s: normal_cdf(d / s),
    "z was not divided by std": lambda d, s: d * normal_cdf(d) + s * normal_pdf(d),
    "z was divided by the variance": lambda d, s: d * normal_cdf(d / s**2) + s * normal_pdf(d / s**2),
    "z was used where best - mean belongs": lambda d, s: d / s * normal_cdf(d / s) + s * normal_pdf(d / s),
    "std was ignored": lambda d, s: np.maximum(d, 0),
    "best was taken for std and std for best: it is called as ei(mean, std, best)":
        lambda d, s: _closed(s - (_BEST - d), np.full_like(s, _BEST)),
    "it were called as ei(best, mean, std), not as ei(mean, std, best)":
        lambda d, s: _closed(_BEST - d - s, np.full_like(s, _BEST)),
    "phi and Phi were those of the first entry":
        lambda d, s: d * normal_cdf(d / s)[0] + s * normal_pdf(d / s)[0],
    "phi was that of the first entry": lambda d, s: d * normal_cdf(d / s) + s * normal_pdf(d / s)[0],
}  # fmt: skip


def diagnose_acquisition(acquisition: Acquisition) -> str:
    """Compare with well-known errors."""
    d, s, best = np.array([0.7, -0.4, 0.1, -1.1]), np.array([1.9, 0.6, 0.3, 2.4]), _BEST
    value = acquisition(best - d, s, best)
    for name, suspect in _SUSPECTS.items():
        if np.allclose(value, suspect(d, s), rtol=1e-7, atol=1e-12):
            return name
    offset = 64 - float(acquisition(best - 64 * np.ones(1), np.ones(1), best)[0])  # EI at z = 64 is d
    if abs(offset) > 1e-6 and np.allclose(value, _closed(d - offset, s), rtol=1e-9, atol=1e-12):
        return _offset(round(acquisition.offset + offset, 9), acquisition.offset)
    return _epsilon(acquisition)


def _offset(true: float, declared: float) -> str:
    """Name the number that was subtracted from the improvement."""
    if true == -declared:
        return f"{declared:g} was added to the improvement where offset={declared:g} says that it is subtracted"
    what = f"{-true:g} was added to" if true < 0 else f"{true:g} was subtracted from"
    return f"{what} the improvement before it was weighed (say offset={true:g})"


def _epsilon(acquisition: Acquisition) -> str:
    """Look for a small number beside std: EI is then a hundred times nearer to what that gives than to what is right.

    Where only z has it, EI changes by its square alone (the slope of EI along z is 0), which shows at z = -20.
    """
    s = np.full(4, 2.0**-10)
    d = np.array([0.0, 0.7, -0.4, -20.0]) * s
    value, right = acquisition(-d, s, 0.0), _closed(d, s)
    for e in 10.0 ** -np.arange(3.0, 13.0):
        z = d / (s + e)
        suspects = {
            f"{e:g} was added to std (std + {e:g})": _closed(d, s + e),
            f"{e:g} was added to std where z is divided by it": d * normal_cdf(z) + s * normal_pdf(z),
            f"{e:g} was added under the root of the variance": _closed(d, np.sqrt(s**2 + e)),
        }
        for name, suspect in suspects.items():
            gap = np.max(np.abs(suspect - right) / right)
            if gap > 1e-11 and np.max(np.abs(value - suspect) / right) < 0.01 * gap:
                return name
    level, worse = (float(x) for x in acquisition(np.array([0.0, 1.0]), np.zeros(2), 0.0))
    if worse != 0:
        return f"{worse:.3g} was added to EI" if level == worse and abs(worse) < 1e-2 else ""
    floor = level / float(normal_pdf(np.zeros(1))[0])
    return f"std was raised to {floor:.3g} where it is less (max(std, {floor:.3g}))" if 0 < floor < 1e-2 else ""

r"""Laws of the logarithm of expected improvement and of the gradients, for those who declare them.

log EI = log std + log h(z), and log h(z) ~ -z^2/2 - log sqrt(2 pi) - 2 log abs z far in the tail, where EI itself is
0 in floating point. Numerically it must be finite, increasing and concave across every branch of the code.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .acquisition import Acquisition, AcquisitionCase, acquisition_case
from .draw import Draw
from .law import EPS, expect, expect_close, law, trying
from .oracle import expected_shortfall, log_expected_shortfall, normal_cdf, normal_pdf, tail_slopes

__all__: list[str] = []

Array = NDArray[np.floating]
AMENT = "Ament et al. (2023), Unexpected improvements to expected improvement"


def _declared(name: str) -> Callable[[Acquisition], str]:
    """Say that an ability is missing."""
    return lambda acquisition: "" if getattr(acquisition, name) else f"needs {name}="


def _deep(draw: Draw) -> AcquisitionCase:
    """Draw predictions with z between -1e6 and 30, where z is exact."""
    m = draw.integer(1, 6)
    z = draw.reals(m) * np.array([draw.choice((3.0, 30.0, 6.0, 1e3, 2.0**20)) for _ in range(m)])
    z = np.where(np.abs(z) > 30, -np.abs(z), z)
    return AcquisitionCase(-z, np.ones(m), 0.0)


@law("E10", "acquisition", "log EI equals the logarithm of EI, everywhere", "log EI = log std + log h(z), z to -1e6",
     AMENT, cases=_deep, applies=_declared("log_ei"),
     hint="log(EI) is -inf below z = -38; log(phi + z Phi) cancels below -3; a clipped argument is flat")  # fmt: skip
def log_definition(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """The leading term z^2/2 is rounded: 32 eps of the result."""
    for s in (1.0, 2.0**-7):
        expected = log_expected_shortfall(case.d) + np.log(s)
        actual = acquisition.log(s * case.mean, s * case.std, s * case.best)
        expect_close(actual, expected, 32 * EPS * (1 + np.abs(expected)) + 2e-14, f"log EI at std = {s}")


@law("E14", "acquisition", "log EI rises and bends down across branches", "log h is increasing and concave in z", AMENT,
     cases=lambda draw: AcquisitionCase(np.array([0.0]), np.array([2.0 ** draw.integer(-3, 3)]), 0.0),
     applies=_declared("log_ei"), share=0.25,
     hint="two branches do not meet: the asymptotic series is used too early, or has a wrong term")  # fmt: skip
def log_concave(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """First and second differences of values rounded to 32 eps."""
    z = np.linspace(-60, 12, 1801)
    s = case.std[0]
    value = acquisition.log(-z * s, np.full_like(z, s), 0.0)
    expect(np.all(np.isfinite(value)), f"log EI is not finite at z = {z[~np.isfinite(value)][:1].tolist()}")
    slack = 64 * EPS * (1 + np.abs(value)) + 1e-13
    step, bend = np.diff(value), np.diff(value, 2)
    expect(np.all(step >= -slack[1:]), f"log EI falls as z rises, near z = {z[int(np.argmin(step))]:.3f}")
    at = int(np.argmax(bend - 4 * slack[1:-1]))
    expect(bend[at] <= 4 * slack[1:-1][at], f"log EI bends upwards near z = {z[at + 1]:.3f} by {bend[at]:.2e}")


@law("E15", "acquisition", "log EI without uncertainty",
     "std = 0: log(best - mean) where positive, -inf or very low elsewhere", AMENT, cases=acquisition_case,
     applies=_declared("log_ei"), hint="0/0 at std = 0")  # fmt: skip
def log_certain(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Logarithm of a difference that was rounded."""
    d = np.abs(case.d) + 0.5
    below, above = (AcquisitionCase(case.best + sign * d, 0 * case.std, case.best) for sign in (-1, 1))
    with trying(below):
        gain = acquisition.log(*below)
        expect_close(gain, np.log(d), 1e-12 * (1 + abs(case.best) / d), "log EI at std = 0 below the best")
    with trying(above):
        expect(np.all(acquisition.log(*above) < -300), "log EI at std = 0 above the best is not -inf")


@law("E16", "acquisition", "gradient in closed form", "dEI/dmean = -Phi(z), dEI/dstd = phi(z)",
     "Jones, Schonlau & Welch (1998)", cases=acquisition_case, applies=_declared("gradient"),
     hint="a sign, or a factor z or 1/std too many; nan at std = 0; with spread='variance' the second is by the "
     "variance, phi(z) / (2 std)")  # fmt: skip
def gradient(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Phi and phi are right to a few eps, z to eps z: 1e-12.

    At std = 0 and mean = best there is no limit; and what the formula gives by the variance at 0, 0/0, is let pass.
    """
    assert acquisition.gradient is not None
    allowed = np.full_like(case.std, 1e-12)
    for std in (case.std, np.where(case.d == 0, case.std, 0.0))[: 1 if acquisition.spread == "variance" else 2]:
        there = replace(case, std=std)
        with np.errstate(divide="ignore"):
            z = case.d / std
        with trying(there):
            found = acquisition.gradients(acquisition.gradient, there, 2, "gradient(mean, std, best) of EI")
            acquisition.expect_slopes(found, (-normal_cdf(z), normal_pdf(z)), (allowed, allowed), std, "dEI")


@law("E17", "acquisition", "gradient of log EI", "dlog EI/dmean = -Phi/(std h), dlog EI/dstd = phi/(std h)", AMENT,
     cases=partial(acquisition_case, low=-30.0, high=8.0), applies=_declared("log_gradient"),
     hint="a gradient of EI was not divided by EI, or the ratio underflows in the tail")  # fmt: skip
def log_gradient(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Ratios of functions that are right to z^2 eps: relative 1e-9; and 16 eps / std for the derivative by std.

    The chain rule gives that one as 1/std - (z/std) Phi/h. For z > 0 both terms are near 1/std, since z Phi <= h, and
    what is left, phi/(std h), may be less than their rounding: Phi and h right to 4 eps each and half an eps for each
    of six operations are 11 eps / std. For z < 0 they have the same sign, and nothing is lost.
    """
    assert acquisition.log_gradient is not None
    value, *found = acquisition.gradients(acquisition.log_gradient, case, 3, "log_gradient(mean, std, best) of log EI")
    z = case.d / case.std
    EI = case.std * expected_shortfall(z)
    allowed = 1e-9 + 8 * EPS * np.abs(z) * (np.abs(case.mean) + abs(case.best)) / case.std
    expect_close(value, np.log(EI), allowed * (1 + np.abs(np.log(EI))), "log EI beside its gradient")
    by_mean, by_std = normal_cdf(z) / EI, normal_pdf(z) / EI
    slack = allowed * by_mean, allowed * by_std + 16 * EPS / case.std
    acquisition.expect_slopes(found, (-by_mean, by_std), slack, case.std, "dlog EI")


@law("E18", "acquisition", "gradient of log EI, far out",
     "dlog EI/dmean ~ z/std, dlog EI/dstd ~ z^2/std as z -> -infinity", AMENT, cases=_deep,
     applies=_declared("log_gradient"),
     hint="Phi / h is 0/0 below z = -38, and the search stands still: divide scaled functions, or use "
     "logarithms")  # fmt: skip
def deep_log_gradient(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """As E17, by integrals in which nothing underflows; z is exact: relative 1e-9."""
    assert acquisition.log_gradient is not None
    z = -1 - np.abs(case.d)
    Phi, phi = tail_slopes(z)
    for s in (1.0, 2.0**-7):
        there = AcquisitionCase(-z * s, np.full_like(z, s), 0.0)
        with trying(there):
            _, *found = acquisition.gradients(acquisition.log_gradient, there, 3, "log_gradient(mean, std, best)")
            slack = 1e-9 * Phi / s, 1e-9 * phi / s
            acquisition.expect_slopes(found, (-Phi / s, phi / s), slack, there.std, "dlog EI")

"""Which well-known error would give the same likelihood, or the same gradient of it?"""

import math

import numpy as np
from numpy.typing import NDArray

from .cases import SurrogateCase
from .evidence import ask_for_gradient, ask_for_lml, shifted
from .law import Broken
from .surrogate import Surrogate

__all__ = ["diagnose_gradient", "diagnose_lml"]

Array = NDArray[np.floating]


def _terms(sur: Surrogate, case: SurrogateCase) -> Array:
    """The three terms of the log marginal likelihood: fit, log determinant, constant."""
    oracle = sur.oracle(case)
    constant = len(case.y) * math.log(2 * math.pi)
    return -0.5 * np.array([oracle.fit, float(np.log(oracle.w).sum()), constant])


#: what was wrong -> the three terms' factors
_OF_TERMS = {
    "log det was not halved (the sum of log L_ii is half of it already)": (1.0, 2.0, 1.0),
    "log det was halved twice": (1.0, 0.5, 1.0),
    "log det was forgotten": (1.0, 0.0, 1.0),
    "log det had the wrong sign": (1.0, -1.0, 1.0),
    "the constant -n/2 log 2 pi was forgotten": (1.0, 1.0, 0.0),
    "the constant was not halved": (1.0, 1.0, 2.0),
    "y' (K + s2 I)^-1 y was not halved": (2.0, 1.0, 1.0),
    "y' (K + s2 I)^-1 y was forgotten": (0.0, 1.0, 1.0),
    "the sign was turned: the negative, which is minimized": (-1.0, -1.0, -1.0),
    "it was twice the log likelihood": (2.0, 2.0, 2.0),
}


def diagnose_lml(sur: Surrogate, case: SurrogateCase) -> str:
    """Compare with the terms weighted otherwise."""
    if sur.lml is None:
        return ""
    try:
        value, terms = ask_for_lml(sur, case), _terms(sur, case)
    except Broken:
        return ""
    found = (what for what, factors in _OF_TERMS.items() if abs(value - float(terms @ factors)) < 1e-7)
    return f"in the log marginal likelihood {what}" if (what := next(found, "")) else ""


def diagnose_gradient(sur: Surrogate, case: SurrogateCase) -> str:
    """Compare with the derivatives of the terms; differences are good to 1e-8 here."""
    if sur.lml_gradient is None or sur.noise_free:
        return ""
    try:
        g = ask_for_gradient(sur, case)
    except Broken:
        return ""
    h = 1e-4
    sides = [(_terms(sur, shifted(sur, case, j, h)), _terms(sur, shifted(sur, case, j, -h))) for j in range(len(g))]
    fit, trace = np.array([(there - back)[:2] / (2 * h) for there, back in sides]).T
    n, v, s2 = len(case.y), case.signal_variance, case.noise_variance
    without_inverse = np.array([*np.zeros(len(g) - 2), n * v, n * s2])
    theta = np.array([*case.lengthscales[: len(g) - 2], v, s2])
    suspects = {
        "the trace term -1/2 tr((K + s2 I)^-1 dK) was missing, the - (K + s2 I)^-1 beside alpha alpha'": fit,
        "(K + s2 I)^-1 was missing from the trace term -1/2 tr((K + s2 I)^-1 dK)": fit - 0.5 * without_inverse,
        "the trace term -1/2 tr((K + s2 I)^-1 dK) had the wrong sign": fit - trace,
        "the trace term -1/2 tr((K + s2 I)^-1 dK) was not halved": fit + 2 * trace,
        "the term alpha' dK alpha was missing": trace,
        "the term alpha' dK alpha was not halved": 2 * fit + trace,
        "the sign was turned": -fit - trace,
        "the factor 1/2 was missing": 2 * (fit + trace),
        "the derivatives were by the parameters, not by their logarithms (say gradient_in='raw' if that is meant)":
            (fit + trace) / theta,
        "the derivatives were by the logarithms, not by the parameters (say gradient_in='log' if that is meant)":
            (fit + trace) * theta,
        "the last two derivatives, by signal and noise variance, were exchanged":
            (fit + trace)[[*range(len(g) - 2), -1, -2]],
    }  # fmt: skip
    for what, suspect in suspects.items():
        if np.allclose(g, suspect, rtol=1e-5, atol=1e-6):
            return f"in the gradient of the likelihood {what}"
    return ""

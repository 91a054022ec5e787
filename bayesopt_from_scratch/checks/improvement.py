"""Laws of expected improvement."""

from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .acquisition import JONES, Acquisition, AcquisitionCase, acquisition_case, mixed, rounding
from .law import EPS, answer, expect, expect_close, law, trying
from .oracle import expected_shortfall, normal_cdf, normal_pdf
from .purity import left_alone, numbers

__all__: list[str] = []

Array = NDArray[np.floating]


@law("E0", "acquisition", "shape and type", "EI of (m,) arrays is (m,) and finite", "definition", cases=mixed,
     hint="(m,) with (m, 1) broadcasts to (m, m): flatten first; a constant density such as pdf[0] hides "
     "at m = 1; empty_like(mean) holds integers where the means are integers")  # fmt: skip
def shape(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Exact; means of an integer type may be refused, or taken to single precision, but not cut to integers."""
    for k in (len(case.mean), 1):
        acquisition(case.mean[:k], case.std[:k], case.best)
    if acquisition.any_dtype:
        whole = replace(case, mean=np.round(case.mean))
        with trying(whole), suppress(TypeError):
            mean, std, best = acquisition.arguments(*whole)
            of_integers = answer(acquisition.ei(mean.astype(int), std, best), mean.shape, "EI of integer means")
            expect_close(of_integers, acquisition(*whole), rounding(whole) * 2.0**29, "EI of means of an integer type")
    if acquisition.any_shape:
        both = np.stack([case.mean, case.mean + 1]), np.stack([case.std, case.std])
        expect_close(acquisition(*both, case.best)[0], acquisition(*case), 0, "EI of (2, m) arrays")
        acquisition(case.mean[0], case.std[0], case.best)
        acquisition(case.mean[:0], case.std[:0], case.best)


@law("E1", "acquisition", "equals its definition", "EI = integral of max(best - f, 0) N(f; mean, std^2) df", JONES,
     cases=partial(acquisition_case, low=-6.0, high=12.0),
     hint="variance passed for std; std missing before phi; phi without 1/sqrt(2 pi); a wrong sign; or, if it is off "
     "by very little, a small number was added to std (std + 1e-9): put the limit in where std = 0")  # fmt: skip
def definition(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Quadrature is exact to 1e-14; both formulas round a few eps of |d| + std."""
    expected = case.std * expected_shortfall(case.d / case.std)
    expect_close(acquisition(*case), expected, 1e-13 * case.std + rounding(case), "EI")


@law("E2", "acquisition", "accurate in the tail", "EI = std h(z) for z between -30 and -3, relatively", JONES,
     cases=partial(acquisition_case, low=-30.0, high=-3.0),
     hint="1 + erf(z / sqrt 2) cancels below z = -6: use erfc(-z / sqrt 2); clipping EI at 1e-9 hides "
     "the order; 1e-9 added to std changes z")  # fmt: skip
def tail(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """D Phi + std phi with Phi from erfc loses z^2 of its digits, 5e-11 at z = -30; 1e-8 leaves room for d."""
    expected = case.std * expected_shortfall(case.d / case.std)
    allowed = 1e-8 + 4 * EPS * np.abs(case.d / case.std) * (np.abs(case.mean) + abs(case.best)) / case.std
    expect_close(acquisition(*case), expected, allowed * expected, "EI")


@law("E3", "acquisition", "bounded", "max(d, 0) <= EI <= max(d, 0) + std / sqrt(2 pi)",
     "Jensen's inequality; h(z) - max(z, 0) peaks at 0", cases=partial(acquisition_case, low=-40.0, high=40.0),
     hint="EI is never negative and never below the certain gain")  # fmt: skip
def bounds(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """A few eps of the two terms."""
    EI, certain = acquisition(*case), np.maximum(case.d, 0)
    within = np.clip(EI, certain, certain + case.std * 0.3989422804014327)
    expect_close(EI, within, rounding(case), "outside its bounds: EI")
    expect(np.all(EI >= -1e-30), f"EI is negative: {EI.tolist()}")


@law("E4", "acquisition", "no uncertainty", "EI -> max(best - mean, 0) as std -> 0", "dominated convergence",
     cases=mixed, hint="at std = 0 the limit is max(best - mean, 0), not 0, and 0/0 is not an answer")  # fmt: skip
def certain(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Exact but for the rounding of best - mean; std of 1e-300 and means of 1e300 must not overflow into nan."""
    slack = 4 * EPS * (np.abs(case.mean) + abs(case.best))
    for tiny, allowed in ((0.0, slack), (1e-300, slack + 1e-290)):
        there = replace(case, std=np.full_like(case.std, tiny))
        with trying(there):
            expect_close(acquisition(*there), np.maximum(case.d, 0), allowed, f"EI at std = {tiny:g}")
    mean, std = np.append(case.mean, [case.best, 1e300]), np.append(case.std, [0.0, 1.0])
    std[0] = 0.0
    there = AcquisitionCase(mean, std, case.best)
    with trying(there):
        mixed = acquisition(*there)
        expect_close(mixed[-2:], [0.0, 0.0], slack[0], "EI at d = 0 and std = 0, and at mean = 1e300")
        expect_close(mixed[0], np.maximum(case.d[0], 0), slack[0], "EI at std = 0 beside entries with std > 0")
        expect_close(mixed[1:-2], acquisition(*case)[1:], slack[1:], "EI beside an entry with std = 0")


@law("E5", "acquisition", "falls with the mean, rises with std, convex", "-1 <= dEI/dmean <= 0 <= dEI/dstd <= phi(0)",
     JONES, cases=partial(acquisition_case, low=-6.0, high=6.0),
     hint="falling with std: no exploration; rising with the mean: maximize and minimize are mixed up (maximize=True "
     "declares it)")  # fmt: skip
def monotone(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Differences of two values, each rounded."""
    step, slack = 0.25 * case.std, 4 * rounding(case)
    here = acquisition(*case)
    higher = acquisition(case.mean + step, case.std, case.best)
    wider = acquisition(case.mean, case.std + step, case.best)
    both = acquisition(case.mean + step, case.std + step, case.best)
    half = acquisition(case.mean + step / 2, case.std + step / 2, case.best)
    down, up = (f"from {here.tolist()} to {there.tolist()}" for there in (higher, wider))
    expect(np.all(higher <= here + slack), f"EI rises with the mean: {down} at mean + std / 4")
    expect(np.all(here - higher <= step + slack), f"EI falls faster than the mean rises: {down} at mean + std / 4")
    expect(np.all(wider >= here - slack), f"EI falls with std: {up} at 1.25 std")
    expect(np.all(wider - here <= 0.4 * step + slack), f"EI rises faster than phi(0) std: {up} at 1.25 std")
    expect(np.all(half <= (here + both) / 2 + slack), "EI is not convex in (mean, std)")


@law("E6", "acquisition", "its slopes are Phi and phi", "dEI/dmean = -Phi(z), dEI/dstd = phi(z)", JONES, cases=mixed,
     hint="one of the two terms is wrong; the slopes say which")  # fmt: skip
def slopes(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Fourth-order differences with a step of std / 64: h^4/30 times a fifth derivative below 10, and eps / h."""
    h, z = case.std / 64, case.d / case.std
    for name, by_mean, by_std, expected in (
        ("dEI/dmean", h, 0 * h, -normal_cdf(z)),
        ("dEI/dstd", 0 * h, h, normal_pdf(z)),
    ):
        f = {i: acquisition(case.mean + i * by_mean, case.std + i * by_std, case.best) for i in (-2, -1, 1, 2)}
        slope = (8 * (f[1] - f[-1]) - (f[2] - f[-2])) / (12 * h)
        expect_close(slope, expected, 5e-6 + 4 * rounding(case) / h, name)


@law("E7", "acquisition", "units and origin do not matter",
     "EI(c m + b, c s, c best + b) = c EI; EI at d = 0 is s phi(0)", JONES, cases=mixed,
     hint="an absolute number hides inside (an exploration offset is declared with offset=); or std^2 "
     "stands for std")  # fmt: skip
def units(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Powers of two scale without rounding; a shift rounds d."""
    EI, allowed = acquisition(*case), rounding(case)
    if not acquisition.offset:
        for c in (2.0**-20, 2.0, 2.0**20):
            there = AcquisitionCase(c * case.mean, c * case.std, c * case.best)
            with trying(there):
                expect_close(acquisition(*there) / c, EI, allowed, f"all three times {c:g}, EI divided by it: EI")
    for b in (8 * float(case.std.max()), 2.0**14 * float(case.std.max())):
        moved = replace(case, mean=case.mean + b, best=case.best + b)
        with trying(moved):
            expect_close(acquisition(*moved), EI, allowed + 32 * EPS * b, "EI with the origin moved")
    level = replace(case, mean=0 * case.mean + case.best)
    with trying(level):
        expect_close(acquisition(*level), case.std * 0.3989422804014327, allowed, "EI at mean = best")


@law("E8", "acquisition", "gain minus loss", "EI(best + g) - EI(best - g) = g around the mean: h(z) - h(-z) = z",
     "max(x, 0) - max(-x, 0) = x", cases=partial(acquisition_case, low=0.0, high=12.0),
     hint="the two tails do not belong to the same distribution: a sign, or a clipped value")  # fmt: skip
def reflection(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """A few eps of the two terms, twice."""
    gain = acquisition(*case)
    loss = acquisition(2 * case.best - case.mean, case.std, case.best)
    expect_close(gain - loss, case.d, 2 * rounding(case), "EI(+d) - EI(-d)")


@law("E9", "acquisition", "each entry by itself", "EI of many = EI of one by one", "definition", cases=mixed,
     hint="an entry depends on its neighbours: pdf[0], a mean over the batch, (m, 1) against (m,), normalizing by the "
     "maximum")  # fmt: skip
def elementwise(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """The same operations in vector registers: a few eps."""
    together = acquisition(*case)
    alone = [acquisition(case.mean[i : i + 1], case.std[i : i + 1], case.best)[0] for i in range(len(case.mean))]
    expect_close(together, alone, rounding(case) + 1e-12 * np.abs(alone), "EI of all at once")
    order = np.roll(np.arange(len(case.mean)), 1)
    rolled = acquisition(case.mean[order], case.std[order], case.best)
    expect_close(rolled, together[order], rounding(case) + 1e-12 * np.abs(rolled), "EI in another order")


@law("E13", "acquisition", "leaves its arguments alone", "mean, std unchanged; the same answer twice", "definition",
     cases=mixed,
     hint="an in-place operation (std[std == 0] = ..., mean -= best) works on the caller's array")  # fmt: skip
def pure(acquisition: Acquisition, case: AcquisitionCase) -> None:
    """Exact; a small std, not 0, for the gradients, which have no limit where the mean is the best."""
    for what in ("ei", "log_ei", "gradient", "log_gradient"):
        function, least = getattr(acquisition, what), 2.0**-40 if "gradient" in what else 0.0
        if function is not None:
            std = np.append(case.std[:-1], least * case.std[-1])
            mean, std, best = acquisition.arguments(case.mean, std, case.best)
            incumbents = best, best - abs(best) - 1, best + abs(best) + 1, best  # no memory of the two in between
            first, *_, last = (numbers(left_alone(function, (mean, std, b), what, ("mean", "std"))) for b in incumbents)
            same = np.array_equal(first, last, equal_nan=True)
            expect(same, f"{what} gave another answer to the second call with the same arguments")

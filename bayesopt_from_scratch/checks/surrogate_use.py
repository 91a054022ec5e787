"""Laws of the surrogate as a piece of software: they hold for any surrogate, also one that fits itself."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .cases import SurrogateCase, surrogate_case
from .law import expect, expect_close, law
from .purity import expect_pure
from .surrogate import Surrogate, needs, some_data

__all__: list[str] = []

Array = NDArray[np.floating]


@law("G0", "surrogate", "shape and type", "mean and spread are (m,), finite, spread >= 0; also for m = 1 and n = 1",
     "definition", cases=partial(surrogate_case, least_n=1),
     hint="(n,) with (n, 1) broadcasts to (n, n); squeeze() turns one prediction into a scalar")  # fmt: skip
def shape(sur: Surrogate, case: SurrogateCase) -> None:
    """Exact; a declared variance may be negative by rounding."""
    case = sur.view(case)
    for m in (len(case.X_new), 1):
        here = replace(case, X_new=case.X_new[:m])
        spread = np.asarray(sur.raw(here)(here.X.copy(), here.y.copy(), here.X_new.copy())[1], dtype=float)
        sur(here)
        least = -sur.tolerance(here)[1] if sur.spread == "variance" else 0.0
        expect(np.all(spread >= least), f"{sur.spread} is negative: {spread.tolist()}")


@law("G5", "surrogate", "data have no order", "permuting the rows of X and y changes nothing", "the data are a set",
     cases=partial(surrogate_case, least_n=2),
     hint="only the last rows are used, or X and y are sorted apart; if it sets its own hyperparameters, the search "
     "for them ends elsewhere: give it more restarts")  # fmt: skip
def permutation(sur: Surrogate, case: SurrogateCase) -> None:
    """Another order of elimination: twice the tolerance."""
    case = sur.view(case)
    order = np.roll(np.arange(len(case.X)), 1)[::-1]
    (mean, variance), (mean_there, variance_there) = sur(case), sur(replace(case, X=case.X[order], y=case.y[order]))
    mean_off, variance_off = sur.tolerance(case)
    expect_close(mean_there, mean, 2 * mean_off, "mean with the data in another order")
    expect_close(variance_there, variance, 2 * variance_off, "variance with the data in another order")


@law("G15", "surrogate", "all queries at once or one by one", "predict(X*)[i] = predict(X*[i])",
     "marginalization of a Gaussian", cases=partial(surrogate_case, least_n=1, least_m=2),
     hint="something depends on the batch: a mean over queries, a square matrix that happens to fit, the queries taken "
     "as data; they are worked off in blocks, and the last one is short")  # fmt: skip
def batches(sur: Surrogate, case: SurrogateCase) -> None:
    """The same numbers through other loops of BLAS: n eps of the terms, within the tolerance.

    A variance is the prior's minus something: it rounds by n eps kappa of the prior's, which is found far away.
    """
    case = sur.view(case)
    mean_off, variance_off = sur.tolerance(case) if sur.predict is None else (_again(sur), _again_far(sur, case))
    for queries, name in (
        (case.X_new, "query"),
        (case.X, "datum"),
    ):  # k(X, X) with noise is no answer, even at the data
        mean, variance = sur(replace(case, X_new=queries))
        for i in range(len(queries)):
            mean_alone, variance_alone = sur(replace(case, X_new=queries[i : i + 1]))
            expect_close(mean_alone[0], mean[i], mean_off, f"mean of {name} {i} alone")
            expect_close(variance_alone[0], variance[i], variance_off, f"variance of {name} {i} alone")
    again = np.arange(130) % len(case.X)  # enough for blocks, the last of which is not full
    mean_many, variance_many = sur(replace(case, X_new=case.X[again]))
    expect_close(mean_many, mean[again], mean_off, "mean at the data over and over, 130 queries in all,")
    expect_close(
        variance_many, variance[again], variance_off, "variance at the data over and over, 130 queries in all,"
    )
    X = case.X.copy()
    mean_same, variance_same = sur(replace(case, X_new=X), lambda *_: sur.raw(case)(X, case.y.copy(), X))
    expect_close(mean_same, mean, mean_off, "mean at the data, X handed over twice,")
    expect_close(variance_same, variance, variance_off, "variance at the data, X handed over twice,")


@law("G16", "surrogate", "a question changes nothing",
     "X, y, X* unchanged; the same answer twice; no memory of other data", "definition", cases=some_data,
     hint="y -= mean works on the caller's array; a cache survives new data; a returned array is the "
     "cache itself; restarts are drawn without a fixed seed")  # fmt: skip
def pure(sur: Surrogate, case: SurrogateCase) -> None:
    """Exact for arguments; a fitted subject may differ within its tolerance when asked again."""
    case = sur.view(case)
    X, y, X_new = case.X.copy(), case.y.copy(), case.X_new.copy()
    predict = sur.raw(case)
    first = [np.array(part, dtype=float) for part in predict(X, y, X_new)]
    for name, array, before in (("X", X, case.X), ("y", y, case.y), ("X_new", X_new, case.X_new)):
        expect(np.array_equal(array, before), f"predict changed its argument {name}")
    returned = predict(X, y, X_new)
    for part, before in zip(returned, first, strict=True):
        expect_close(part, before, _again(sur), "the second answer to the same question")
        if isinstance(part, np.ndarray) and part.flags.writeable:
            part[...] = -1.0  # whoever owns a result may write into it
    closer = np.concatenate([X[:1], X[:1] + 0.5 * (X[1:] - X[:1])])
    for A, b in ((closer + 1.0, 2.0 - y), (closer + 1.0, y), (closer, y), (X[:1] - 1.0, y[:1])):  # others in between
        there = zip(predict(A, b, X_new), sur.raw(case)(A, b, X_new), strict=True)
        for part, fresh in there if sur.make is not None else ():
            expect_close(part, fresh, 0, "the answer to other data, compared with a fresh subject's,")
    if sur.make is not None:  # another subject in between
        other = replace(case, lengthscales=3 * case.lengthscales, signal_variance=2 * case.signal_variance)
        sur.raw(other)(X, y, X_new)
    for what, function in (("after other data", predict), ("of a fresh subject", sur.raw(case))):
        for part, before in zip(function(X, y, X_new), first, strict=True):
            expect_close(part, before, _again(sur), f"the answer {what}")
    X += case.lengthscales  # the caller may write into his own arrays
    y *= 2.0
    for part, fresh in zip(predict(X, y, X_new), sur.raw(case)(X.copy(), y.copy(), X_new), strict=True):
        expect_close(part, fresh, _again(sur), "the answer to data changed in place, compared with a fresh subject's,")
    for name in ("covariance", "lml", "lml_gradient", "leave_one_out") if len(case.X) < 4 else ():  # few data suffice
        if getattr(sur, name) is not None:
            queries = (case.X_new,) if name == "covariance" else ()
            make = partial(sur.factory, getattr(sur, name), case)
            expect_pure(make, (case.X, case.y, *queries), (case.X, 2 * case.y, *(2 * Z for Z in queries)), name)


def _again(sur: Surrogate) -> float:
    """How much the same computation may differ when done again."""
    return 0.0 if sur.predict is None else 1e-6


def _again_far(sur: Surrogate, case: SurrogateCase) -> float:
    """A millionth of the variance far away, if that is more than 1."""
    far = case.X.max(axis=0, keepdims=True) + 400 * case.lengthscales
    return _again(sur) * max(1.0, float(sur(replace(case, X_new=far))[1][0]))


@law("G21", "surrogate", "forty close points", "|f - mean| <= |f| std for f in the kernel's space",
     f"{'Rasmussen & Williams (2006)'}, section 6.1", cases=partial(surrogate_case, least_n=1),
     applies=needs("make", "raw y"), share=0.25,
     hint="np.linalg.inv of a nearly singular matrix: more data makes it worse; use Cholesky, and jitter")  # fmt: skip
def dense(sur: Surrogate, case: SurrogateCase) -> None:
    """The inequality is exact for any noise in the model; the tolerance is that of kappa = 40 v / s2 = 4e9."""
    case = sur.view(case)
    l, v = case.lengthscales, case.signal_variance
    spacing = 2.5 if sur.noise_free else 0.1
    X = spacing * (np.arange(40.0)[:, None] - 20) * l
    case = replace(case, X=X, X_new=X[::4] + 0.03 * l, noise_variance=0.0 if sur.noise_free else 1e-8 * v)
    f = sur.oracle(replace(case, X=X[:0], y=case.y[:0])).covariance(np.concatenate([X[20:21], X, case.X_new]))[0, 1:]
    case = replace(case, y=f[:40] / v**0.5)  # f = k(x0, .) / sqrt(v) has norm 1
    mean, variance = sur(case)
    mean_off, variance_off = sur.tolerance(case)
    std = np.sqrt(np.maximum(variance, 0) + variance_off)
    expect_close(mean, f[40:] / v**0.5, std + mean_off, "mean of a function with norm 1")
    expect(np.all(variance >= -variance_off), f"variance {variance.min():.3g} is negative")


@law("G25", "surrogate", "copies and near-copies survive", "duplicated data: finite mean and std",
     "any multiset of points is data", cases=partial(surrogate_case, least_n=2), applies=needs("noise"),
     hint="a singular matrix: add the noise variance to the diagonal, and jitter")  # fmt: skip
def survives(sur: Surrogate, case: SurrogateCase) -> None:
    """Only finite numbers are asked for."""
    case = sur.view(case)
    X = np.concatenate([case.X, case.X, case.X + 1e-9])
    y = np.concatenate([case.y, case.y, case.y])
    mean, variance = sur(replace(case, X=X, y=y, X_new=np.concatenate([case.X_new, case.X])))
    slack = 1e-6 if sur.predict is not None else sur.tolerance(replace(case, X=X, y=y))[1]
    expect(np.all(variance >= -slack), f"variance {variance.min():.3g} is negative")
    range_y = float(np.abs(y).max()) + case.signal_variance**0.5
    expect(np.all(np.abs(mean) <= 1e3 * range_y), f"mean {np.abs(mean).max():.3g} of data below {range_y:.3g}")


@law("G26", "surrogate", "it knows more where it has looked", "std at a datum <= std far away",
     "the posterior variance never grows with data", cases=surrogate_case, applies=needs("stationary"),
     hint="the std is not a function of the distance to the data")  # fmt: skip
def informed(sur: Surrogate, case: SurrogateCase) -> None:
    """The tolerance of the variance."""
    case = sur.view(replace(case, X=case.X if len(case.X) else case.X_new[:1], y=case.y if len(case.y) else np.ones(1)))
    far = case.X.max(axis=0, keepdims=True) + 400 * case.lengthscales
    _, variance = sur(replace(case, X_new=np.concatenate([far, case.X])))
    expect(
        np.all(variance[1:] <= variance[0] + sur.tolerance(case)[1]),
        f"variance {variance[1:].max():.6g} at a datum, {variance[0]:.6g} far away",
    )


@law("G27", "surrogate", "the memory layout does not matter",
     "Fortran order, read-only, strided, integers = the same numbers", "numpy", cases=some_data,
     hint="convert once, at the door: np.asarray(X, dtype=float)")  # fmt: skip
def layout(sur: Surrogate, case: SurrogateCase) -> None:
    """The same numbers in another order of memory: within the tolerance."""
    case = sur.view(case)
    case = replace(case, X=np.round(4 * case.X) if sur.make else case.X, y=np.round(case.y * 4), X_new=case.X_new)
    if sur.noise_free:
        case = sur.view(case)
    (mean, variance), (mean_off, variance_off) = sur(case), sur.tolerance(case)
    strided, fortran = np.repeat(case.X, 2, axis=0)[::2], np.asfortranarray(case.X_new)
    y = case.y.copy()
    y.flags.writeable = fortran.flags.writeable = strided.flags.writeable = False
    others = {"strided and read-only": (strided, y, fortran)}
    if np.array_equal(case.X, np.round(case.X)) and np.array_equal(case.y, np.round(case.y)):
        others["integer"] = (case.X.astype(int), case.y.astype(int), case.X_new)
    for name, arguments in others.items():
        result = sur.raw(case)(*arguments)
        there = sur(case, lambda *_, result=result: result)
        expect_close(there[0], mean, 2 * mean_off, f"mean of {name} arrays")
        expect_close(there[1], variance, 2 * variance_off, f"variance of {name} arrays")

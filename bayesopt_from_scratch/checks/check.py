"""What you call: one function for each kind of thing that can be checked.

Each takes the subject, then keywords for optional abilities and for conventions that differ from ours. Nothing is
guessed: what is not declared is not tried, and its row of the report says so. The last keywords are those of
:func:`~bayesopt_from_scratch.checks.run.run_laws`: ``level``, ``max_examples``, ``seed``, ``on_fail``, ``only``,
``time_limit``, ``strict_warnings``, ``engine``.
"""

import math
from collections.abc import Callable
from typing import Any

from .acquisition import Acquisition, diagnose_acquisition
from .cholesky import Cholesky
from .cholesky_diagnosis import diagnose_cholesky
from .density import Density, taught_bandwidth
from .kernel import Kernel, diagnose_kernel
from .report import Report
from .run import demand, one_of, run_laws
from .surrogate import Surrogate
from .surrogate_diagnosis import diagnose_surrogate

__all__ = ["check_acquisition", "check_cholesky", "check_density", "check_kernel", "check_surrogate"]

Function = Callable[..., Any]
Factory = Callable[..., Function]


def check_kernel(
    make: Factory,
    *,
    kernel: str | None = "rbf",
    gradient: Factory | None = None,
    gradient_in: str = "log",
    input_gradient: Factory | None = None,
    stationary: bool = True,
    scaled: bool = True,
    shared_lengthscale: bool = False,
    one_dimensional: bool = False,
    one_argument: bool = False,
    empty: bool = True,
    any_dtype: bool = False,
    **options: Any,
) -> Report:
    r"""Try the laws of a kernel.

    Parameters
    ----------
    make : callable
        ``make(lengthscales, variance)`` returns ``k(A, B)``, which maps (n, d) and (m, d) arrays to (n, m).
    kernel : {"rbf", "matern52", None}
        Which formula it should be; None tries only the laws that hold for any.
    gradient : callable, optional
        ``gradient(lengthscales, variance)`` returns ``g(A, B)`` of shape (d, n, m): dK / dlog lengthscale_j.
    gradient_in : {"log", "raw"}
        Whether that is the derivative by the logarithm, or by the length scale itself.
    input_gradient : callable, optional
        ``input_gradient(lengthscales, variance)`` returns ``g(x, B)`` of shape (m, d): dk(x, b_i) / dx_j.
    stationary : bool
        Whether it depends on differences alone.
    scaled : bool
        Whether these count only as multiples of the length scales: not where it has a period of its own.
    shared_lengthscale : bool
        Whether it takes one number for all dimensions.
    one_dimensional : bool
        Whether it takes only points of shape (n, 1).
    one_argument : bool
        Whether ``k(A)`` means ``k(A, A)``.
    empty : bool
        Whether n = 0 is to work.
    any_dtype : bool
        Whether lists, ``uint8`` and ``float32`` are to work.
    **options
        As in the module's docstring.

    Returns
    -------
    Report
        One row for each law.

    Raises
    ------
    LawsBroken
        If a law is broken, unless ``on_fail="report"``.

    Examples
    --------
    >>> import numpy as np
    >>> def make(lengthscales, variance):
    ...     return lambda A, B: variance * np.exp(-0.5 * (((A[:, None] - B[None]) / lengthscales) ** 2).sum(axis=-1))
    >>> check_kernel(make, level="quick").ok
    True
    """
    one_of("kernel", kernel, ("rbf", "matern52", None))
    one_of("gradient_in", gradient_in, ("log", "raw"))
    subject = Kernel(make, kernel, gradient, gradient_in, input_gradient, stationary, scaled, shared_lengthscale,
                     one_dimensional, one_argument, empty, any_dtype)  # fmt: skip
    return run_laws("kernel", subject, _name(make), diagnose=diagnose_kernel, **options)


def check_cholesky(
    factorize: Function,
    *,
    invert: Function | None = None,
    solve: Function | None = None,
    log_determinant: Function | None = None,
    append: Function | None = None,
    singular: str = "solve",
    first_jitter: float = 1e-6,
    jitter_factor: float = 10.0,
    empty: bool = True,
    any_dtype: bool = False,
    **options: Any,
) -> Report:
    r"""Try the laws of a Cholesky factorization.

    Parameters
    ----------
    factorize : callable
        ``factorize(K)`` returns L, or (L, jitter), with L L' = K + jitter I; it raises if K is indefinite.
    invert : callable, optional
        ``invert(L)`` returns the inverse W of the triangle.
    solve : callable, optional
        ``solve(L, b)`` returns x with L x = b, for b of shape (n,) and (n, k).
    log_determinant : callable, optional
        ``log_determinant(K)`` returns log det K.
    append : callable, optional
        ``append(L, k, c)`` returns the factor of [[K, k], [k', c]], or raises.
    singular : {"solve", "raise"}
        Whether singular matrices get jitter, or an error.
    first_jitter, jitter_factor : float
        First rung of the ladder in units of the mean diagonal, and what one rung is multiplied by for the next.
    empty : bool
        Whether n = 0 is to work.
    any_dtype : bool
        Whether arrays of integers are to work, or are refused; truncated answers are wrong.
    **options
        As in the module's docstring.

    Returns
    -------
    Report
        One row for each law.

    Raises
    ------
    LawsBroken
        If a law is broken, unless ``on_fail="report"``.

    Examples
    --------
    >>> import numpy as np
    >>> check_cholesky(np.linalg.cholesky, singular="raise", level="quick").ok
    True
    """
    one_of("singular", singular, ("solve", "raise"))
    subject = Cholesky(factorize, invert, solve, log_determinant, append, singular, first_jitter, jitter_factor, empty,
                       any_dtype)  # fmt: skip
    return run_laws("cholesky", subject, _name(factorize), diagnose=diagnose_cholesky, **options)


def check_surrogate(
    make: Factory | None = None,
    *,
    predict: Function | None = None,
    kernel: str = "rbf",
    returns: str = "std",
    predictive: bool = False,
    standardizes: bool = False,
    singular: str = "solve",
    noise_free: bool = False,
    jitter: float = 0.0,
    one_dimensional: bool = False,
    shared_lengthscale: bool = False,
    stationary: bool = True,
    empty: bool = True,
    covariance: Factory | None = None,
    lml: Factory | None = None,
    lml_gradient: Factory | None = None,
    gradient_in: str = "log",
    leave_one_out: Factory | None = None,
    with_kernel: Factory | None = None,
    **options: Any,
) -> Report:
    r"""Try the laws of a Gaussian process with zero mean, or of any surrogate.

    Parameters
    ----------
    make : callable
        ``make(lengthscales, signal_variance, noise_variance)`` returns ``predict(X, y, X_new)``, which returns the mean
        and the standard deviation of the latent function, both (m,).
    predict : callable
        In place of ``make``, for a surrogate that sets its own hyperparameters: only the laws that hold for any.
    kernel : {"rbf", "matern52"}
        Which prior it has.
    returns : {"std", "variance"}
        What it returns besides the mean.
    predictive : bool
        Whether that includes the noise of a new measurement.
    standardizes : bool
        Whether y is brought to mean 0 and standard deviation 1 inside, where the hyperparameters apply; with
        ``predict=`` it declares that the unit of y does not matter.
    singular : {"solve", "raise"}
        Whether exact copies of points without noise are to work.
    noise_free : bool
        Whether the noise variance is ignored because there is none.
    jitter : float
        What is always added to the diagonal besides the noise.
    one_dimensional, shared_lengthscale, stationary, empty : bool
        As for :func:`check_kernel`; ``empty`` is prediction without data.
    covariance : callable, optional
        Made like ``make``; ``covariance(X, y, X_new)`` is the joint latent covariance (m, m).
    lml, lml_gradient : callable, optional
        Made like ``make``; ``lml(X, y)`` is the log marginal likelihood, its gradient the (d + 2,) derivatives by the
        logarithms of length scales, signal variance and noise variance.
    gradient_in : {"log", "raw"}
        Whether that is by the logarithms or by the parameters themselves.
    leave_one_out : callable, optional
        Made like ``make``; ``leave_one_out(X, y)`` is mean and spread (n,) of each datum given the others, with noise.
    with_kernel : callable, optional
        ``with_kernel(k, noise_variance)`` returns ``predict`` for any kernel function ``k(A, B)``.
    **options
        As in the module's docstring.

    Returns
    -------
    Report
        One row for each law.

    Raises
    ------
    LawsBroken
        If a law is broken, unless ``on_fail="report"``.
    ValueError
        If not exactly one of ``make`` and ``predict`` is given.

    Examples
    --------
    >>> import numpy as np
    >>> def make(l, v, s2):
    ...     def k(A, B):
    ...         return v * np.exp(-0.5 * (((A[:, None] - B[None]) / l) ** 2).sum(axis=-1))
    ...     def predict(X, y, X_new):
    ...         K, Ks = k(X, X) + s2 * np.eye(len(X)), k(X_new, X)
    ...         var = v - (Ks * np.linalg.solve(K, Ks.T).T).sum(axis=1)
    ...         return Ks @ np.linalg.solve(K, y), np.sqrt(np.maximum(var, 0))
    ...     return predict
    >>> check_surrogate(make, singular="raise", level="quick").ok
    True
    """
    if (make is None) == (predict is None):
        raise ValueError("expected exactly one of make= and predict=")
    one_of("kernel", kernel, ("rbf", "matern52"))
    one_of("returns", returns, ("std", "variance"))
    one_of("singular", singular, ("solve", "raise"))
    one_of("gradient_in", gradient_in, ("log", "raw"))
    demand("jitter", jitter, "a number >= 0", lambda x: 0 <= x < math.inf)
    subject = Surrogate(
        make, predict, kernel, returns, predictive, standardizes, singular, noise_free, jitter, one_dimensional,
        shared_lengthscale, stationary, empty, covariance, lml, lml_gradient, gradient_in, leave_one_out, with_kernel,
    )  # fmt: skip
    return run_laws("surrogate", subject, _name(make or predict), diagnose=diagnose_surrogate, **options)


def check_density(
    make: Function,
    *,
    bandwidth: Callable[[int, int], float] | None = taught_bandwidth,
    prior_weight: float | None = 1.0,
    one_dimensional: bool = False,
    empty: bool = True,
    outside: bool = False,
    weighted: Function | None = None,
    integers: Function | None = None,
    categories: Function | None = None,
    log_scale: Function | None = None,
    split: Function | None = None,
    good_fraction: float | None = None,
    score: Function | None = None,
    **options: Any,
) -> Report:
    r"""Try the laws of a density on the unit cube, and of what TPE does with two of them.

    Parameters
    ----------
    make : callable
        ``make(observations)`` with observations (n, d) in the unit cube returns ``(log_density, sample)``:
        ``log_density(X)`` maps (m, d) to (m,), ``sample(n, rng)`` is (n, d).
    bandwidth : callable, optional
        ``bandwidth(n, d)`` of the truncated normal components; 0.1 n^(-1/(d+4)) unless said otherwise; None if it is
        not a function of n and d (then the mixture is not compared with its formula).
    prior_weight : float, optional
        Weight of the uniform component, where an observation has 1; 0 if there is none, None if it is not of this kind.
    one_dimensional, empty : bool
        As for :func:`check_kernel`; without observations the density is uniform.
    outside : bool
        Whether points outside the cube are answered with -inf.
    weighted : callable, optional
        ``weighted(observations, weights)`` returns the same as ``make``.
    integers, categories : callable, optional
        ``integers(codes, k)`` with codes (n,) of 0 to k - 1 returns ``(log_mass, sample)``: ``log_mass(codes)`` and
        ``sample(n, rng)`` are (n,).
    log_scale : callable, optional
        ``log_scale(observations, low, high)`` with observations (n,) returns ``(log_density, sample)`` on [low, high].
    split : callable, optional
        ``split(values)`` returns the indices of the good and of the bad trials.
    good_fraction : float, optional
        The best ceil(good_fraction * n) are good.
    score : callable, optional
        ``score(log_l, log_g)`` ranks candidates; the greatest is chosen.
    **options
        As in the module's docstring.

    Returns
    -------
    Report
        One row for each law.

    Raises
    ------
    LawsBroken
        If a law is broken, unless ``on_fail="report"``.
    """
    demand("bandwidth", bandwidth, "callable, or None", lambda f: f is None or callable(f))
    demand("good_fraction", good_fraction, "between 0 and 1, or None", lambda x: x is None or 0 < x < 1)
    subject = Density(make, bandwidth, prior_weight, one_dimensional, empty, outside, weighted, integers, categories,
                      log_scale, split, good_fraction, score)  # fmt: skip
    return run_laws("density", subject, _name(make), **options)


def check_acquisition(
    ei: Function,
    *,
    log_ei: Function | None = None,
    gradient: Function | None = None,
    log_gradient: Function | None = None,
    maximize: bool = False,
    spread: str = "std",
    offset: float = 0.0,
    any_shape: bool = False,
    any_dtype: bool = False,
    **options: Any,
) -> Report:
    r"""Try the laws of expected improvement.

    Parameters
    ----------
    ei : callable
        ``ei(mean, std, best)`` with mean, std of shape (m,) and a number returns (m,).
    log_ei : callable, optional
        ``log_ei(mean, std, best)``.
    gradient : callable, optional
        ``gradient(mean, std, best)`` returns (dEI/dmean, dEI/dstd).
    log_gradient : callable, optional
        ``log_gradient(mean, std, best)`` returns (log EI, dlog EI/dmean, dlog EI/dstd).
    maximize : bool
        Whether larger values are better.
    spread : {"std", "variance"}
        What the second argument is.
    offset : float
        What is subtracted from the improvement to make it explore.
    any_shape : bool
        Whether scalars, empty and two-dimensional arrays are to work.
    any_dtype : bool
        Whether means of an integer type are to work, or are refused; truncated answers are wrong.
    **options
        As in the module's docstring.

    Returns
    -------
    Report
        One row for each law.

    Raises
    ------
    LawsBroken
        If a law is broken, unless ``on_fail="report"``.

    Examples
    --------
    >>> import math
    >>> import numpy as np
    >>> def ei(mean, std, best):
    ...     z = (best - mean) / std**2
    ...     Phi = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in z])
    ...     return (best - mean) * Phi + std**2 * np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    >>> print(check_acquisition(ei, level="quick", only=["E1"], on_fail="report").diagnosis)
    the variance was passed where EI needs the standard deviation
    """
    one_of("spread", spread, ("std", "variance"))
    demand("offset", offset, "a finite number", math.isfinite)
    subject = Acquisition(ei, log_ei, gradient, log_gradient, maximize, spread, offset, any_shape, any_dtype)
    return run_laws("acquisition", subject, _name(ei), diagnose=diagnose_acquisition, **options)


def _name(subject: Any) -> str:
    """What to call it in the report."""
    return str(getattr(subject, "__name__", type(subject).__name__))

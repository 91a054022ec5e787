"""Is my code right? Laws, for our code and for yours.

Grade your expected improvement in three lines::

    from bayesopt_from_scratch.checks import check_acquisition
    from solution import expected_improvement          # yours: (mean, std, best) -> array
    print(check_acquisition(expected_improvement, on_fail="report"))

What comes back says of each law whether it holds, is broken (by how much, on which smallest case, and what usually
causes that), or could not be tried and why. Without ``on_fail="report"`` a broken law raises :class:`LawsBroken`.

=========================== =====================================================================================
:func:`check_kernel`        ``make(lengthscales, variance) -> k(A, B)``
:func:`check_cholesky`      ``factorize(K) -> L`` or ``(L, jitter)``
:func:`check_surrogate`     ``make(lengthscales, signal_variance, noise_variance) -> predict(X, y, X_new)``
:func:`check_density`       ``make(observations) -> (log_density, sample)``
:func:`check_acquisition`   ``ei(mean, std, best)``
:func:`check_strategy`      a search strategy
:func:`check_space`         a search space
=========================== =====================================================================================

Their keywords declare what else there is to check (a gradient, a covariance, ...) and which conventions differ (the
variance instead of the standard deviation, maximization, ...). Around them:

- :func:`parametrize_with_checks` makes one test case of pytest out of each law.
- :func:`from_sklearn`, :func:`from_course_gp`, :func:`from_course_optimizer` adapt other interfaces.
- :func:`laws` lists the laws: id, statement, formula, source, tolerance and why.
- ``python -m bayesopt_from_scratch check KIND FILE.py:NAME`` does it from the command line.
"""

from . import (  # noqa: F401  (each enters its laws into the table)
    change_of_data,
    copies,
    dense,
    discrete,
    evidence,
    factorization,
    improvement,
    invariance,
    jitter,
    kernel_gradient,
    kernel_use,
    kernel_values,
    learning,
    log_acquisition,
    machine,
    parzen,
    posterior,
    sampling,
    space_laws,
    space_return,
    split,
    strategy_aims,
    strategy_laws,
    strategy_moves,
    strategy_values,
    surrogate_use,
)
from .adapters import CourseGP, from_course_gp, from_course_optimizer, from_sklearn
from .check import check_acquisition, check_cholesky, check_density, check_kernel, check_surrogate
from .check_search import check_space, check_strategy
from .law import KINDS, Broken, Law, laws
from .parametrize import parametrize_with_checks
from .report import LawsBroken, Report, Row

__all__ = [
    "KINDS",
    "Broken",
    "CourseGP",
    "Law",
    "LawsBroken",
    "Report",
    "Row",
    "check_acquisition",
    "check_cholesky",
    "check_density",
    "check_kernel",
    "check_space",
    "check_strategy",
    "check_surrogate",
    "from_course_gp",
    "from_course_optimizer",
    "from_sklearn",
    "laws",
    "parametrize_with_checks",
]

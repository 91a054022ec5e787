"""Laws of the values of a kernel: its formula, and what follows from the formula."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .cases import KernelCase, kernel_case, lengthscales, some_points, variance
from .draw import Draw
from .kernel import GPML, Kernel, needs, ulps
from .law import EPS, answer, expect, expect_close, law, trying
from .oracle import PROFILES, gram, squared_distances

__all__: list[str] = []

Array = NDArray[np.floating]


@law("K1", "kernel", "equals its definition", "k(x, z) = v f(sum_j ((x_j - z_j) / l_j)^2)", f"{GPML}, eq. 4.9 and 4.17",
     cases=kernel_case, applies=needs("profile"),
     hint="length scale not squared, a missing 1/2 (exp(-D^2) for exp(-D^2 / 2)), the variance forgotten or squared, "
     "or one length scale used for all")  # fmt: skip
def definition(kernel: Kernel, case: KernelCase) -> None:
    """Relative 20 (2 + r^2 + |x/l|^2 + |z/l|^2) eps: ten times the rounding of the exponent."""
    case = kernel.view(case)
    assert kernel.profile is not None
    expected = gram(case.A, case.B, case.lengthscales, case.variance, kernel.profile)
    actual = kernel(case.lengthscales, case.variance, case.A, case.B)
    expect_close(actual, expected, ulps(case) * case.variance, "k(A, B)")
    expect_close(actual, expected, 100 * ulps(case) * expected + 1e-300, "k(A, B)")  # also far away, relatively


@law("K2", "kernel", "symmetric, variance on the diagonal", "k(x, z) = k(z, x), k(x, x) = v", f"{GPML}, section 4.1",
     cases=some_points,
     hint="the variance belongs on the diagonal too; noise does not belong into the kernel; where it is nan, the root "
     "of an r^2 that rounding made negative")  # fmt: skip
def symmetric(kernel: Kernel, case: KernelCase) -> None:
    """A difference changes nothing but its sign; f(0) = 1, and sqrt(v)^2 costs an ulp: 4 eps v.

    Where the kernel is not stationary, products are summed in another order: the rounding of its terms.
    """
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    K, here = kernel(l, v, case.A, case.A), KernelCase(l, v, case.A, case.A)
    exactly = 4 * EPS * v if kernel.stationary else ulps(here) * kernel.bound(l, v, case.A, case.A)
    expect_close(K, K.T, exactly, "k(A, A) - k(A, A)'")
    allowed = ulps(case) * kernel.bound(l, v, case.A, case.B)
    expect_close(kernel(l, v, case.A, case.B), kernel(l, v, case.B, case.A).T, allowed, "k(A, B)")
    if kernel.stationary:
        rounding = 4 * EPS + np.diag(ulps(here, 1))
        expect_close(np.diag(K), np.full(len(K), v), rounding * v, "diagonal of k(A, A)")
    if kernel.one_argument:
        alone = answer(kernel.made(kernel.make, l, v)(case.A.copy()), K.shape, "k(A)")
        expect_close(alone, K, exactly, "k(A)")


def _sometimes_a_lattice(draw: Draw) -> KernelCase:
    """Draw a case; in half of them 64 more points, a cubic lattice, which shows what some points at random do not."""
    case, spacing = kernel_case(draw, least_d=3, least_n=5), draw.choice((0.0, 0.0, 1.0, 2.0))
    if spacing == 0:
        return case
    lattice = np.zeros((64, len(case.lengthscales)))
    lattice[:, :3] = spacing * np.indices((4, 4, 4)).reshape(3, -1).T
    return replace(case, B=lattice * case.lengthscales)


@law("K3", "kernel", "positive semidefinite and bounded",
     "smallest eigenvalue of K >= 0, |k(x, z)|^2 <= k(x, x) k(z, z)", f"{GPML}, section 4.1",
     cases=_sometimes_a_lattice,
     hint="not every decreasing function of a distance is a kernel: squares must be summed before the "
     "exponential; or rows of a large matrix are left out")  # fmt: skip
def positive(kernel: Kernel, case: KernelCase) -> None:
    """Rounding moves an eigenvalue by at most n eps |K| <= n^2 eps v: ten times that, times 1 + max (x/l)^2."""
    case = kernel.view(case)
    X = np.concatenate([case.A, case.B, (case.A + case.A[::-1]) / 2])  # points between points: the hard ones
    K = kernel(case.lengthscales, case.variance, X, X)
    top = float(np.diag(K).max())
    allowed = 10 * len(K) ** 2 * EPS * top * (1 + float(((X / case.lengthscales) ** 2).max(initial=0.0)))
    lowest = float(np.linalg.eigvalsh((K + K.T) / 2)[0])
    expect(lowest >= -allowed, f"k(X, X) has the eigenvalue {lowest:.3g}, expected >= 0 (- {allowed:.1e})")
    bound = np.sqrt(np.outer(np.diag(K), np.diag(K)))
    expect(np.all(np.abs(K) <= bound * (1 + 1e-12)), "some |k(x, z)| exceeds sqrt(k(x, x) k(z, z))")


@law("K4", "kernel", "stationary", "k(x + a, z + a) = k(x, z)", f"{GPML}, section 4.2", cases=some_points,
     applies=needs("stationary"),
     hint="|x|^2 + |z|^2 - 2 x'z loses all digits far from the origin: form differences first, or centre")  # fmt: skip
def stationary(kernel: Kernel, case: KernelCase) -> None:
    """The shift is exact in binary; dividing by l before subtracting rounds x/l, hence 16 eps (1 + r |x + a| / l)."""
    case = kernel.view(case)
    l, v, d = case.lengthscales, case.variance, len(case.lengthscales)
    a = (2.0 ** (11 + np.arange(d) % 3) + 0.3125) * 2.0 ** np.round(np.log2(l))
    r = np.sqrt(squared_distances(case.A, case.B, l))
    near, far = kernel(l, v, case.A, case.B), kernel(l, v, case.A + a, case.B + a)
    expect_close(far, near, (16 * EPS * (1 + r * np.linalg.norm(2 * a / l)) + ulps(case)) * v, "k(A + a, B + a)")


@law("K5", "kernel", "separable over dimensions", "k = v prod_j k_j(x_j, z_j) / v",
     f"{GPML}, section 4.2.4, section 5.1", cases=partial(kernel_case, least_d=2, least_n=1),
     applies=needs("rbf", "dimensions"),
     hint="each dimension has its own length scale; squares are summed over dimensions, once")  # fmt: skip
def separable(kernel: Kernel, case: KernelCase) -> None:
    """A product of d values, each within the rounding of its exponent."""
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    factors = [kernel(l[j : j + 1], v, case.A[:, j : j + 1], case.B[:, j : j + 1]) / v for j in range(len(l))]
    expect_close(kernel(l, v, case.A, case.B), v * np.prod(factors, axis=0), len(l) * ulps(case) * v, "k(A, B)")


@law("K6", "kernel", "dimensions have no order", "k of permuted columns and length scales = k", "definition",
     cases=partial(kernel_case, least_d=2, least_n=1), applies=needs("dimensions"),
     hint="a length scale is applied to the wrong dimension, or only the first dimension is used")  # fmt: skip
def exchangeable(kernel: Kernel, case: KernelCase) -> None:
    """The sum is taken in another order: twice the rounding of the exponent."""
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    order = np.roll(np.arange(len(l)), 1)
    moved = kernel(l[order], v, case.A[:, order], case.B[:, order])
    allowed = 2 * ulps(case) * kernel.bound(l, v, case.A, case.B)
    expect_close(moved, kernel(l, v, case.A, case.B), allowed, "k(A, B) with its columns rolled")


@law("K7", "kernel", "limits of the length scale", "l -> infinity: k = v; l -> 0: k = 0 between different points",
     f"{GPML}, section 2.3", cases=some_points, applies=needs("stationary", "profile"),
     hint="a length scale in the numerator, or something added to it")  # fmt: skip
def limits(kernel: Kernel, case: KernelCase) -> None:
    """1 - f(r^2) <= r^2 for both formulas, r at 1e9 l; at a distance of 2000 l the exponential underflows.

    Another stationary kernel may fall like 1 / r^2 or not at all, and reach v as slowly as it likes.
    """
    case = kernel.view(case)
    l, v, n = case.lengthscales, case.variance, len(case.A)
    everywhere = kernel(1e9 * l, v, case.A, case.B)
    allowed = 16 * EPS + squared_distances(case.A, case.B, 1e9 * l)
    expect_close(everywhere, np.full(everywhere.shape, v), allowed * v, "k(A, B) at 1e9 l")
    X = 2000.0 * np.arange(n)[:, None] * l
    expect_close(kernel(l, v, X, X), v * np.eye(n), 4 * EPS * v, "k(X, X) of points 2000 l apart")


@law("K8", "kernel", "falls with distance, rises with length scale", "|x - z| up or l down: k down", "definition",
     cases=some_points, applies=needs("profile"),
     hint="a sign is wrong, or a distance is used with its sign")  # fmt: skip
def monotone(kernel: Kernel, case: KernelCase) -> None:
    """Rounding may undo a step by the rounding of its exponent."""
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    origin, direction = case.B[:1], (1 + np.abs(case.A[:1])) * np.where(case.A[:1] < 0, -1.0, 1.0)
    steps = np.linspace(0, 3, 13)[:, None] * direction * float(l.min()) / np.abs(direction).max()
    outward = kernel(l, v, origin, origin + steps)[0]
    expect(np.all(np.diff(outward) <= 1e-13 * v), f"k rises with distance: {outward.tolist()}")
    expect(outward[-1] < outward[0], f"k does not fall with distance: {outward.tolist()}")
    longer = np.array([kernel(c * l, v, origin, origin + steps[-1:])[0, 0] for c in (0.5, 1.0, 1.5, 3.0)])
    expect(np.all(np.diff(longer) > 0), f"k does not rise with the length scale: {longer.tolist()}")


@law("K12", "kernel", "only ratios to the length scale count", "k(c x, c z; c l) = k(x, z; l)", "definition",
     cases=some_points, applies=needs("scaled"),
     hint="an absolute number hides in the kernel: an epsilon, a default length scale, a fixed range; if that is its "
     "period, say scaled=False")  # fmt: skip
def scale_free(kernel: Kernel, case: KernelCase) -> None:
    """Powers of two scale without rounding; a kernel with a period, or an origin, of its own is another matter."""
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    K = kernel(l, v, case.A, case.B)
    expect_close(kernel(64 * l, v, 64 * case.A, 64 * case.B), K, ulps(case) * v, "k(64 A, 64 B; 64 l)")
    if not (kernel.shared_lengthscale or kernel.one_dimensional):
        c = 2.0 ** np.arange(len(l))
        expect_close(kernel(c * l, v, c * case.A, c * case.B), K, ulps(case) * v, "k(c A, c B; c l)")


@law("K13", "kernel", "the variance is a factor", "k(x, z; c v) = c k(x, z; v)", "definition", cases=some_points,
     hint="the variance is squared, added, clipped, or not used at all")  # fmt: skip
def proportional(kernel: Kernel, case: KernelCase) -> None:
    """Powers of two scale without rounding; sqrt(v)^2 costs an ulp, and exp of log 2^-50, which is rounded, 16 eps."""
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    K = kernel(l, v, case.A, case.B)
    for c, most in ((4.0, 8), (2.0**-40, 64), (2.0**40, 64)):
        expect_close(
            kernel(l, c * v, case.A, case.B), c * K, most * EPS * c * np.maximum(v, np.abs(K)), f"k(A, B; {c:g} v)"
        )


@law("K14", "kernel", "an average of waves (Bochner)", "k(x, z) = v E cos(w'(x - z)), w ~ N(0, diag l^-2)",
     f"{GPML}, section 4.2.1", cases=some_points, applies=needs("rbf"), share=0.25,
     hint="the spectrum of a kernel with length scale l has width 1/l")  # fmt: skip
def bochner(kernel: Kernel, case: KernelCase) -> None:
    """Hoeffding: 4000 cosines leave their mean by 0.12 with probability below 1e-12."""
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    w = np.random.default_rng(len(case.A)).standard_normal((4000, len(l))) / l
    waves = np.cos((case.A[:1] - case.B) @ w.T).mean(axis=1)
    expect_close(kernel(l, v, case.A[:1], case.B)[0] / v, waves, 0.12, "k(x, B) / v")


@law("K17", "kernel", "one length scale away", "k(0, l) = v exp(-1/2) for RBF", f"{GPML}, eq. 4.9",
     cases=lambda draw: KernelCase(lengthscales(draw, 1), variance(draw), np.zeros((1, 1)), np.zeros((1, 1))),
     applies=needs("profile"), hint="exp(-1) lacks the 1/2; another number means l where l^2 belongs")  # fmt: skip
def one_lengthscale(kernel: Kernel, case: KernelCase) -> None:
    """Rounding of the exponent."""
    assert kernel.profile is not None
    l, v = case.lengthscales, case.variance
    expected = v * PROFILES[kernel.profile][0](1.0)
    with trying(replace(case, B=case.A + l)):
        expect_close(kernel(l, v, case.A, case.A + l)[0, 0], expected, 100 * EPS * v, "k(0, l)")

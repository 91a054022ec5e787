r"""Laws of a kernel: how alike are two points?

k(x, z) = v f(r^2) with r^2 = sum_j ((x_j - z_j) / l_j)^2; for the RBF kernel f = exp(-r^2 / 2).

Forming differences first, a value has a relative error of about (2 + 2 r^2) eps, because exp amplifies the rounding of
its argument; laws that compare values allow ten times that (``ulps``), times v. A kernel of x'z, such as
v (1 + x'z / l^2)^p, errs by some d p eps v ((1 + |x|^2)(1 + |z|^2))^(p/2), lengths in units of l; that is d p eps
sqrt(k(x, x) k(z, z)), which takes the place of v where a kernel is not stationary (``Kernel.bound``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .cases import KernelCase
from .law import EPS, Broken, answer, calling
from .oracle import gram, squared_distances

__all__ = ["Kernel", "diagnose_kernel", "needs", "ulps"]

Array = NDArray[np.floating]
GPML = "Rasmussen & Williams (2006)"


@dataclass(frozen=True)
class Kernel:
    """A kernel under test; see :func:`~bayesopt_from_scratch.checks.check_kernel` for the fields."""

    make: Callable[..., Callable[..., Any]]
    profile: str | None = "rbf"
    gradient: Callable[..., Callable[..., Any]] | None = None
    gradient_in: str = "log"
    input_gradient: Callable[..., Callable[..., Any]] | None = None
    stationary: bool = True
    scaled: bool = True
    shared_lengthscale: bool = False
    one_dimensional: bool = False
    one_argument: bool = False
    empty: bool = True
    any_dtype: bool = False
    interface: ClassVar[str] = "make(lengthscales, variance) -> k(A, B) -> (n, m) array"

    def view(self, case: KernelCase) -> KernelCase:
        """Cut a case down to what this kernel takes."""
        l, A, B = case.lengthscales, case.A, case.B
        if self.one_dimensional:
            l, A, B = l[:1], A[:, :1], B[:, :1]
        if self.shared_lengthscale:
            l = np.full_like(l, l[0])
        if not self.empty and len(A) == 0:
            A = B[:1] + 1.0
        return KernelCase(l, case.variance, A, B)

    def made(self, factory: Callable[..., Callable[..., Any]], l: Array, v: float) -> Callable[..., Any]:
        """Make with hyperparameters of its own."""
        with calling(self.interface):
            return factory(float(l[0]) if self.shared_lengthscale else l.copy(), float(v))

    def after_another(self, factory: Callable[..., Callable[..., Any]], l: Array, v: float, A: Array, B: Array) -> Any:
        """Ask one that was made first, after one with other hyperparameters was asked the same."""
        function = self.made(factory, l, v)
        self.made(factory, 2 * l, 3 * v)(A.copy(), B.copy())
        return function(A.copy(), B.copy())

    def __call__(self, l: Array, v: float, A: Array, B: Array) -> Array:
        """Kernel matrix of shape (n, m)."""
        return answer(self.made(self.make, l, v)(A.copy(), B.copy()), (len(A), len(B)), "k(A, B)")

    def bound(self, l: Array, v: float, A: Array, B: Array) -> Array:
        """How large k(a, b) may be, and its terms: sqrt(k(a, a) k(b, b)), which is v where it is stationary."""
        if self.stationary:
            return np.full((len(A), len(B)), v)
        a, b = (np.diag(self(l, v, X, X)) for X in (A, B))
        return np.sqrt(np.abs(np.outer(a, b)))

    def ask_for_gradient(self, l: Array, v: float, A: Array, B: Array) -> Array:
        """DK / dlog l_j or dK / dl_j as declared, (d, n, m); one slice only where the length scale is shared."""
        assert self.gradient is not None
        slices = 1 if self.shared_lengthscale else len(l)
        value = self.after_another(self.gradient, l, v, A, B)
        return answer(value, (slices, len(A), len(B)), "gradient(A, B)")

    def by_lengthscale(self, l: Array) -> tuple[Array, str]:
        """Give dl_j / dlog l_j for each slice, or 1 where the derivative is by log l_j itself; and what it is by."""
        raw = self.gradient_in == "raw"
        return (l[:1] if self.shared_lengthscale else l) ** float(raw), "l" if raw else "log l"


def needs(*names: str) -> Callable[[Kernel], str]:
    """Say which fields are missing for a law."""

    def applies(kernel: Kernel) -> str:
        for name in names:
            if name == "scaled" and not (kernel.scaled and kernel.stationary):
                return "declared scaled=False" if kernel.stationary else "declared stationary=False"
            if name == "rbf" and kernel.profile != "rbf":
                return 'only for kernel="rbf"'
            if name == "dimensions" and kernel.one_dimensional:
                return "declared one_dimensional"
            if name == "own scales" and kernel.shared_lengthscale:
                return "declared shared_lengthscale"
            if name not in ("rbf", "dimensions", "own scales") and not getattr(kernel, name):
                return f"needs {name.replace('profile', 'kernel')}="
        return ""

    return applies


def ulps(case: KernelCase, exactly: float = 20.0) -> Array:
    """Relative tolerance of each entry; the squares of the coordinates are there for |x|^2 + |z|^2 - 2 x'z."""
    D2 = squared_distances(case.A, case.B, case.lengthscales)
    squares = [((X / case.lengthscales) ** 2).sum(axis=1) for X in (case.A, case.B)]
    return exactly * EPS * (2 + D2 + np.add.outer(*squares))


_SUSPECTS: dict[str, Callable[[Array, float, Array, Array], Array]] = {
    "the length scale was not squared: exp(-|x - z|^2 / (2 l))":
        lambda l, v, A, B: gram(A, B, np.sqrt(l), v, "rbf"),
    "the factor 1/2 was missing: exp(-|x - z|^2 / l^2)":
        lambda l, v, A, B: gram(A, B, l / np.sqrt(2), v, "rbf"),
    "the factor 1/2 was missing and the length scale was not squared":
        lambda l, v, A, B: gram(A, B, np.sqrt(l / 2), v, "rbf"),
    "the variance was squared (or a standard deviation was expected in its place)":
        lambda l, v, A, B: gram(A, B, l, v**2, "rbf"),
    "the square root of the variance was used": lambda l, v, A, B: gram(A, B, l, np.sqrt(v), "rbf"),
    "the variance was forgotten": lambda l, v, A, B: gram(A, B, l, 1.0, "rbf"),
    "the factor 1/2 and the length scale were missing: exp(-|x - z|^2)":
        lambda l, v, A, B: gram(A, B, np.full_like(l, np.sqrt(0.5)), v, "rbf"),
    "the factor 1/2 and the variance were missing: exp(-|x - z|^2 / l^2)":
        lambda l, v, A, B: gram(A, B, l / np.sqrt(2), 1.0, "rbf"),
    "the points were multiplied by the length scale": lambda l, v, A, B: gram(A, B, 1 / l, v, "rbf"),
    "only the first length scale was used": lambda l, v, A, B: gram(A, B, np.full_like(l, l[0]), v, "rbf"),
    "the length scale was forgotten": lambda l, v, A, B: gram(A, B, np.ones_like(l), v, "rbf"),
    "the distance was not squared: exp(-|x - z| / (2 l))":
        lambda l, v, A, B: v * np.exp(-0.5 * np.sqrt(squared_distances(A, B, l))),
    "the distance was not squared: exp(-|x - z| / l) (say kernel=None if it is Matern 1/2)":
        lambda l, v, A, B: v * np.exp(-np.sqrt(squared_distances(A, B, l))),
    "the kernel was Matern 3/2 (say kernel=None if it is: the laws that hold for any)":
        lambda l, v, A, B: _matern32(np.sqrt(3 * squared_distances(A, B, l)), v),
    "the kernel was Matern 5/2 (say kernel='matern52' if it is)": lambda l, v, A, B: gram(A, B, l, v, "matern52"),
    "the kernel was RBF (say kernel='rbf' if it is)": lambda l, v, A, B: gram(A, B, l, v, "rbf"),
}  # fmt: skip


def _matern32(r: Array, v: float) -> Array:
    """Rasmussen & Williams (2006), eq. 4.17, of sqrt(3) times the distance in length scales."""
    return v * (1 + r) * np.exp(-r)


def diagnose_kernel(kernel: Kernel) -> str:
    """Compare with well-known errors; if it is not known which formula it should have, only with those of variance."""
    known = kernel.profile
    if known and _alike(kernel, lambda l, v, A, B: gram(A, B, l, v, known)):
        return ""  # with one length scale for all it also looks as if only the first was used
    for name, suspect in _SUSPECTS.items():
        if (known or "variance" in name) and _alike(kernel, suspect):
            return name
    return ""


def _alike(kernel: Kernel, suspect: Callable[..., Array]) -> bool:
    """Whether the kernel gives the same numbers as a suspect."""
    for l in (np.array([0.4, 1.7]), np.array([3.0, 0.8])):
        case = kernel.view(KernelCase(l, 2.3, np.array([[0.1, 0.2], [0.5, -0.4]]), np.array([[0.0, 0.3]])))
        try:
            K = kernel(case.lengthscales, case.variance, case.A, case.B)
        except Broken:
            return False
        if not np.allclose(K, suspect(case.lengthscales, case.variance, case.A, case.B), rtol=1e-9, atol=0):
            return False
    return True

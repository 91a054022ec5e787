"""Laws of the gradients of a kernel, for those who declare them: by its length scales, and by its input."""

import numpy as np
from numpy.typing import NDArray

from .cases import KernelCase, some_points
from .kernel import GPML, Kernel, needs
from .law import answer, expect_close, law
from .oracle import PROFILES, squared_distances

__all__: list[str] = []

Array = NDArray[np.floating]


@law("K9", "kernel", "gradient in closed form", "dk/dlog l_j = k ((x_j - z_j)/l_j)^2 for RBF",
     f"{GPML}, eq. 5.2 and 5.9", cases=some_points, applies=needs("gradient", "profile"),
     hint="one slice for each length scale; a derivative by l itself is declared with gradient_in='raw'; or it "
     "remembers the answer with other hyperparameters")  # fmt: skip
def gradient(kernel: Kernel, case: KernelCase) -> None:
    """The factor ((x - z)/l)^2 is rounded a few times more: 1e-12 of the largest term."""
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    assert kernel.profile is not None
    weight = PROFILES[kernel.profile][1]
    D2 = squared_distances(case.A, case.B, l)
    W = v * np.array([weight(float(x)) for x in D2.flat]).reshape(D2.shape)
    S = ((case.A[:, None, :] - case.B[None, :, :]) / l).transpose(2, 0, 1) ** 2
    expected = W * D2[None] if kernel.shared_lengthscale else W * S
    unit, by = kernel.by_lengthscale(l)
    unit = unit[:, None, None]
    G = kernel.ask_for_gradient(l, v, case.A, case.B)
    expect_close(G, expected / unit, 1e-12 * v * (1 + D2) / unit, f"dk/d{by}")


@law("K10", "kernel", "gradient equals differences", "dk/dlog l_j = (k(log l_j + h) - k(log l_j - h)) / 2h + ...",
     "fourth-order central difference, h = 2e-3", cases=some_points, applies=needs("gradient"),
     hint="a factor l or 1/l, or the sign")  # fmt: skip
def gradient_by_differences(kernel: Kernel, case: KernelCase) -> None:
    """The difference formula errs by h^4/30 times the fifth derivative, below 1e3 v, and by rounding / h: 1e-8 v.

    Where the kernel is not stationary, sqrt(k(x, x) k(z, z)) stands for v.
    """
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    G, allowed = kernel.ask_for_gradient(l, v, case.A, case.B), 1e-8 * kernel.bound(l, v, case.A, case.B)
    unit, by = kernel.by_lengthscale(l)
    for j in range(len(G)):
        e = np.ones(len(l)) if kernel.shared_lengthscale else np.eye(len(l))[j]
        K = {i: kernel(l * np.exp(2e-3 * i * e), v, case.A, case.B) for i in (-2, -1, 1, 2)}
        slope = (8 * (K[1] - K[-1]) - (K[2] - K[-2])) / (12 * 2e-3)
        expect_close(G[j], slope / unit[j], allowed / unit[j], f"dk/d{by}_{j}")


@law("K11", "kernel", "gradient by the input", "dk/dx_j = -weight(r^2) (x_j - z_j) / l_j^2, 0 at x = z",
     f"{GPML}, section 9.4", cases=some_points, applies=needs("input_gradient", "profile"),
     hint="the sign of x - z, or l for l^2; where it is nan, 0/0 at x = b; or the answer with other hyperparameters is "
     "remembered")  # fmt: skip
def input_gradient(kernel: Kernel, case: KernelCase) -> None:
    """As K9, in units of v / l."""
    case = kernel.view(case)
    l, v, x = case.lengthscales, case.variance, case.A[0]
    assert kernel.profile is not None and kernel.input_gradient is not None
    B = np.concatenate([case.B, case.A[:1]])
    weight = PROFILES[kernel.profile][1]
    W = v * np.array([weight(float(D2)) for D2 in squared_distances(case.A[:1], B, l)[0]])
    expected = -W[:, None] * (x - B) / l**2
    value = kernel.after_another(kernel.input_gradient, l, v, x, B)
    expect_close(
        answer(value, B.shape, "input_gradient(x, B)"), expected, 1e-12 * v / l * (1 + np.abs(x - B) / l), "dk/dx"
    )

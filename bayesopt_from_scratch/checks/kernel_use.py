"""Laws of the kernel as a piece of software."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cases import KernelCase, kernel_case, some_points
from .kernel import Kernel, ulps
from .law import answer, expect, expect_close, law
from .purity import expect_pure

__all__: list[str] = []

Array = NDArray[np.floating]


@law("K0", "kernel", "shape and type", "k(A, B) is (n, m) and finite", "definition", cases=kernel_case,
     hint="rows of A index rows of the result; n may differ from m, and be 0 or 1")  # fmt: skip
def shape(kernel: Kernel, case: KernelCase) -> None:
    """Exact."""
    case = kernel.view(case)
    for A, B in ((case.A, case.B), (case.B, case.A), (case.B[:1], case.A)):
        kernel(case.lengthscales, case.variance, A, B)


@law("K15", "kernel", "leaves its arguments alone", "A, B, l unchanged; the same answer twice; no memory", "definition",
     cases=some_points,
     hint="an in-place operation such as A -= ... or A /= l works on the caller's array; a cache is asked for too "
     "little; two kernels share what they remember")  # fmt: skip
def pure(kernel: Kernel, case: KernelCase) -> None:
    """Exact."""
    case = kernel.view(case)
    A, B, l = case.A.copy(), case.B.copy(), case.lengthscales.copy()
    k = kernel.make(float(l[0]) if kernel.shared_lengthscale else l, float(case.variance))
    first = np.array(k(A, B), dtype=float)
    returned = k(A, B)
    for name, array, before in (("A", A, case.A), ("B", B, case.B), ("lengthscales", l, case.lengthscales)):
        expect(np.array_equal(array, before), f"the kernel changed its argument {name}")
    expect(np.array_equal(first, np.asarray(returned)), "the second call with the same arguments gave another answer")
    if isinstance(returned, np.ndarray) and returned.flags.writeable:
        returned[...] = -1.0  # whoever owns a result may write into it
        expect(np.array_equal(first, np.asarray(k(A, B))), "writing into a result changed the next answer")
    kernel.made(kernel.make, 2 * l, 3 * case.variance)(A, B)  # another kernel, between two questions to this one
    expect(np.array_equal(first, np.asarray(k(A, B))), "making another kernel changed the next answer")
    turned = answer(k(A[::-1].copy(), B[::-1].copy()), first.shape, "k(A, B)")  # other points, of the same sum
    expect_close(turned, kernel(l, case.variance, A[::-1], B[::-1]), 0, "k of the rows in reverse, after the first,")
    A += l  # the caller may write into his own arrays
    there = answer(k(A, B), first.shape, "k(A, B)")
    expect_close(there, kernel(l, case.variance, A, B), 0, "k of other points, after the first,")
    for name, X in (("gradient", case.A), ("input_gradient", case.A[0])):
        factory = getattr(kernel, name)
        if factory is not None:
            make = partial(kernel.made, factory, case.lengthscales, case.variance)
            expect_pure(make, (X, case.B), (X[::-1] + 1.0, case.B), name)


@law("K18", "kernel", "each pair by itself", "k(A, B)_ij depends on a_i and b_j alone", "definition", cases=some_points,
     hint="points are centred or scaled by the rest of the batch; a square matrix is taken for k(A, A); jitter is "
     "added where A is B; rows are worked off in blocks, and the last one is short")  # fmt: skip
def pairwise(kernel: Kernel, case: KernelCase) -> None:
    """The same operations in vector registers: the rounding of the exponent, or of products."""
    case = kernel.view(case)
    l, v, n = case.lengthscales, case.variance, min(len(case.A), len(case.B))
    K, allowed = kernel(l, v, case.A, case.B), ulps(case) * kernel.bound(l, v, case.A, case.B)
    parts = [(slice(i, i + 1), slice(None)) for i in range(len(case.A))]
    parts += [(slice(None), slice(j, j + 1)) for j in range(len(case.B))] + [(slice(n), slice(n))]
    for i, j in parts:
        alone = kernel(l, v, case.A[i], case.B[j])
        expect_close(alone, K[i, j], allowed[i, j], f"k(A[{_span(i)}], B[{_span(j)}])")
    again = np.arange(101)  # enough for blocks, the last of which is not full
    rows, columns = again % len(case.A), again % len(case.B)
    tall, wide = kernel(l, v, case.A[rows], case.B), kernel(l, v, case.A, case.B[columns])
    expect_close(tall, K[rows], allowed[rows], "k of the rows of A over and over, 101 in all,")
    expect_close(wide, K[:, columns], allowed[:, columns], "k of the rows of B over and over, 101 in all,")
    A = case.A.copy()
    same = answer(kernel.made(kernel.make, l, v)(A, A), (len(A), len(A)), "k(A, A)")
    allowed = ulps(KernelCase(l, v, A, A)) * kernel.bound(l, v, A, A)
    expect_close(same, kernel(l, v, A, A), allowed, "k(A, A) of one array, where k of it and its copy is expected,")


def _span(part: slice) -> str:
    """Write a slice as in the brackets it stood in."""
    return f"{part.start or ''}:{part.stop or ''}"


@law("K16", "kernel", "the memory layout does not matter",
     "integers, Fortran order, read-only, strided = the same numbers", "numpy", cases=some_points,
     hint="convert once, at the door: np.asarray(A, dtype=float)")  # fmt: skip
def layout(kernel: Kernel, case: KernelCase) -> None:
    """The same numbers in another order of memory: the rounding of the exponent, or of products."""
    case = kernel.view(case)
    l, v = case.lengthscales, case.variance
    A, B = np.round(4 * case.A), np.round(4 * case.B)
    K, allowed = kernel(l, v, A, B), ulps(KernelCase(l, v, A, B)) * kernel.bound(l, v, A, B)
    for name, change in _LAYOUTS.items():
        if name.startswith("dtype") and not kernel.any_dtype:
            continue
        value = kernel.made(kernel.make, l, v)(change(A), change(B))
        expected = (
            kernel(l, v, *(np.asarray(change(X), dtype=float) for X in (A, B))) if name.startswith("dtype") else K
        )
        what = f"k of {name} arrays"
        expect_close(answer(value, K.shape, what), expected, allowed, what)


def _strided(A: Array) -> Array:
    """Make a view that steps over memory."""
    return np.repeat(A, 2, axis=0)[::2]


def _frozen(A: Array) -> Array:
    """Make a copy that cannot be written."""
    A = A.copy()
    A.flags.writeable = False
    return A


_LAYOUTS: dict[str, Callable[[Array], Any]] = {
    "Fortran": np.asfortranarray,
    "read-only": _frozen,
    "strided": _strided,
    "integer": lambda A: A.astype(int),
    "dtype uint8": lambda A: np.abs(A).clip(0, 255).astype(np.uint8),
    "dtype int16": lambda A: A.clip(-30000, 30000).astype(np.int16),
    "dtype float32": lambda A: A.astype(np.float32),
    "dtype list": lambda A: A.tolist(),
}

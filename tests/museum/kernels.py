"""Wrong kernels. Each entry says what is wrong, tries the laws on it, and names the law that must see it."""

from functools import partial

import numpy as np

from bayesopt_from_scratch.checks import check_kernel

from .right import halve, matern52, rbf, rbf_gradient, rbf_input_gradient, remembering, spoiling


def squares(A, B, l):
    return ((A[:, None, :] - B[None, :, :]) / l) ** 2


def of_squares(f):
    """A kernel from a wrong function of (squares, v)."""
    return lambda l, v: lambda A, B: f(squares(A, B, l), v)


def with_scales(change, kernel=rbf):
    """The right kernel, with wrong length scales."""
    return lambda l, v: kernel(change(l), v)


def with_variance(change):
    return lambda l, v: rbf(l, change(v))


def with_points(change):
    """The right kernel, of wrongly prepared points."""
    return lambda l, v: lambda A, B: rbf(l, v)(*change(A, B))


def with_result(change):
    return lambda l, v: lambda A, B: change(rbf(l, v)(A, B), A, B, v)


def expanded(l, v):
    def k(A, B):
        A, B = A / l, B / l
        return v * np.exp(-0.5 * np.maximum((A**2).sum(1)[:, None] + (B**2).sum(1) - 2 * A @ B.T, 0))

    return k


def matern(c, square):
    def make(l, v):
        def k(A, B):
            r = np.sqrt(squares(A, B, l).sum(axis=-1))
            return v * (1 + c * r + square * r**2) * np.exp(-c * r)

        return k

    return make


def rolled_lengthscales(l, v):
    return lambda A, B: v * np.exp(-0.5 * ((A[:, None, :] / l - B[None, :, :] / np.roll(l, 1)) ** 2).sum(axis=-1))


def one_diagonal(l, v):
    def k(A, B):
        K = rbf(l, v)(A, B)
        if A.shape == B.shape and np.array_equal(A, B):
            np.fill_diagonal(K, 1.0)
        return K

    return k


def centres_in_place(l, v):
    def k(A, B):
        A -= B.mean(axis=0)
        return rbf(l, v)(A, B - B.mean(axis=0))

    return k


def divides_in_place(l, v):
    def k(A, B):
        A /= l
        return v * np.exp(-0.5 * ((A[:, None, :] - B[None, :, :] / l) ** 2).sum(axis=-1))

    return k


def keeps_results(l, v):
    cache = {}

    def k(A, B):
        key = A.tobytes(), B.tobytes()
        if key not in cache:
            cache[key] = rbf(l, v)(A, B)
        return cache[key]

    return k


def keeps_by_shape(l, v):
    cache = {}

    def k(A, B):
        return cache.setdefault((A.shape, B.shape), rbf(l, v)(A, B)).copy()

    return k


def keeps_by_identity(l, v):
    cache = {}

    def k(A, B):
        return cache.setdefault((id(A), id(B)), rbf(l, v)(A, B)).copy()

    return k


def keeps_by_sum(l, v):
    cache = {}

    def k(A, B):
        return cache.setdefault((A.shape, A.sum(), B.shape, B.sum()), rbf(l, v)(A, B)).copy()

    return k


def in_full_blocks(l, v):
    def k(A, B):
        K = rbf(l, v)(A, B)
        if len(A) > 32:
            K[len(A) - len(A) % 32 :] = 0.0
        return K

    return k


def shares_state():
    last = {}

    def make(l, v):
        last.setdefault("l", {})[len(l)] = l
        last["v"] = v
        return lambda A, B: rbf(last["l"][len(l)], last["v"])(A, B)

    return make


def halves_lengthscales(l, v):
    def k(A, B):
        l[...] = np.maximum(l / 2, 1e-3)
        return rbf(2 * l, v)(A, B)

    return k


def signed(l, v):
    return lambda A, B: v * np.exp(-0.5 * (((A[:, None, :] - B[None, :, :]) / l).sum(axis=-1)))


def truncated(A, B):
    return np.asarray(A).astype(int), np.asarray(B).astype(int)


def no_conversion(l, v):
    """The difference is taken in the type it came in."""
    return lambda A, B: rbf(l, v)(A, B) if isinstance(A, np.ndarray) else rbf(l, v)(np.array(A), np.array(B))


def as_in_memory(A, B):
    return A.ravel(order="K").reshape(A.shape), B.ravel(order="K").reshape(B.shape)


def in_integers(l, v):
    def k(A, B):
        K = np.zeros((len(A), len(B)), dtype=np.asarray(A).dtype)
        K[...] = rbf(l, v)(A, B)
        return K

    return k


def in_chunks(l, v):
    def k(A, B):
        K = np.zeros((len(A), len(B)))
        for i in range(0, max(len(A) // 32, 1) * 32, 32):
            K[i : i + 32] = rbf(l, v)(A[i : i + 32], B)
        return K

    return k


def gradient(change):
    return lambda l, v: lambda A, B: change(rbf_gradient(l, v)(A, B), l)


def forward_differences(l, v):
    def g(A, B):
        return np.array([(rbf(l * np.exp(1e-6 * e), v)(A, B) - rbf(l, v)(A, B)) / 1e-6 for e in np.eye(len(l))])

    return g


def matern_gradient_nan(l, v):
    def g(A, B):
        S = squares(A, B, l)
        r = np.sqrt(S.sum(axis=-1))
        slope = 5 / 3 * v * np.exp(-np.sqrt(5) * r) * (r + np.sqrt(5) * r**2)
        with np.errstate(all="ignore"):
            return np.moveaxis(slope[..., None] * S / r[..., None], -1, 0)

    return g


def input_gradient(change):
    return lambda l, v: lambda x, B: change(rbf_input_gradient(l, v)(x, B), x, B, l)


_kernel = {
    "length scale not squared": (with_scales(np.sqrt), "K1"),
    "the factor 1/2 is missing": (of_squares(lambda S, v: v * np.exp(-S.sum(-1))), "K17"),
    "distance not squared": (of_squares(lambda S, v: v * np.exp(-0.5 * np.sqrt(S.sum(-1)))), "K1"),
    "squared once more": (of_squares(lambda S, v: v * np.exp(-0.5 * S.sum(-1) ** 2)), "K3"),
    "Manhattan distance, squared": (of_squares(lambda S, v: v * np.exp(-0.5 * np.sqrt(S).sum(-1) ** 2)), "K3"),
    "Manhattan distance": (of_squares(lambda S, v: v * np.exp(-0.5 * np.sqrt(S).sum(-1))), "K1"),
    "largest coordinate instead of the sum": (of_squares(lambda S, v: v * np.exp(-0.5 * S.max(-1))), "K5"),
    "mean over dimensions instead of the sum": (of_squares(lambda S, v: v * np.exp(-0.5 * S.mean(-1))), "K5"),
    "only the first dimension": (of_squares(lambda S, v: v * np.exp(-0.5 * S[..., 0])), "K6"),
    "a sum of kernels over dimensions": (of_squares(lambda S, v: v * np.exp(-0.5 * S).mean(-1)), "K5"),
    "the exponent has the wrong sign": (of_squares(lambda S, v: v * np.exp(0.5 * S.sum(-1))), "K8"),
    "distance with its sign": (signed, "K8"),
    "multiplied by the length scale": (with_scales(lambda l: 1 / l), "K7"),
    "a spectrum of width l": (with_scales(lambda l: 1 / l), "K14"),
    "length scales sorted": (with_scales(np.sort), "K6"),
    "length scales in the opposite order": (with_scales(lambda l: l[::-1]), "K1"),
    "the first length scale everywhere": (with_scales(lambda l: np.full_like(l, l[0])), "K5"),
    "the mean length scale everywhere": (with_scales(lambda l: np.full_like(l, l.mean())), "K5"),
    "length scales clipped to [1e-5, 1e5]": (with_scales(lambda l: np.clip(l, 1e-5, 1e5)), "K7"),
    "length scales clipped at 8": (with_scales(lambda l: np.minimum(l, 8.0)), "K12"),
    "something added to the length scale": (with_scales(lambda l: l + 1e-6), "K12"),
    "the other argument has another length scale": (rolled_lengthscales, "K2"),
    "variance forgotten": (with_variance(lambda v: 1.0), "K13"),
    "variance squared": (with_variance(lambda v: v**2), "K13"),
    "root of the variance": (with_variance(np.sqrt), "K2"),
    "variance forgotten on the diagonal": (one_diagonal, "K2"),
    "variance added": (of_squares(lambda S, v: v + np.exp(-0.5 * S.sum(-1))), "K13"),
    "jitter on the diagonal of K(X, X)": (
        with_result(lambda K, A, B, v: K + 1e-6 * (A.shape == B.shape and np.array_equal(A, B)) * np.eye(*K.shape)),
        "K2",
    ),
    "jitter whenever the matrix is square": (
        with_result(lambda K, A, B, v: K + 1e-6 * v * (K.shape[0] == K.shape[1]) * np.eye(*K.shape)),
        "K18",
    ),
    "made symmetric where square": (
        with_result(lambda K, A, B, v: (K + K.T) / 2 if K.shape[0] == K.shape[1] else K),
        "K18",
    ),
    "small values cut off": (with_result(lambda K, A, B, v: np.where(1e-5 * v < K, K, 0.0)), "K1"),
    "columns normalized": (with_result(lambda K, A, B, v: v * K / np.maximum(K.sum(0, keepdims=True), 1e-300)), "K2"),
    "transposed": (with_result(lambda K, A, B, v: K.T), "K0"),
    "squeezed": (with_result(lambda K, A, B, v: np.squeeze(K)), "K0"),
    "crashes without points": (with_points(lambda A, B: (A, B + 0 * A[0])), "K0"),
    "shifted by its own mean": (with_points(lambda A, B: (A - A.mean(0), B - B.mean(0)) if len(A) else (A, B)), "K18"),
    "scaled by its own range": (
        with_points(lambda A, B: (A / (1 + np.ptp(A, axis=0)), B / (1 + np.ptp(A, axis=0))) if len(A) else (A, B)),
        "K18",
    ),
    "wraps at the edges of [0, 2]": (with_points(lambda A, B: (A % 2, B % 2)), "K4"),
    "points clipped to [-100, 100]": (with_points(lambda A, B: (np.clip(A, -100, 100), np.clip(B, -100, 100))), "K4"),
    "|x|^2 + |z|^2 - 2 x'z": (expanded, "K4"),
    "single precision": (with_points(lambda A, B: (A.astype(np.float32), B.astype(np.float32))), "K1"),
    "points truncated to integers": (with_points(truncated), "K12"),
    "result of the type of the points": (in_integers, "K16"),
    "reads memory in its own order": (with_points(as_in_memory), "K16"),
    "centres the caller's points": (centres_in_place, "K15"),
    "divides the caller's points": (divides_in_place, "K15"),
    "returns its cache": (keeps_results, "K15"),
    "changes the caller's length scales": (halves_lengthscales, "K15"),
    "the last rows of many are never filled": (in_chunks, "K3"),
    "cache by shape": (keeps_by_shape, "K15"),
    "cache by identity": (keeps_by_identity, "K15"),
    "cache by sums": (keeps_by_sum, "K15"),
    "a last block of rows that is not full is left out": (in_full_blocks, "K18"),
    "its transpose in such blocks": (lambda l, v: lambda A, B: in_full_blocks(l, v)(B, A).T, "K18"),
    "variance at least 1e-3": (with_variance(lambda v: max(v, 1e-3)), "K13"),
    "variance at most 1e6": (with_variance(lambda v: min(v, 1e6)), "K13"),
}

_matern = {
    "sqrt(3) in place of sqrt(5)": (matern(np.sqrt(3), 1.0), "K1"),
    "Matern 3/2": (matern(np.sqrt(3), 0.0), "K17"),
    "the quadratic term is missing": (matern(np.sqrt(5), 0.0), "K17"),
    "the quadratic term is r^2 / 3": (matern(np.sqrt(5), 1 / 3), "K1"),
    "the quadratic term is 5 r^2": (matern(np.sqrt(5), 5.0), "K3"),
}

_gradient = {
    "by the length scale itself": (gradient(lambda G, l: G / l[:, None, None]), "K10"),
    "by the squared length scale": (gradient(lambda G, l: G / 2), "K9"),
    "by the inverse length scale": (gradient(lambda G, l: -G), "K10"),
    "one sum for all length scales": (gradient(lambda G, l: np.repeat(G.sum(0, keepdims=True), len(l), axis=0)), "K9"),
    "length scales in the opposite order": (gradient(lambda G, l: G[::-1]), "K10"),
    "one l too many": (gradient(lambda G, l: G * l[:, None, None]), "K9"),
    "forward differences": (forward_differences, "K9"),
    "dimension last": (gradient(lambda G, l: np.moveaxis(G, 0, -1)), "K10"),
    "halves the caller's points": (spoiling(rbf_gradient, 0, halve), "K15"),
    "remembered, whatever the hyperparameters": (remembering(rbf_gradient), "K9"),
    "returns its cache": (lambda l, v: remembering(lambda: rbf_gradient(l, v))(), "K15"),
}

_input_gradient = {
    "the sign of x - z": (input_gradient(lambda g, x, B, l: -g), "K11"),
    "l for l^2": (input_gradient(lambda g, x, B, l: g * l), "K11"),
    "no length scale": (input_gradient(lambda g, x, B, l: g * l**2), "K11"),
    "1 for x - z": (input_gradient(lambda g, x, B, l: g / np.where(x == B, 1.0, x - B)), "K11"),
    "a factor 2": (input_gradient(lambda g, x, B, l: 2 * g), "K11"),
    "returns its cache": (lambda l, v: remembering(lambda: rbf_input_gradient(l, v))(), "K15"),
    "halves the caller's point": (spoiling(rbf_input_gradient, 0, halve), "K15"),
    "remembered, whatever the hyperparameters": (remembering(rbf_input_gradient), "K11"),
}


def jitter_where_the_same(l, v):
    return lambda A, B: rbf(l, v)(A, B) + (1e-8 * v * np.eye(len(A)) if A is B else 0.0)


def diagonal_forgotten(l, v):
    return lambda A, B: np.where(np.eye(len(A)) > 0, 0.0, rbf(l, v)(A, A)) if A is B else rbf(l, v)(A, B)


def noise_on_shared_memory(l, v):
    def k(A, B):
        noise = 1e-6 * v if np.shares_memory(A, B) else 0.0
        return rbf(l, v)(A, B) + noise * np.eye(len(A), len(B))

    return k


def profile(f):
    """A kernel v f(r^2), which may not be one."""
    return lambda l, v: lambda A, B: v * f((((A[:, None] - B[None]) / l) ** 2).sum(axis=-1))


def one_argument(change):
    """The right kernel, but for k(A)."""

    def make(l, v):
        return lambda A, B=None: change(rbf(l, v)(A, A), v) if B is None else rbf(l, v)(A, B)

    return make


_any = [
    ("a parabola cut off at 0", profile(lambda r2: np.maximum(1 - 0.1 * r2, 0.0)), {}, "K3"),
    ("a cone in any dimension", profile(lambda r2: np.maximum(1 - 0.3 * np.sqrt(r2), 0.0)), {}, "K3"),
    ("exp(-r^3)", profile(lambda r2: np.exp(-(r2**1.5))), {}, "K3"),
    ("negative", profile(lambda r2: -np.exp(-0.5 * r2)), {}, "K3"),
    (
        "tanh of a product",
        lambda l, v: lambda A, B: v * np.tanh(0.5 + (A / l) @ (B / l).T),
        {"stationary": False},
        "K3",
    ),
]

_declared = [
    ("k(A) with jitter", one_argument(lambda K, v: K + 1e-10 * v * np.eye(len(K))), {"one_argument": True}, "K2"),
    ("k(A) without the variance", one_argument(lambda K, v: K / v), {"one_argument": True}, "K2"),
    (
        "one length scale, times the root of d",
        lambda l, v: lambda A, B: rbf(l * A.shape[1] ** 0.5, v)(A, B),
        {"shared_lengthscale": True},
        "K1",
    ),
    (
        "one dimension, not squared",
        lambda l, v: lambda A, B: v * np.exp(-0.5 * np.abs(A - B.T) / l**2),
        {"one_dimensional": True},
        "K1",
    ),
]


def periodic(l, v):
    return lambda A, B: v * np.exp(-2 * (np.sin(np.pi * (A[:, None] - B[None]) / 2) ** 2 / l**2).sum(axis=-1))


_two = [("rbf", rbf), ("matern52", matern52)]

_others = {
    "Ornstein and Uhlenbeck": profile(lambda r2: np.exp(-np.sqrt(r2))),
    "rational quadratic": profile(lambda r2: 1 / (1 + r2 / 2)),
    "periodic": periodic,
}

_products = [
    ("linear", lambda l, v: lambda A, B: v * (A / l) @ (B / l).T),
    ("cubic", lambda l, v: lambda A, B: v * (1 + (A / l) @ (B / l).T) ** 3),
    ("its own unit", lambda l, v: lambda A, B: v * (1 + A @ B.T)),
]

WRONG = [
    *((f"kernel: {what}", partial(check_kernel, make), id) for what, (make, id) in _kernel.items()),
    *((f"Matern: {what}", partial(check_kernel, make, kernel="matern52"), id) for what, (make, id) in _matern.items()),
    *(
        (f"kernel gradient: {what}", partial(check_kernel, rbf, gradient=make), id)
        for what, (make, id) in _gradient.items()
    ),
    *(
        (f"kernel input gradient: {what}", partial(check_kernel, rbf, input_gradient=make), id)
        for what, (make, id) in _input_gradient.items()
    ),
    (
        "Matern gradient: 0/0 where points coincide",
        partial(check_kernel, matern52, kernel="matern52", gradient=matern_gradient_nan),
        "K9",
    ),
    ("kernel: hyperparameters of the last one made", lambda **options: check_kernel(shares_state(), **options), "K15"),
    ("kernel: unsigned integers wrap", partial(check_kernel, no_conversion, any_dtype=True), "K16"),
    ("kernel: jitter where A is B", partial(check_kernel, jitter_where_the_same), "K18"),
    ("kernel: its diagonal forgotten where A is B", partial(check_kernel, diagonal_forgotten), "K18"),
    ("kernel: noise where A and B share memory", partial(check_kernel, noise_on_shared_memory), "K18"),
    *((f"some kernel: {what}", partial(check_kernel, make, kernel=None, **more), id) for what, make, more, id in _any),
    *((f"conventions: {what}", partial(check_kernel, make, **more), id) for what, make, more, id in _declared),
    (
        "some kernel: each side centred by itself",
        partial(check_kernel, _kernel["shifted by its own mean"][0], kernel=None),
        "K18",
    ),
]

RIGHT = [
    ("RBF", partial(check_kernel, rbf, gradient=rbf_gradient, input_gradient=rbf_input_gradient)),
    (
        "RBF with a gradient by l",
        partial(check_kernel, rbf, gradient=gradient(lambda G, l: G / l[:, None, None]), gradient_in="raw"),
    ),
    ("Matern 5/2", partial(check_kernel, matern52, kernel="matern52")),
    ("Matern 5/2, not said", partial(check_kernel, matern52, kernel=None)),
    *(
        (f"one length scale: {name}", partial(check_kernel, k, kernel=name, shared_lengthscale=True))
        for name, k in _two
    ),
    *(
        (f"another kernel: {what}", partial(check_kernel, k, kernel=None, scaled=what != "periodic"))
        for what, k in _others.items()
    ),
    *((f"not stationary: {what}", partial(check_kernel, k, kernel=None, stationary=False)) for what, k in _products),
]

"""Is the posterior what conditioning a Gaussian gives, its evidence the data's, and its fit the best one found?

The constants were made with mpmath at 50 digits: K by eq. 4.9 or 4.17 of Rasmussen & Williams (2006), its inverse and
determinant by ``mpmath.matrix``, then eq. 2.23, 2.24, 2.30, 5.9 and 5.12 as they stand; each input is the double that
the literal stands for, and ``condition`` is the ratio of the extreme eigenvalues of K + s2 I.
"""

import math
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bayesopt_from_scratch import RBF, GaussianProcess, Kernel, Matern52, Posterior
from bayesopt_from_scratch.numerics.bfgs import minimize_on_box
from bayesopt_from_scratch.surrogate import gaussian_process
from bayesopt_from_scratch.surrogate.gaussian_process import fit

Array = NDArray[np.floating]
EPS = 2.0**-52

REFERENCES: list[dict[str, Any]] = [
    dict(
        kernel=RBF,
        X=[[0.1, 0.7], [0.35, 0.2], [0.6, 0.9], [0.85, 0.4]],
        y=[0.5, -1.25, 2.0, 0.75],
        lengthscales=[0.3, 1.7],
        variance=2.5,
        noise_variance=0.01,
        Q=[[0.2, 0.6], [0.85, 0.4], [5.0, 5.0]],
        condition=17.5,
        lml=-10.724066778665524,
        gradient=[-9.867197804981002, -5.3676360459432235, 4.054124502021587, 0.15390927942527766],
        mean=[-0.2778159257324358, 0.7635319444242881, -2.4312887732571005e-43],
        std=[0.22656906656262954, 0.09958423518537975, 1.5811388300841898],
        covariance=-0.00026402742759912344,
        loo_mean=[-1.8856473816185453, 1.4342081454340512, -0.5689818954821922, 2.3807456859649063],
        loo_std=[1.0977741916080483, 0.8262394018657058, 0.8262394018657059, 1.0977741916080486],
    ),
    dict(
        kernel=RBF,
        X=[[0.1, 0.7], [0.35, 0.2], [0.6, 0.9], [0.85, 0.4]],
        y=[0.5, -1.25, 2.0, 0.75],
        lengthscales=[0.4, 0.9],
        variance=0.7,
        noise_variance=0.0,
        Q=[[0.2, 0.6], [0.85, 0.4], [5.0, 5.0]],
        condition=12,
        lml=-14.183526555399165,
        gradient=[-0.876016485986415, -16.94160708757182, 10.196345427325543, 0.0],
        mean=[0.17172459705751034, 0.75, -2.5180412998659043e-30],
        std=[0.08737079398938208, 0.0, 0.8366600265340756],
        covariance=0.0,
        loo_mean=[-0.6092660639926519, 0.8474196691025225, 0.2931912313857406, 0.9134590178074942],
        loo_std=[0.560528179624393, 0.5120620844426991, 0.5120620844426992, 0.5605281796243932],
    ),
    dict(
        kernel=RBF,
        X=[[0.1, 0.7], [0.35, 0.2], [0.6, 0.9], [0.85, 0.4], [0.1, 0.7001]],
        y=[0.5, -1.25, 2.0, 0.75, 0.5001],
        lengthscales=[0.3, 1.7],
        variance=2.5,
        noise_variance=1e-09,
        Q=[[0.2, 0.6], [0.85, 0.4], [5.0, 5.0]],
        condition=1.61e09,
        lml=-2.6162119975956664,
        gradient=[-11.91016189024206, -4.612305788880688, 4.058964603228056, -0.0940528415188522],
        mean=[-0.30140719271167943, 0.7500000014688524, -2.6390933205439335e-43],
        std=[0.20672901221171594, 3.162277658796567e-05, 1.5811388300841898],
        covariance=-1.793528544945435e-11,
        loo_mean=[0.49996325352744875, 1.1535856316106352, -0.43076411495022404, 2.442985840914171, 0.5001367289042941],
        loo_std=[
            9.510919433906519e-05,
            0.75221832440899,
            0.7767667111545586,
            1.0735878340005915,
            9.511151849260141e-05,
        ],
    ),
    dict(
        kernel=RBF,
        X=[[0.0], [0.25], [0.5], [0.75], [1.0]],
        y=[1.0, 0.5, -0.25, -1.0, 0.5],
        lengthscales=[0.8],
        variance=1.5,
        noise_variance=1e-06,
        Q=[[0.3], [0.9], [-2.0]],
        condition=1.42e05,
        lml=-966.0468681974744,
        gradient=[-6748.695775624511, 947.8988821125142, 19.306539346073368],
        mean=[0.39760879667966365, -0.5353606609172152, 6.682410123428342],
        std=[0.0009307692124708725, 0.0015700798905378193, 1.1960804210443792],
        covariance=2.7299829165574243e-07,
        loo_mean=[
            -0.6229495644301114,
            1.0278884712410523,
            -0.6477387817011556,
            -0.41237971514507343,
            -1.5037302692366659,
        ],
        loo_std=[
            0.045555303092357155,
            0.013575494241414037,
            0.009587776786227803,
            0.013575494241414037,
            0.045555303092357155,
        ],
    ),
    dict(
        kernel=Matern52,
        X=[[0.1, 0.7], [0.35, 0.2], [0.6, 0.9], [0.85, 0.4]],
        y=[0.5, -1.25, 2.0, 0.75],
        lengthscales=[0.3, 1.7],
        variance=2.5,
        noise_variance=0.01,
        Q=[[0.2, 0.6], [0.85, 0.4], [5.0, 5.0]],
        condition=8.93,
        lml=-8.407056956478156,
        gradient=[-3.8709449435313426, -1.4833872287496965, 1.500028805335987, 0.03773403058832953],
        mean=[-0.2691676211693211, 0.7551998919528046, -3.0313678428638743e-12],
        std=[0.4040313644909669, 0.09968509674155651, 1.5811388300841898],
        covariance=-7.875594323139394e-05,
        loo_mean=[-1.17907729825765, 1.2027206328985196, -0.3543895617387877, 1.5769352633145182],
        loo_std=[1.2610682635599084, 1.0586113146623704, 1.0586113146623704, 1.2610682635599086],
    ),
    dict(
        kernel=Matern52,
        X=[[0.1, 0.7], [0.35, 0.2], [0.6, 0.9], [0.85, 0.4]],
        y=[0.5, -1.25, 2.0, 0.75],
        lengthscales=[0.4, 0.9],
        variance=0.7,
        noise_variance=0.0,
        Q=[[0.2, 0.6], [0.85, 0.4], [5.0, 5.0]],
        condition=7.33,
        lml=-11.743905110349504,
        gradient=[-1.4957662042307385, -9.410188683477413, 7.455438420494793, 0.0],
        mean=[0.1330984537930153, 0.75, 1.9509952475767605e-09],
        std=[0.1814003898542377, 0.0, 0.8366600265340756],
        covariance=0.0,
        loo_mean=[-0.5185430624037636, 0.840980043663827, 0.16242273508951255, 0.8760378772958239],
        loo_std=[0.6422270713060805, 0.5926461474691627, 0.5926461474691627, 0.6422270713060805],
    ),
    dict(
        kernel=Matern52,
        X=[[0.1, 0.7], [0.35, 0.2], [0.6, 0.9], [0.85, 0.4], [0.1, 0.7001]],
        y=[0.5, -1.25, 2.0, 0.75, 0.5001],
        lengthscales=[0.3, 1.7],
        variance=2.5,
        noise_variance=1e-09,
        Q=[[0.2, 0.6], [0.85, 0.4], [5.0, 5.0]],
        condition=8.89e08,
        lml=-0.39586705426968555,
        gradient=[-3.532453128175469, -0.9085715608090326, 1.1755964872143567, -0.06160664830931295],
        mean=[-0.27072960813245944, 0.7500000005258647, -3.119292637495815e-12],
        std=[0.3961129589649338, 3.162277659161811e-05, 1.5811388300841898],
        covariance=-7.088658554395848e-12,
        loo_mean=[0.5000263482527819, 1.0221398112492326, -0.2752511319218738, 1.5760394292966906, 0.5000736347377266],
        loo_std=[
            0.00012451724192941293,
            1.02207064259363,
            1.039945767047377,
            1.2533241382019558,
            0.00012451890194514496,
        ],
    ),
    dict(
        kernel=Matern52,
        X=[[0.0], [0.25], [0.5], [0.75], [1.0]],
        y=[1.0, 0.5, -0.25, -1.0, 0.5],
        lengthscales=[0.8],
        variance=1.5,
        noise_variance=1e-06,
        Q=[[0.3], [0.9], [-2.0]],
        condition=1.03e03,
        lml=-22.212499338748525,
        gradient=[-70.64599626051454, 19.253242987135557, 0.0019031615717541126],
        mean=[0.3937970077830855, -0.31730864370034734, 0.13687220901425892],
        std=[0.01858946743975553, 0.03824715814240224, 1.2198257374793602],
        covariance=0.00014378420683215464,
        loo_mean=[
            0.5829603378124346,
            0.7876930717333068,
            -0.7135579781016365,
            -0.18404197094337058,
            -1.360663072050505,
        ],
        loo_std=[
            0.29327680962688174,
            0.13515422011047312,
            0.11379682854715624,
            0.13515422011047312,
            0.29327680962688174,
        ],
    ),
]

both = pytest.mark.parametrize("kind", [RBF, Matern52])


def conditioned(reference: dict[str, Any]) -> Posterior:
    kernel = reference["kernel"](reference["lengthscales"], reference["variance"])
    return GaussianProcess(kernel, reference["noise_variance"]).condition(reference["X"], reference["y"])


def rounding(reference: dict[str, Any]) -> float:
    """What n rounded operations cost on a matrix of this condition."""
    return 10 * len(reference["y"]) * EPS * float(reference["condition"])


@pytest.mark.parametrize("reference", REFERENCES)
def test_posterior_against_50_digits(reference: dict[str, Any]) -> None:
    posterior, v = conditioned(reference), reference["variance"]
    mean, std = posterior.predict(reference["Q"])
    assert posterior.jitter == 0.0
    assert mean == pytest.approx(reference["mean"], rel=1e-14, abs=rounding(reference))
    variance = np.array(reference["std"]) ** 2
    assert std**2 == pytest.approx(variance, rel=1e-14, abs=rounding(reference) * v)
    covariance = posterior.covariance(reference["Q"])
    assert covariance[0, 1] == pytest.approx(reference["covariance"], rel=1e-14, abs=rounding(reference) * v)
    assert np.diag(covariance) == pytest.approx(variance, rel=1e-14, abs=rounding(reference) * v)
    assert np.array_equal(covariance, covariance.T)


@pytest.mark.parametrize("reference", REFERENCES)
def test_evidence_against_50_digits(reference: dict[str, Any]) -> None:
    posterior, n = conditioned(reference), len(reference["y"])
    lml, gradient = reference["lml"], np.array(reference["gradient"])
    fit_of_data = abs(2 * (gradient[-2] + gradient[-1]) + n)  # y' K^-1 y, by Euler: K is linear in (v, s2)
    assert type(posterior.log_marginal_likelihood) is float
    assert posterior.log_marginal_likelihood == pytest.approx(
        lml, rel=1e-14, abs=rounding(reference) * (1 + fit_of_data)
    )
    assert posterior.log_marginal_likelihood_gradient() == pytest.approx(
        gradient, rel=1e-13, abs=rounding(reference) * (n + fit_of_data)
    )


@pytest.mark.parametrize("reference", REFERENCES)
def test_leave_one_out_against_50_digits(reference: dict[str, Any]) -> None:
    mean, std = conditioned(reference).leave_one_out()
    assert mean == pytest.approx(reference["loo_mean"], rel=rounding(reference), abs=rounding(reference))
    assert std == pytest.approx(reference["loo_std"], rel=rounding(reference), abs=0)


@pytest.mark.parametrize("reference", [r for r in REFERENCES if r["condition"] < 1e4])
def test_well_conditioned_problems_to_ten_digits(reference: dict[str, Any]) -> None:
    posterior = conditioned(reference)
    mean, std = posterior.predict(reference["Q"][::2])
    assert mean == pytest.approx(reference["mean"][::2], rel=1e-10, abs=0)
    assert std == pytest.approx(reference["std"][::2], rel=1e-10, abs=0)
    assert posterior.log_marginal_likelihood == pytest.approx(reference["lml"], rel=1e-10, abs=0)
    assert posterior.log_marginal_likelihood_gradient() == pytest.approx(reference["gradient"], rel=1e-10, abs=0)


# --- closed forms ---------------------------------------------------------------------------------------------------


@both
def test_nothing_seen_is_the_prior(kind: type[Kernel]) -> None:
    kernel = kind([0.3, 1.0], 4.0)
    for noise_variance in (0.0, 0.5):
        posterior = GaussianProcess(kernel, noise_variance).condition(np.zeros((0, 2)), [])
        Q = [[0.0, 0.0], [0.5, 0.5], [9.0, -1.0]]
        mean, std = posterior.predict(Q)
        assert mean.tolist() == [0.0] * 3 and std.tolist() == [2.0] * 3
        assert np.array_equal(posterior.covariance(Q), kernel(Q, Q))
        assert posterior.log_marginal_likelihood == 0.0 and posterior.jitter == 0.0
        assert posterior.log_marginal_likelihood_gradient().tolist() == [0.0] * 4
        assert [part.shape for part in posterior.leave_one_out()] == [(0,), (0,)]
        value = posterior.predict_gradient([0.2, 0.3])
        assert value[:2] == (0.0, 2.0) and value[2].tolist() == value[3].tolist() == [0.0, 0.0]
        assert [part.shape for part in posterior.predict(np.zeros((0, 2)))] == [(0,), (0,)]


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0, 10), st.floats(-5, 5), st.floats(0, 3))
def test_one_point(l: float, v: float, s2: float, y: float, distance: float) -> None:
    posterior = GaussianProcess(RBF([l], v), s2).condition([[0.5]], [y])
    mean, std = posterior.predict([[0.5 + distance]])
    k = v * math.exp(-0.5 * ((0.5 + distance - 0.5) / l) ** 2)
    assert mean[0] == pytest.approx(k * y / (v + s2), rel=1e-14, abs=1e-15)
    assert std[0] ** 2 == pytest.approx(v - k * k / (v + s2), rel=1e-13, abs=4 * EPS * v)
    lml = -0.5 * y * y / (v + s2) - 0.5 * math.log(2 * math.pi * (v + s2))
    assert posterior.log_marginal_likelihood == pytest.approx(lml, rel=1e-14, abs=1e-14)
    q = y * y / (v + s2)
    expected = [0.0, 0.5 * (q - 1) * v / (v + s2), 0.5 * (q - 1) * s2 / (v + s2)]
    assert posterior.log_marginal_likelihood_gradient() == pytest.approx(expected, rel=1e-12, abs=1e-14)
    loo_mean, loo_std = posterior.leave_one_out()  # nothing is left: the prior, with noise
    assert loo_mean[0] == pytest.approx(0, abs=1e-14) and loo_std[0] == pytest.approx(math.sqrt(v + s2))


@given(st.floats(0.2, 5), st.floats(1e-2, 10), st.floats(-5, 5), st.floats(-5, 5), st.floats(-1, 2))
def test_two_points(v: float, s2: float, y1: float, y2: float, x: float) -> None:
    # by the 2 x 2 inverse [[a, -b], [-b, a]] / (a^2 - b^2), a = v + s2, b = k(x1, x2)
    def k(distance: float) -> float:
        return v * math.exp(-0.5 * (distance / 0.7) ** 2)

    a, b, k1, k2 = v + s2, k(1.0), k(x), k(x - 1)
    determinant = a * a - b * b
    posterior = GaussianProcess(RBF([0.7], v), s2).condition([[0.0], [1.0]], [y1, y2])
    mean, std = posterior.predict([[x]])
    assert mean[0] == pytest.approx((k1 * (a * y1 - b * y2) + k2 * (a * y2 - b * y1)) / determinant, abs=1e-12)
    explained = (a * (k1 * k1 + k2 * k2) - 2 * b * k1 * k2) / determinant
    assert std[0] ** 2 == pytest.approx(v - explained, abs=1e-12)
    quadratic = (a * (y1 * y1 + y2 * y2) - 2 * b * y1 * y2) / determinant
    lml = -0.5 * quadratic - 0.5 * math.log(determinant) - math.log(2 * math.pi)
    assert posterior.log_marginal_likelihood == pytest.approx(lml, rel=1e-12, abs=1e-12)


class Cosine(Kernel):
    """k = v cos((a - b) / l) in one dimension: the function v^(1/2) (w_1 cos + w_2 sin), with w ~ N(0, I)."""

    def profile(self, D2: Array) -> tuple[Array, Array]:
        D = np.sqrt(D2)
        return self.variance * np.cos(D), self.variance * np.sinc(D / np.pi)


@given(st.integers(0, 12), st.floats(0.2, 2), st.floats(0.1, 9), st.floats(1e-3, 1), st.integers(0, 10**6))
def test_bayesian_linear_regression_on_two_features(n: int, l: float, v: float, s2: float, seed: int) -> None:
    def features(X: Array) -> Array:
        return math.sqrt(v) * np.hstack([np.cos(X / l), np.sin(X / l)])

    rng = np.random.default_rng(seed)
    X, y, Q = rng.uniform(-2, 2, (n, 1)), rng.standard_normal(n), rng.uniform(-4, 4, (5, 1))
    F, f = features(X), features(Q)
    S = np.linalg.inv(np.eye(2) + F.T @ F / s2)  # posterior covariance of w; mean S F'y / s2 (GPML eq. 2.8)
    posterior = GaussianProcess(Cosine([l], v), s2).condition(X, y)
    mean, std = posterior.predict(Q)
    tolerance = float(100 * (n + 1) * EPS * (1 + n * v / s2))  # the condition number is at most 1 + n v / s2
    assert mean == pytest.approx(f @ S @ F.T @ y / s2, abs=tolerance * float(1 + np.abs(y).max(initial=0)))
    assert posterior.covariance(Q) == pytest.approx(f @ S @ f.T, abs=tolerance * v)
    assert std**2 == pytest.approx(np.diag(f @ S @ f.T), abs=tolerance * v)
    evidence = -0.5 * (y @ y / s2 - y @ F @ S @ F.T @ y / s2**2) - 0.5 * (
        n * math.log(2 * math.pi * s2) - np.linalg.slogdet(S)[1]
    )
    assert posterior.log_marginal_likelihood == pytest.approx(evidence, abs=tolerance * float(1 + y @ y / s2))


def problem(seed: int, n: int, d: int) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.random((n, d)), rng.standard_normal(n), rng.random((6, d))


seeds = st.integers(0, 10**6)
kinds = st.sampled_from([RBF, Matern52])


@given(kinds, seeds, st.integers(1, 12), st.integers(1, 4), st.floats(-4, 0))
def test_the_evidence_is_a_chain_of_predictions(
    kind: type[Kernel], seed: int, n: int, d: int, log_noise: float
) -> None:
    X, y, _ = problem(seed, n, d)
    gp = GaussianProcess(kind(np.full(d, 0.4), 1.7), 10**log_noise)
    total = 0.0
    for i in range(n):
        mean, std = gp.condition(X[:i], y[:i]).predict(X[i : i + 1])
        variance = std[0] ** 2 + gp.noise_variance
        total += -0.5 * (y[i] - mean[0]) ** 2 / variance - 0.5 * math.log(2 * math.pi * variance)
    posterior = gp.condition(X, y)
    condition = 1 + n * 1.7 / gp.noise_variance
    assert posterior.log_marginal_likelihood == pytest.approx(total, abs=1e-13 * condition * (1 + abs(total)))


@given(kinds, seeds, st.integers(2, 10), st.floats(-4, 0))
def test_leave_one_out_is_refitting(kind: type[Kernel], seed: int, n: int, log_noise: float) -> None:
    X, y, _ = problem(seed, n, 2)
    gp = GaussianProcess(kind([0.3, 0.8], 1.7), 10**log_noise)
    mean, std = gp.condition(X, y).leave_one_out()
    for i in range(n):
        rest = np.arange(n) != i
        expected, latent = gp.condition(X[rest], y[rest]).predict(X[i : i + 1])
        tolerance = 1e-13 * (1 + n * 1.7 / gp.noise_variance)
        assert mean[i] == pytest.approx(expected[0], abs=tolerance * 5)
        assert std[i] ** 2 == pytest.approx(latent[0] ** 2 + gp.noise_variance, rel=tolerance)


def slopes(f: Callable[[Array], Any], x: Array, h: float) -> Array:
    """Derivatives of f in each component of x, by central differences of fourth order; one row a component."""
    at = [[np.asarray(f(x + t * h * step)) for step in np.eye(len(x))] for t in (1, -1, 2, -2)]
    a, b, c, d = (np.array(values) for values in at)
    return (8 * (a - b) - (c - d)) / (12 * h)


@given(kinds, seeds, st.integers(0, 10), st.integers(1, 4))
def test_gradient_of_the_evidence(kind: type[Kernel], seed: int, n: int, d: int) -> None:
    X, y, _ = problem(seed, n, d)
    X += 100.0  # far from the origin, where expanded squares would lose digits
    theta = np.random.default_rng(seed).uniform(-1, 1, d + 2) - [*[0.5] * d, -1.0, 3.0]

    def evidence(theta: Array) -> float:
        l, v, s2 = np.exp(theta[:d]), math.exp(theta[d]), math.exp(theta[d + 1])
        return GaussianProcess(kind(l, v), s2).condition(X, y).log_marginal_likelihood

    l, v, s2 = np.exp(theta[:d]), math.exp(theta[d]), math.exp(theta[d + 1])
    posterior = GaussianProcess(kind(l, v), s2).condition(X, y)
    gradient = posterior.log_marginal_likelihood_gradient()
    scale = float(n + y @ np.linalg.solve(kind(l, v)(X, X) + s2 * np.eye(n), y))
    assert gradient == pytest.approx(slopes(evidence, theta, 2e-3), abs=1e-7 * (1 + scale))
    # Euler: scaling (v, s2) scales K
    euler = scale / 2 - n
    assert gradient[d] + gradient[d + 1] == pytest.approx(euler, abs=1e-12 * (1 + n * v / s2) * (1 + scale))


@given(kinds, seeds, st.integers(0, 8), st.integers(1, 4))
def test_gradient_of_the_prediction(kind: type[Kernel], seed: int, n: int, d: int) -> None:
    X, y, Q = problem(seed, n, d)
    posterior = GaussianProcess(kind(np.linspace(0.4, 0.8, d), 1.7), 1e-2).condition(X, y)
    x = Q[0]
    mean, std, dmean, dstd = posterior.predict_gradient(x)
    assert type(mean) is type(std) is float and dmean.shape == dstd.shape == (d,)
    at = posterior.predict(x[None])
    assert mean == pytest.approx(at[0][0], abs=1e-12) and std == pytest.approx(at[1][0], abs=1e-12)
    expected = slopes(lambda x: np.ravel(posterior.predict(x[None])), x, 1e-4)  # (d, 2)
    assert np.column_stack([dmean, dstd]) == pytest.approx(expected, abs=1e-7)


def test_the_corner_of_the_std_has_gradient_0() -> None:
    # v = 1/4 and k = v: v - k^2 / v is 0 without rounding
    posterior = GaussianProcess(RBF([1.0, 1.0], 0.25), 0.0).condition([[0.5, 0.5]], [1.0])
    mean, std, dmean, dstd = posterior.predict_gradient([0.5, 0.5])
    assert (mean, std) == (1.0, 0.0) and dmean.tolist() == dstd.tolist() == [0.0, 0.0]
    assert posterior.predict([[0.5, 0.5]])[1].tolist() == [0.0]


# --- samples --------------------------------------------------------------------------------------------------------


def assert_normal(draws: Array, mean: Array, covariance: Array) -> None:
    """Draws are N(mean, covariance), with a chance of less than 1e-9 that a right sampler is refused.

    Whitened, the m coordinates and the m (m - 1) / 2 sums of two of them are N(0, 1) if scaled: their mean over n draws
    is N(0, 1/n), beyond 7 / sqrt n once in 4e11; the sum of their squares is chi-squared, and leaves
    n +- 2 sqrt(n t) + 2 t with t = 25 once in 3e10 (Laurent & Massart, 2000, lemma 1). 60 such tests at most.
    """
    n, m = draws.shape
    assert n * m * (m + 1) <= 10**6 and m <= 6
    white = np.linalg.solve(np.linalg.cholesky(covariance), (draws - mean).T)
    pairs = [(white[i] + white[j]) / math.sqrt(2) for i in range(m) for j in range(i)]
    for e in [*white, *pairs]:
        assert abs(e.mean()) <= 7 / math.sqrt(n)
        assert abs(e @ e - n) <= 2 * math.sqrt(25 * n) + 50


@both
def test_samples_have_the_mean_and_covariance(kind: type[Kernel]) -> None:
    gp, Q = GaussianProcess(kind([0.4], 2.5), 0.01), [[0.1], [0.35], [0.8], [3.0]]
    for X, y in ((np.zeros((0, 1)), []), ([[0.0], [0.5]], [3.0, -2.0])):
        posterior = gp.condition(X, y)
        draws = posterior.sample(Q, 20_000, np.random.default_rng(1))
        assert draws.shape == (20_000, 4)
        assert_normal(draws, posterior.predict(Q)[0], posterior.covariance(Q))


@both
@pytest.mark.parametrize("n", [1, 10, 40, 100])
def test_samples_without_noise_go_through_the_points(kind: type[Kernel], n: int) -> None:
    # their covariance at these points is rounding noise of either sign
    X = np.linspace(0, 1, n)[:, None]
    y = np.sin(6 * X[:, 0])
    draws = GaussianProcess(kind([0.5]), 0.0).condition(X, y).sample(np.vstack([X, X[:1]]), 3, np.random.default_rng(0))
    assert np.abs(draws - np.append(y, y[0])).max() < 1e-4


def test_samples_depend_on_the_generator_alone() -> None:
    posterior = GaussianProcess(RBF([0.4]), 0.01).condition([[0.0]], [1.0])
    first, again, other = (posterior.sample([[0.2], [0.7]], 2, np.random.default_rng(s)) for s in (0, 0, 1))
    assert np.array_equal(first, again) and not np.any(first == other)
    assert posterior.sample([[0.2]], 0, np.random.default_rng(0)).shape == (0, 1)


def test_calibrated_on_draws_from_the_prior() -> None:
    # the residuals of 100 unseen values, whitened by their joint covariance, are exactly N(0, I)
    gp, rng = GaussianProcess(Matern52([0.3], 2.0), 0.1), np.random.default_rng(5)
    X = rng.random((200, 1))
    y = gp.condition(np.zeros((0, 1)), []).sample(X, 1, rng)[0] + math.sqrt(0.1) * rng.standard_normal(200)
    posterior, rest = gp.condition(X[:100], y[:100]), X[100:]
    residual = y[100:] - posterior.predict(rest)[0]
    white = np.linalg.solve(np.linalg.cholesky(posterior.covariance(rest) + 0.1 * np.eye(100)), residual)
    assert_normal(white[:, None], np.zeros(1), np.eye(1))


# --- points that coincide -------------------------------------------------------------------------------------------


@both
def test_copies_without_noise_are_averaged_and_the_jitter_is_reported(kind: type[Kernel]) -> None:
    posterior = GaussianProcess(kind([0.1], 4.0), 0.0).condition([[0.0], [0.0], [0.9]], [1.0, 2.0, -1.0])
    assert posterior.jitter == pytest.approx(4e-12, rel=1e-12)
    mean, std = posterior.predict([[0.0], [0.9]])
    assert mean == pytest.approx([1.5, -1.0], abs=1e-3) and np.all(std <= 1e-4)
    assert math.isfinite(posterior.log_marginal_likelihood)
    assert np.all(np.isfinite(posterior.log_marginal_likelihood_gradient()))


@given(
    kinds,
    st.lists(st.integers(0, 5), min_size=1, max_size=30),
    st.sampled_from([0.0, 1e-14, 1e-9]),
    st.sampled_from([0.0, 1e-14, 1e-8]),
    seeds,
)
@example(RBF, [0] * 30, 0.0, 0.0, 0)
def test_any_multiset_of_points_can_be_conditioned_on(
    kind: type[Kernel], places: list[int], apart: float, noise_variance: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X = np.array(places)[:, None] + apart * rng.standard_normal((len(places), 1))
    y = np.array(places) % 3 - 1.0  # copies agree
    posterior = GaussianProcess(kind([0.5]), noise_variance).condition(X, y)
    mean, std = posterior.predict(X)
    assert mean == pytest.approx(y, abs=1e-2) and np.all(std < 1e-1)
    assert math.isfinite(posterior.log_marginal_likelihood) and 0 <= posterior.jitter <= 1e-3
    assert np.all(np.isfinite(posterior.leave_one_out()))


def test_noise_needs_no_jitter() -> None:
    assert GaussianProcess(RBF([0.1]), 1e-6).condition([[0.0], [0.0]], [1.0, 2.0]).jitter == 0.0


# --- arguments ------------------------------------------------------------------------------------------------------


def test_lists_integers_and_any_memory_order_are_data() -> None:
    X, y, Q = [[0, 1], [2, 3], [5, 8]], [1, 0, -2], [[1, 1], [4, 4]]
    gp = GaussianProcess(RBF([2, 3], 4), 1)
    expected = [part.tolist() for part in gp.condition(np.array(X, float), np.array(y, float)).predict(Q)]
    for make in (np.asfortranarray, lambda a: np.array(a, dtype=np.float32), lambda a: a):
        posterior = gp.condition(make(X), make(y))
        assert [part.tolist() for part in posterior.predict(make(Q))] == expected
        assert all(part.dtype == np.float64 for part in posterior.predict(make(Q)))
        assert posterior.predict_gradient([1, 1])[0] == pytest.approx(expected[0][0], rel=1e-14)


def test_single_precision_is_raised_to_double() -> None:
    X, y, Q = (part.astype(np.float32) for part in problem(0, 6, 2))
    posterior = GaussianProcess(RBF(np.array([0.3, 0.4], dtype=np.float32)), 0.01).condition(X, y)
    l = np.array([0.3, 0.4], dtype=np.float32).astype(float)
    expected = GaussianProcess(RBF(l), 0.01).condition(X.astype(float), y.astype(float))
    assert posterior.predict(Q)[0].tolist() == expected.predict(Q.astype(float))[0].tolist()
    assert posterior.predict_gradient(Q[0])[0] == expected.predict_gradient(Q[0].astype(float))[0]
    first, again = (
        fit(a, b, n_starts=1, rng=np.random.default_rng(0)) for a, b in ((X, y), (X.astype(float), y.astype(float)))
    )
    assert theta_of(first).tolist() == theta_of(again).tolist()


def test_arguments_stay_as_they_were_and_results_are_nobodys() -> None:
    X, y, Q = problem(0, 6, 2)
    for array in (X, y, Q):
        array.flags.writeable = False
    gp = GaussianProcess(RBF([0.3, 0.4]), 0.01)
    posterior = gp.condition(X, y)
    first = [*posterior.predict(Q), posterior.covariance(Q), *posterior.leave_one_out()]
    first.append(posterior.log_marginal_likelihood_gradient())
    copies = [part.copy() for part in first]
    for part in first:
        part[:] = 7.0
    again = [*posterior.predict(Q), posterior.covariance(Q), *posterior.leave_one_out()]
    again.append(posterior.log_marginal_likelihood_gradient())
    assert all(np.array_equal(a, b) for a, b in zip(again, copies, strict=True))
    X, y = X.copy(), y.copy()
    posterior = gp.condition(X, y)
    X[:], y[:] = 0.0, 0.0
    assert np.array_equal(posterior.predict(Q)[0], copies[0])


def test_a_posterior_cannot_be_changed() -> None:
    posterior = GaussianProcess(RBF([1.0]), 0.0).condition([[0.0]], [1.0])
    with pytest.raises(FrozenInstanceError):
        posterior.jitter = 1.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        posterior.prior.noise_variance = 1.0  # type: ignore[misc]


@pytest.mark.parametrize("noise_variance", [-1e-300, np.nan, np.inf])
def test_refuses_a_noise_variance(noise_variance: float) -> None:
    message = f"expected a finite noise variance of 0 or more, got {noise_variance}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GaussianProcess(RBF([1.0]), noise_variance)


@pytest.mark.parametrize(
    ("X", "y"), [([0.0, 1.0], [0.0, 1.0]), ([[0.0]], [0.0, 1.0]), ([[0.0], [1.0]], [[0.0], [1.0]]), ([[0.0]], 1.0)]
)
def test_refuses_shapes_that_do_not_fit(X: Any, y: Any) -> None:
    message = f"expected X of shape (n, d) and y of shape (n,), got {np.shape(X)} and {np.shape(y)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GaussianProcess(RBF([1.0]), 0.0).condition(X, y)


@pytest.mark.parametrize(
    ("X", "y"), [([[np.nan]], [0.0]), ([[0.0]], [np.nan]), ([[np.inf]], [0.0]), ([[0.0]], [-np.inf])]
)
def test_refuses_what_is_not_finite(X: Any, y: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected finite points and values, got NaN or infinity$"):
        GaussianProcess(RBF([1.0]), 0.0).condition(X, y)


def test_the_columns_must_be_the_kernels() -> None:
    with pytest.raises(ValueError, match=r"expected points of shape \(n, 2\)"):
        GaussianProcess(RBF([1.0, 1.0]), 0.0).condition([[0.0]], [1.0])
    posterior = GaussianProcess(RBF([1.0]), 0.0).condition([[0.0]], [1.0])
    with pytest.raises(ValueError, match=r"expected points of shape \(n, 1\)"):
        posterior.predict([0.0])


# --- fitting --------------------------------------------------------------------------------------------------------


def theta_of(gp: GaussianProcess) -> Array:
    return np.log([*gp.kernel.lengthscales, gp.kernel.variance, gp.noise_variance])


def log_posterior(kind: type[Kernel], theta: Array, X: Array, y: Array) -> float:
    """Log evidence plus log prior (up to a constant), from the table in the docstring of ``fit``."""
    d = X.shape[1]
    gp = GaussianProcess(kind(np.exp(theta[:d]), math.exp(theta[d])), math.exp(theta[d + 1]))
    prior = -0.5 * np.sum((theta[:d] - math.log(0.2 * math.sqrt(d))) ** 2) / 3
    prior += -0.5 * theta[d] ** 2 - 0.5 * ((theta[d + 1] + 10) / 2) ** 2
    return gp.condition(X, y).log_marginal_likelihood + float(prior)


def standardized(seed: int, n: int, d: int) -> tuple[Array, Array]:
    X, noise, _ = problem(seed, n, d)
    y = np.sin(5 * X[:, 0]) + 0.5 * X[:, -1] ** 2 + 0.05 * noise
    return X, (y - y.mean()) / y.std()


@pytest.mark.parametrize("d", [1, 2, 5])
def test_with_nothing_seen_the_fit_is_the_mode_of_the_prior(d: int) -> None:
    gp = fit(np.zeros((0, d)), [], rng=np.random.default_rng(0))
    assert isinstance(gp.kernel, Matern52)
    assert gp.kernel.lengthscales == pytest.approx(np.full(d, 0.2 * math.sqrt(d)), rel=1e-14)
    assert gp.kernel.variance == pytest.approx(1.0) and gp.noise_variance == pytest.approx(math.exp(-10))
    assert len(fit(np.zeros((2, 0)), [1.0, -1.0], rng=np.random.default_rng(0)).kernel.lengthscales) == 0


@both
@pytest.mark.parametrize(("seed", "n", "d"), [(0, 1, 1), (1, 8, 1), (2, 15, 2), (3, 30, 3), (4, 20, 6)])
def test_the_fit_is_a_maximum_of_evidence_times_prior(kind: type[Kernel], seed: int, n: int, d: int) -> None:
    X, y = standardized(seed, max(n, 2), d)
    X, y = X[:n], y[:n]
    theta = theta_of(fit(X, y, kernel=kind, rng=np.random.default_rng(0)))
    low = np.log([*[5e-3] * d, 1e-2, 1e-8])
    high = np.log([*[1e2] * d, 1e2, 1.0])
    assert np.all((low - 1e-12 <= theta) & (theta <= high + 1e-12))
    mode = np.array([*[math.log(0.2 * math.sqrt(d))] * d, 0.0, -10.0])
    best = log_posterior(kind, theta, X, y)
    assert best >= log_posterior(kind, mode, X, y) - 1e-9
    at_wall = np.minimum(theta - low, high - theta) < 1e-6
    assert np.all(at_wall | (np.abs(slopes(lambda theta: log_posterior(kind, theta, X, y), theta, 1e-3)) < 2e-2))


def test_more_starts_are_never_worse() -> None:
    X, y = standardized(7, 12, 3)
    values = []
    for n_starts in (1, 2, 4, 8):
        gp = fit(X, y, n_starts=n_starts, rng=np.random.default_rng(3))
        values.append(log_posterior(Matern52, theta_of(gp), X, y))
    assert all(b >= a - 1e-9 for a, b in pairwise(values))


def test_a_second_start_finds_what_the_first_one_misses() -> None:
    # a slow wave under noise: from the mode some descents end in a wiggle through every point
    gains = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X = rng.random((14, 1))
        y = np.sin(6 * X[:, 0]) + 0.6 * rng.standard_normal(14)
        y = (y - y.mean()) / y.std()
        one, many = (
            log_posterior(RBF, theta_of(fit(X, y, kernel=RBF, n_starts=k, rng=np.random.default_rng(0))), X, y)
            for k in (1, 6)
        )
        gains.append(many - one)
    assert min(gains) >= -1e-9 and max(gains) > 1


def test_descents_start_at_the_mode_under_noise_and_at_draws_of_the_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Array, Array, Array, dict[str, float]]] = []

    def spy(function: Any, start: Array, low: Array, high: Array, **settings: float) -> tuple[Array, float]:
        calls.append((start, low, high, settings))
        return minimize_on_box(function, start, low, high, max_iterations=0, **settings)

    monkeypatch.setattr(gaussian_process, "minimize_on_box", spy)
    X, y = standardized(0, 5, 4)
    fit(X, y, n_starts=1, rng=np.random.default_rng(0))
    assert len(calls) == 1
    calls.clear()
    fit(X, y, rng=np.random.default_rng(0))
    assert len(calls) == 2
    calls.clear()
    fit(X, y, n_starts=400, rng=np.random.default_rng(0))
    assert len(calls) == 400
    for start, low, high, settings in calls:
        assert low == pytest.approx(np.log([*[5e-3] * 4, 1e-2, 1e-8]), rel=1e-14)
        assert high == pytest.approx(np.log([*[1e2] * 4, 1e2, 1.0]), rel=1e-14, abs=1e-14)
        assert np.all((low <= start) & (start <= high)) and settings == {"tolerance": 1e-4}
    mode = np.array([*[math.log(0.4)] * 4, 0.0, -10.0])
    assert calls[0][0] == pytest.approx(mode, rel=1e-14, abs=1e-14)
    assert calls[1][0] == pytest.approx([*[math.log(0.4) + 0.5] * 4, 0.0, -4.0], rel=1e-14, abs=1e-14)
    rng, sd = np.random.default_rng(0), np.array([*[math.sqrt(3)] * 4, 1.0, 2.0])
    for start, low, high, _ in calls[2:]:
        assert start == pytest.approx(np.clip(mode + sd * rng.standard_normal(6), low, high), abs=1e-12)
    assert sum(np.any(start == low) for start, low, _, _ in calls[2:]) > 1  # draws beyond the box stay in it


@pytest.mark.parametrize("l", [0.1, 0.3])  # of the unit interval; longer ones it hardly shows
def test_the_fit_recovers_what_drew_the_data(l: float) -> None:
    truth = GaussianProcess(RBF([l, 5.0]), 1e-3)
    off = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X = rng.random((60, 2))
        y = truth.condition(np.zeros((0, 2)), []).sample(X, 1, rng)[0] + math.sqrt(1e-3) * rng.standard_normal(60)
        gp = fit(X, y, kernel=RBF, rng=rng)
        off.append(np.log(gp.kernel.lengthscales[0] / l))
        assert gp.kernel.lengthscales[1] > 2 and 3e-4 < gp.noise_variance < 4e-3
    assert abs(np.median(off)) < 0.3 and np.abs(off).max() < 0.8


def test_the_fit_is_reproducible_and_leaves_its_arguments() -> None:
    X, y = standardized(5, 10, 2)
    X.flags.writeable = y.flags.writeable = False
    first, again = (theta_of(fit(X, y, rng=np.random.default_rng(1))).tolist() for _ in range(2))
    assert first == again
    assert theta_of(fit(X.tolist(), y.tolist(), rng=np.random.default_rng(1))).tolist() == first
    assert theta_of(fit([[0], [1]], [1, -1], rng=np.random.default_rng(1))) == pytest.approx(
        theta_of(fit([[0.0], [1.0]], [1.0, -1.0], rng=np.random.default_rng(1)))
    )


def test_the_fit_survives_copies_and_constants() -> None:
    for y in (np.zeros(20), np.tile([1.0, -1.0], 10)):
        gp = fit(np.full((20, 2), 0.5), y, rng=np.random.default_rng(0))
        assert np.all(np.isfinite(theta_of(gp)))
    assert gp.noise_variance > 0.3  # copies that disagree are noise


@pytest.mark.parametrize(("X", "n_starts"), [([[0.0]], 0), ([0.0], 1), ([[0.0]], -3)])
def test_fit_refuses(X: Any, n_starts: int) -> None:
    message = f"expected n_starts >= 1 and X of shape (n, d), got {n_starts} and {np.shape(X)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fit(X, [0.0], n_starts=n_starts, rng=np.random.default_rng(0))


def test_fit_refuses_data_that_do_not_fit() -> None:
    with pytest.raises(
        ValueError, match=r"expected X of shape \(n, d\) and y of shape \(n,\), got \(1, 1\) and \(2,\)"
    ):
        fit([[0.0]], [0.0, 1.0], rng=np.random.default_rng(0))

"""What is minimized in the benchmark: functions whose optimum is known, and real models on real data.

The development set is for choosing settings, the test set for judging them; they share no problem. No optimum lies at
the centre of its space, where a method that looks there first would find it by luck.

Sources: Surjanovic & Bingham, Virtual library of simulation experiments (Branin, Hartmann, Ackley, Rosenbrock, Levy,
Styblinski-Tang, Rastrigin, Griewank, six-hump camel); the data sets are those that scikit-learn ships.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from bayesopt_from_scratch import Choice, Float, Int

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """A function to minimize.

    Attributes
    ----------
    name, group : str
        The group is "dev" or "test".
    space : dict
        Name to Float, Int or Choice.
    value : callable
        Params, active ones only, to the true value.
    best : dict or None
        Params of the optimum; None for the real models, whose optimum nobody knows.
    noise : float
        Standard deviation of what is added to the true value before a method sees it.
    """

    name: str
    group: str
    space: dict[str, Any]
    value: Callable[[Params], float]
    best: Params | None = None
    noise: float = 0.0

    @property
    def real(self) -> bool:
        """Whether a model is trained."""
        return self.best is None

    @property
    def optimum(self) -> float | None:
        """Least true value, if it is known."""
        return None if self.best is None else self.value(self.best)


# Functions of a vector ----------------------------------------------------------------------------------------------

SHIFT = np.array([0.31, -0.22, 0.17, -0.38, 0.09, 0.27, -0.13, 0.35])  # of the optimum, as a share of the half-range


def on_box(
    name: str, group: str, f: Callable[[Any], float], low: float, high: float, best: Any, **more: Any
) -> Problem:
    """Problem of a function of a vector in [low, high]^d."""
    names = [f"x{i}" for i in range(len(best))]

    def value(params: Params) -> float:
        return float(f(np.array([params[name] for name in names])))

    return Problem(
        name, group, {n: Float(low, high) for n in names}, value, dict(zip(names, best, strict=True)), **more
    )


def shifted(name: str, group: str, f: Callable[[Any], float], d: int, half: float, at: float, **more: Any) -> Problem:
    """Problem of a function on [-half, half]^d, moved so that its optimum (at, ..., at) comes to half times SHIFT."""
    best = half * SHIFT[:d]
    return on_box(name, group, lambda x: f(x - best + at), -half, half, best, **more)


def branin(x: Any) -> float:
    """Three optima, on [0, 1]^2."""
    a, b = 15 * x[0] - 5, 15 * x[1]
    bowl = b - 5.1 / (4 * math.pi**2) * a**2 + 5 / math.pi * a - 6
    return bowl**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


def camel(x: Any) -> float:
    """Six valleys, two of them lowest."""
    a, b = x
    return (4 - 2.1 * a**2 + a**4 / 3) * a**2 + a * b + (4 * b**2 - 4) * b**2


def hartmann(A: Any, P: Any) -> Callable[[Any], float]:
    """Four Gaussian wells."""
    A, P = np.array(A), np.array(P) / 1e4
    return lambda x: -float(np.array([1.0, 1.2, 3.0, 3.2]) @ np.exp(-np.sum(A * (x - P) ** 2, axis=1)))


hartmann3 = hartmann(
    [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]],
    [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]],
)
hartmann6 = hartmann(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]],
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ],
)


def ackley(z: Any) -> float:
    """A funnel in a field of dimples."""
    funnel = -20 * math.exp(-0.2 * math.sqrt(np.mean(z**2)))
    return funnel - math.exp(np.mean(np.cos(2 * math.pi * z))) + 20 + math.e


def rosenbrock(z: Any) -> float:
    """A bent valley."""
    return float(np.sum(100 * (z[1:] - z[:-1] ** 2) ** 2 + (1 - z[:-1]) ** 2))


def levy(z: Any) -> float:
    """Waves on a slope."""
    w = 1 + (z - 1) / 4
    middle = (w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2)
    return math.sin(math.pi * w[0]) ** 2 + np.sum(middle) + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)


def styblinski_tang(x: Any) -> float:
    """Two wells per axis, one deeper."""
    return float(np.sum(x**4 - 16 * x**2 + 5 * x) / 2)


def griewank(z: Any) -> float:
    """A bowl with ripples."""
    return float(1 + np.sum(z**2) / 4000 - np.prod(np.cos(z / np.sqrt(np.arange(1, len(z) + 1)))))


def rastrigin(z: Any) -> float:
    """A bowl with deep ripples."""
    return float(np.sum(z**2 - 10 * np.cos(2 * math.pi * z) + 10))


def ellipsoid(z: Any) -> float:
    """A bowl a thousand times steeper along its last axis than along its first."""
    return float(np.sum(1000 ** (np.arange(len(z)) / (len(z) - 1)) * z**2))


# Integers, categories, trees ----------------------------------------------------------------------------------------


def integers(params: Params) -> float:
    """Ackley on whole numbers, the optimum at 13, -4, 2, -7."""
    return ackley(np.array([params[f"n{i}"] - k for i, k in enumerate((13, -4, 2, -7))]) / 3)


def sizes(params: Params) -> float:
    """Layer sizes and a rate, quadratic in logarithms and correlated; the optimum at 24, 3, 200 and 0.02."""
    best = {"n0": 24, "n1": 3, "n2": 200, "rate": 0.02}
    t = np.array([math.log2(params[name] / k) for name, k in best.items()])
    return float(t @ t + 0.8 * (t[0] + t[1] - t[2]) ** 2 + 0.5 * (t[3] - t[0]) ** 2)


def categories(params: Params) -> float:
    """Two categories that cost, and move the optimum of two numbers."""
    cost = dict(a=0.4, b=0.0, c=0.7, d=0.2, e=1.0)[params["kind"]] + dict(x=0.1, y=0.3, z=0.0)[params["mode"]]
    centre = dict(a=0.2, b=0.7, c=0.4, d=0.9, e=0.5)[params["kind"]]
    return cost + 4 * (params["u"] - centre) ** 2 + 4 * (params["v"] - (0.15 if params["mode"] == "z" else 0.8)) ** 2


def interacting(params: Params) -> float:
    """Three categories of which only the combination counts, and a number."""
    wrong = [params["first"] != "q", params["second"] != "s", params["third"] != "q"]
    hidden = 0.8 if params["first"] == params["third"] else 0.0  # equal options hide how good the numbers are
    return sum(wrong) / 3 + (1 + hidden * sum(wrong)) * abs(params["u"] - 0.23) + 2 * (params["v"] - 0.61) ** 2


def tree(params: Params) -> float:
    """Three branches with parameters of their own; the best is the one in the middle."""
    if params["model"] == "linear":
        return 0.5 + 0.1 * math.log10(params["penalty"] / 3e-3) ** 2
    if params["model"] == "kernel":
        return 0.1 * math.log10(params["width"] / 0.5) ** 2 + 0.1 * math.log10(params["cost"] / 30) ** 2
    return 0.2 + 0.02 * abs(params["depth"] - 7) + 0.3 * (params["share"] - 0.4) ** 2


def deep_tree(params: Params) -> float:
    """A tree of two levels."""
    rate = 0.15 * math.log10(params["rate"] / 4e-3) ** 2
    if params["optimizer"] == "adam":
        return 0.15 + rate
    rate += (params["momentum"] - 0.83) ** 2
    if params["schedule"] == "constant":
        return 0.1 + rate
    return rate + 0.01 * (params["period"] - 12) ** 2 / 12 + 0.3 * (params["decay"] - 0.35) ** 2


RATE = Float(1e-5, 1.0, log=True)
SGD = {"optimizer": "sgd"}
COSINE = {"schedule": "cosine"}

CAMEL_BEST, BRANIN_BEST = (0.0898420131, -0.7126564030), (0.5427728435, 0.1516666667)
HARTMANN3_BEST = (0.1145888807, 0.5556488931, 0.8525469849)
HARTMANN6_BEST = (0.2016895081, 0.1500106888, 0.4768739716, 0.2753324299, 0.3116516190, 0.6573005327)
KINDS = {"kind": Choice(*"abcde"), "mode": Choice(*"xyz"), "u": Float(0, 1), "v": Float(0, 1)}
THREE = {name: Choice(*"pqrs") for name in ("first", "second", "third")}
TREE = {
    "model": Choice("linear", "kernel", "forest"),
    "penalty": Float(1e-6, 1e3, log=True, when={"model": "linear"}),
    "width": Float(1e-3, 1e3, log=True, when={"model": "kernel"}),
    "cost": Float(1e-3, 1e4, log=True, when={"model": "kernel"}),
    "depth": Int(1, 30, when={"model": "forest"}),
    "share": Float(0.01, 1.0, when={"model": "forest"}),
}
DEEP_TREE = {
    "rate": RATE,
    "optimizer": Choice("adam", "sgd"),
    "momentum": Float(0.0, 0.99, when=SGD),
    "schedule": Choice("constant", "cosine", when=SGD),
    "period": Int(1, 40, when=COSINE),
    "decay": Float(0.0, 1.0, when=COSINE),
}
SYNTHETIC = [
    on_box("branin", "dev", branin, 0, 1, BRANIN_BEST),
    on_box("hartmann6", "dev", hartmann6, 0, 1, HARTMANN6_BEST),
    shifted("ackley5", "dev", ackley, 5, 15, 0),
    shifted("rosenbrock4", "dev", rosenbrock, 4, 3, 1),
    shifted("griewank4", "dev", griewank, 4, 40, 0),
    on_box("branin-noisy", "dev", branin, 0, 1, BRANIN_BEST, noise=2.0),
    Problem("integers", "dev", {f"n{i}": Int(-20, 20) for i in range(4)}, integers, dict(n0=13, n1=-4, n2=2, n3=-7)),
    Problem("categories", "dev", KINDS, categories, dict(kind="b", mode="z", u=0.7, v=0.15)),
    Problem("tree", "dev", TREE, tree, dict(model="kernel", width=0.5, cost=30.0)),
    on_box("camel", "test", camel, -3, 2, CAMEL_BEST),
    on_box("hartmann3", "test", hartmann3, 0, 1, HARTMANN3_BEST),
    shifted("levy4", "test", levy, 4, 10, 1),
    on_box("styblinski5", "test", styblinski_tang, -5, 5, [-2.903534027771177] * 5),
    shifted("rastrigin3", "test", rastrigin, 3, 5, 0),
    shifted("ellipsoid8", "test", ellipsoid, 8, 5, 0),
    shifted("levy3-noisy", "test", levy, 3, 10, 1, noise=1.0),
    Problem(
        "sizes",
        "test",
        {"n0": Int(4, 512, log=True), "n1": Int(1, 16), "n2": Int(4, 512, log=True), "rate": RATE},
        sizes,
        dict(n0=24, n1=3, n2=200, rate=0.02),
    ),
    Problem(
        "interacting",
        "test",
        {**THREE, "u": Float(0, 1), "v": Float(0, 1)},
        interacting,
        dict(first="q", second="s", third="q", u=0.23, v=0.61),
    ),
    Problem(
        "deep-tree",
        "test",
        DEEP_TREE,
        deep_tree,
        dict(rate=4e-3, optimizer="sgd", momentum=0.83, schedule="cosine", period=12, decay=0.35),
    ),
]

# Real models, each evaluation well under 0.3 s ------------------------------------------------------------------------


@cache
def data(name: str) -> tuple[Any, Any]:
    """Return one of scikit-learn's data sets, shuffled, at most 600 rows; targets that are numbers have std 1."""
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(X))[:600]
    return X[rows], y[rows] / y.std() if name == "diabetes" else y[rows]


def model(name: str, group: str, source: str, score: str, space: dict[str, Any], make: Callable[..., Any]) -> Problem:
    """Problem of a model's loss, the mean over three folds."""

    def value(params: Params) -> float:
        from sklearn.model_selection import cross_val_score

        return -float(np.mean(cross_val_score(make(**params), *data(source), cv=3, scoring=score)))

    return Problem(name, group, space, value)


def scaled(last: Any, *between: Any) -> Any:
    """Return a pipeline that standardizes first."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), *between, last)


def neighbours(n_components: int, **more: Any) -> Any:
    """Nearest neighbours in a space of fewer dimensions."""
    from sklearn.decomposition import PCA
    from sklearn.neighbors import KNeighborsClassifier

    return scaled(KNeighborsClassifier(**more), PCA(n_components, random_state=0))


def from_sklearn(module: str, name: str, **fixed: Any) -> Callable[..., Any]:
    """Return a maker of pipelines that end in this model."""

    def make(**params: Any) -> Any:
        return scaled(getattr(__import__(f"sklearn.{module}", fromlist=[name]), name)(**fixed, **params))

    return make


def boosting(trees: int) -> dict[str, Any]:
    """Space of gradient boosting."""
    return {
        "learning_rate": Float(1e-3, 1.0, log=True),
        "n_estimators": Int(3, trees, log=True),
        "max_depth": Int(1, 6),
        "subsample": Float(0.2, 1.0),
        "min_samples_leaf": Int(1, 50, log=True),
    }


C, GAMMA = Float(1e-3, 1e4, log=True), Float(1e-6, 1e1, log=True)
REAL = [
    model("svm-cancer", "dev", "breast_cancer", "accuracy", {"C": C, "gamma": GAMMA}, from_sklearn("svm", "SVC")),
    model(
        "boosting-diabetes",
        "dev",
        "diabetes",
        "neg_mean_squared_error",
        boosting(60),
        from_sklearn("ensemble", "GradientBoostingRegressor", random_state=0),
    ),
    model(
        "neighbours-digits",
        "dev",
        "digits",
        "accuracy",
        {
            "n_components": Int(2, 60),
            "n_neighbors": Int(1, 60, log=True),
            "weights": Choice("uniform", "distance"),
            "metric": Choice("euclidean", "manhattan", "chebyshev", "cosine"),
        },
        neighbours,
    ),
    model(
        "logistic-wine",
        "dev",
        "wine",
        "neg_log_loss",
        {"C": Float(1e-4, 1e4, log=True), "max_iter": Int(2, 50, log=True)},
        from_sklearn("linear_model", "LogisticRegression"),
    ),
    model(
        "mlp-digits",
        "test",
        "digits",
        "neg_log_loss",
        {
            "hidden_layer_sizes": Int(4, 64, log=True),
            "learning_rate_init": Float(1e-4, 1.0, log=True),
            "alpha": Float(1e-7, 10.0, log=True),
            "batch_size": Int(16, 256, log=True),
            "activation": Choice("relu", "tanh", "logistic"),
        },
        from_sklearn("neural_network", "MLPClassifier", max_iter=8, random_state=0),
    ),
    model(
        "svr-diabetes",
        "test",
        "diabetes",
        "neg_mean_squared_error",
        {
            "C": C,
            "epsilon": Float(1e-3, 1.0, log=True),
            "kernel": Choice("linear", "rbf", "poly"),
            "gamma": Float(1e-5, 1.0, log=True, when={"kernel": ["rbf", "poly"]}),
            "degree": Int(2, 4, when={"kernel": "poly"}),
        },
        from_sklearn("svm", "SVR", max_iter=2000),
    ),
    model(
        "forest-cancer",
        "test",
        "breast_cancer",
        "neg_brier_score",
        {
            "n_estimators": Int(4, 25, log=True),
            "max_depth": Int(1, 12),
            "max_features": Float(0.03, 1.0, log=True),
            "min_samples_leaf": Int(1, 50, log=True),
            "criterion": Choice("gini", "entropy"),
        },
        from_sklearn("ensemble", "RandomForestClassifier", random_state=0),
    ),
    model(
        "boosting-wine",
        "test",
        "wine",
        "neg_log_loss",
        boosting(15),
        from_sklearn("ensemble", "GradientBoostingClassifier", random_state=0),
    ),
    model(
        "kernel-ridge-diabetes",
        "test",
        "diabetes",
        "neg_mean_squared_error",
        {
            "alpha": Float(1e-6, 1e3, log=True),
            "gamma": Float(1e-6, 1e1, log=True),
            "kernel": Choice("rbf", "laplacian"),
        },
        from_sklearn("kernel_ridge", "KernelRidge"),
    ),
]

PROBLEMS = {problem.name: problem for problem in SYNTHETIC + REAL}

"""Who takes part in the benchmark: the five strategies of this package, and the libraries a reader would use instead.

Each is an object with ``ask() -> params`` and ``tell(params, value)``, which may also be told of points it never asked
for. All settings are those that a library documents as its defaults. Where a library has no conditional parameters, its
space is flattened, and what it says about a parameter that is not active is ignored.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from bayesopt_from_scratch import Choice, Float, GridSearch, Int, Space, Study

Params = dict[str, Any]


def flatten(space: Space) -> Space:
    """Return the space without conditions."""

    def flat(p: Any) -> Any:
        return Choice(*p.options) if isinstance(p, Choice) else type(p)(p.low, p.high, p.log)

    return Space({name: flat(parameter) for name, parameter in space.parameters.items()})


def holds(parameter: Any, params: Params) -> bool:
    """Whether the parameter is active among these params."""
    wanted = (parameter.when or {}).items()
    return all(params.get(parent) in (v if isinstance(v, list) else [v]) for parent, v in wanted)


def active(space: Space, flat: Params) -> Params:
    """Return those of the params whose conditions hold."""
    kept: Params = {}
    for name, parameter in space.parameters.items():
        if holds(parameter, kept):
            kept[name] = flat[name]
    return kept


def plain(parameter: Any, value: Any) -> Any:
    """Value as a plain Python object within the bounds: libraries return numpy's types, and round 1e-4 to below it."""
    if isinstance(parameter, Choice):
        return parameter.options[parameter.options.index(value)]
    value = min(max(float(value), parameter.low), parameter.high)
    return round(value) if isinstance(parameter, Int) else value


class Method(ABC):
    """What all have in common."""

    def __init__(self, space: Space, seed: int, n_trials: int) -> None:
        self.space, self.seed, self.n_trials, self.asked = space, seed, n_trials, None
        self.names = list(space.parameters)

    def start(self, points: Sequence[Params], values: Sequence[float]) -> None:
        """Tell of points that were measured before."""
        for params, value in zip(points, values, strict=True):
            self.tell(params, value)

    @abstractmethod
    def ask(self) -> Params:
        """Params to try next."""

    @abstractmethod
    def tell(self, params: Params, value: float) -> None:
        """Take the value of what was asked last, or of any other point if nothing was asked."""


class Ours(Method):
    """The package that this tutorial belongs to."""

    def __init__(self, strategy: str, *args: Any) -> None:
        super().__init__(*args)
        self.study = Study(
            self.space, GridSearch(budget=self.n_trials) if strategy == "grid" else strategy, seed=self.seed
        )

    def ask(self) -> Params:  # noqa: D102
        self.asked = self.study.ask()
        return dict(self.asked.params)

    def tell(self, params: Params, value: float) -> None:  # noqa: D102
        if self.asked is None:
            self.study.add(params, value)
        else:
            self.study.tell(self.asked, value)
        self.asked = None


class Optuna(Method):
    """https://optuna.readthedocs.io, with its storage in memory."""

    def __init__(self, sampler: str, settings: Params, *args: Any) -> None:
        super().__init__(*args)
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna = optuna
        self.study = optuna.create_study(sampler=getattr(optuna.samplers, sampler)(seed=self.seed, **settings))

    def ask(self) -> Params:  # noqa: D102
        self.asked = self.study.ask()
        params: Params = {}
        for name, p in self.space.parameters.items():
            if holds(p, params):
                params[name] = self._suggest(self.asked, name, p)
        return params

    def tell(self, params: Params, value: float) -> None:  # noqa: D102
        if self.asked is None:
            fixed = self.optuna.trial.FixedTrial(params)
            for name in params:
                self._suggest(fixed, name, self.space.parameters[name])
            trial = self.optuna.trial.create_trial(params=params, distributions=fixed.distributions, value=value)
            self.study.add_trial(trial)
        else:
            self.study.tell(self.asked, value)
        self.asked = None

    def _suggest(self, trial: Any, name: str, p: Any) -> Any:
        if isinstance(p, Choice):
            return trial.suggest_categorical(name, p.options)
        return (trial.suggest_int if isinstance(p, Int) else trial.suggest_float)(name, p.low, p.high, log=p.log)


class Hyperopt(Method):
    """https://hyperopt.github.io/hyperopt; what its ``fmin`` does, turned inside out."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        import hyperopt

        self.hyperopt, self.nodes = hyperopt, {}
        self.domain, self.trials = hyperopt.base.Domain(lambda params: 0.0, self._branch(None, None)), hyperopt.Trials()
        self.rng = np.random.default_rng(self.seed)

    def _branch(self, parent: str | None, option: Any) -> Params:
        """Expressions of the parameters that this option of the parent brings; a parent is what ``when`` names last."""
        children = {}
        for name, p in self.space.parameters.items():
            on, wanted = list((p.when or {None: None}).items())[-1]
            if on == parent and (parent is None or option in (wanted if isinstance(wanted, list) else [wanted])):
                if name not in self.nodes:
                    self.nodes[name] = self._node(name, p)
                children[name] = self.nodes[name]
        return children

    def _node(self, name: str, p: Any) -> Any:
        hp = self.hyperopt.hp
        if isinstance(p, Choice):
            return hp.choice(name, [(i, self._branch(name, option)) for i, option in enumerate(p.options)])
        if isinstance(p, Int):
            low, high = p.low - 0.5, p.high + 0.5
            return (
                hp.qloguniform(name, math.log(low), math.log(high), 1) if p.log else hp.uniformint(name, p.low, p.high)
            )
        return hp.loguniform(name, math.log(p.low), math.log(p.high)) if p.log else hp.uniform(name, p.low, p.high)

    def ask(self) -> Params:  # noqa: D102
        ids = self.trials.new_trial_ids(1)
        self.trials.refresh()
        seed = int(self.rng.integers(2**31 - 1))
        (self.asked,) = self.hyperopt.tpe.suggest(ids, self.domain, self.trials, seed, verbose=False)
        drawn = {name: v[0] for name, v in self.asked["misc"]["vals"].items() if len(v)}
        kinds = {n: p for n, p in self.space.parameters.items() if n in drawn}
        return {n: plain(p, p.options[drawn[n]] if isinstance(p, Choice) else drawn[n]) for n, p in kinds.items()}

    def tell(self, params: Params, value: float) -> None:  # noqa: D102
        doc = self.asked
        if doc is None:
            (tid,) = self.trials.new_trial_ids(1)
            kinds = self.space.parameters
            vals = {n: [int(kinds[n].number(v)) if isinstance(kinds[n], Choice) else v] for n, v in params.items()}
            misc = {"tid": tid, "cmd": self.domain.cmd, "idxs": {}, "vals": {}}
            for name in self.names:
                misc["idxs"][name], misc["vals"][name] = ([tid], vals[name]) if name in params else ([], [])
            (doc,) = self.trials.new_trial_docs([tid], [None], [{}], [misc])
        doc["result"], doc["state"] = {"loss": value, "status": "ok"}, self.hyperopt.JOB_STATE_DONE
        self.trials.insert_trial_docs([doc])
        self.trials.refresh()
        self.asked = None


class Skopt(Method):
    """https://scikit-optimize.github.io; its ``Optimizer``, which ``gp_minimize`` runs."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        import skopt

        def dimension(p: Any) -> Any:
            if isinstance(p, Choice):
                return skopt.space.Categorical(p.options)
            kind = skopt.space.Real if isinstance(p, Float) else skopt.space.Integer
            return kind(p.low, p.high, prior="log-uniform" if p.log else "uniform")

        self.optimizer = skopt.Optimizer([dimension(p) for p in self.space.axes], "gp", random_state=self.seed)

    def start(self, points: Sequence[Params], values: Sequence[float]) -> None:  # noqa: D102
        if points:  # at once, since each tell fits the surrogate
            self.optimizer.tell([[params[n] for n in self.names] for params in points], list(values))

    def ask(self) -> Params:  # noqa: D102
        point = self.optimizer.ask()
        return {n: plain(self.space.parameters[n], v) for n, v in zip(self.names, point, strict=True)}

    def tell(self, params: Params, value: float) -> None:  # noqa: D102
        self.optimizer.tell([params[n] for n in self.names], value)


class BayesOpt(Method):
    """https://bayesian-optimization.github.io: no logarithmic scale, so it is given the logarithms."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        import bayes_opt

        def bounds(p: Any) -> Any:
            if isinstance(p, Choice):
                return p.options
            return (
                (math.log(p.low), math.log(p.high)) if p.log else (p.low, p.high, int if isinstance(p, Int) else float)
            )

        self.optimizer = bayes_opt.BayesianOptimization(
            None,
            {n: bounds(p) for n, p in self.space.parameters.items()},
            random_state=self.seed,
            verbose=0,
            allow_duplicate_points=True,
        )
        self.told = 0

    def ask(self) -> Params:  # noqa: D102
        n_initial = 5  # of maximize()
        asked = self.optimizer.suggest() if self.told >= n_initial else self.optimizer.random_sample(1)[0]
        kinds = self.space.parameters.items()
        return {n: plain(p, math.exp(asked[n]) if p.log else asked[n]) for n, p in kinds}

    def tell(self, params: Params, value: float) -> None:  # noqa: D102
        logs = {n: math.log(v) if self.space.parameters[n].log else v for n, v in params.items()}
        self.optimizer.register(logs, -value)  # it maximizes
        self.told += 1


class BoTorch(Method):
    """https://botorch.org: SingleTaskGP and log expected improvement; a choice is a column per option, as in ours."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(self.seed)
        self.torch = torch
        self.X: list[list[float]] = []
        self.y: list[float] = []
        widths = [p.n_cells if isinstance(p, Choice) else 1 for p in self.space.axes]
        self.columns = np.cumsum([0, *widths])
        self.bounds = torch.tensor([[0.0] * sum(widths), [1.0] * sum(widths)], dtype=torch.double)

    def ask(self) -> Params:  # noqa: D102
        from botorch import fit_gpytorch_mll
        from botorch.acquisition import LogExpectedImprovement
        from botorch.models import SingleTaskGP
        from botorch.optim import optimize_acqf
        from gpytorch.mlls import ExactMarginalLogLikelihood

        if len(self.y) < 10:
            engine = self.torch.quasirandom.SobolEngine(self.bounds.shape[1], scramble=True, seed=self.seed)
            return self._decode(engine.fast_forward(len(self.y)).draw(1)[0].tolist())
        X, y = (self.torch.tensor(a, dtype=self.torch.double) for a in (self.X, self.y))
        process = SingleTaskGP(X, -y[:, None])  # it maximizes
        fit_gpytorch_mll(ExactMarginalLogLikelihood(process.likelihood, process))
        log_ei = LogExpectedImprovement(process, best_f=(-y).max())
        # 10 restarts from 512 raw samples: the numbers of BoTorch's closed-loop tutorial
        x, _ = optimize_acqf(log_ei, bounds=self.bounds, q=1, num_restarts=10, raw_samples=512)
        return self._decode(x[0].tolist())

    def _decode(self, x: list[float]) -> Params:
        params: Params = {}
        for (name, p), i, j in zip(self.space.parameters.items(), self.columns, self.columns[1:], strict=False):
            params[name] = p.options[int(np.argmax(x[i:j]))] if isinstance(p, Choice) else p.from_unit(x[i])
        return params

    def tell(self, params: Params, value: float) -> None:  # noqa: D102
        row: list[float] = []
        for name, p in self.space.parameters.items():
            row += (
                [params[name] == o for o in p.options] if isinstance(p, Choice) else p.to_unit([params[name]]).tolist()
            )
        self.X.append([float(x) for x in row])
        self.y.append(value)


@dataclass(frozen=True)
class Entry:
    """One participant: how to make it, the module it needs, and whether its space must be flat."""

    make: Callable[[Space, int, int], Method]
    module: str | None = None
    flat: bool = False
    given: bool = True  # whether it can begin with the points that all others begin with

    @property
    def present(self) -> bool:
        """Whether the library is installed."""
        return self.module is None or find_spec(self.module) is not None


METHODS = {
    **{name: Entry(partial(Ours, name)) for name in ("gp", "tpe", "random", "genetic")},
    "grid": Entry(partial(Ours, "grid"), given=False),
    "optuna-gp": Entry(partial(Optuna, "GPSampler", {}), "optuna", flat=True),
    "optuna-gp-exact": Entry(partial(Optuna, "GPSampler", {"deterministic_objective": True}), "optuna", flat=True),
    "optuna-tpe": Entry(partial(Optuna, "TPESampler", {}), "optuna"),
    "optuna-tpe-multi": Entry(partial(Optuna, "TPESampler", {"multivariate": True}), "optuna"),
    "optuna-tpe-uni": Entry(partial(Optuna, "TPESampler", {"multivariate": False}), "optuna"),
    "hyperopt": Entry(Hyperopt, "hyperopt"),
    "skopt": Entry(Skopt, "skopt", flat=True),
    "bayes-opt": Entry(BayesOpt, "bayes_opt", flat=True),
    "botorch": Entry(BoTorch, "botorch", flat=True),
}

"""Laws of a single suggestion: what it may be, and what it may depend on."""

import random
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..search.space import Params, Space
from .draw import DrawFromNumpy
from .law import expect, law
from .space import active, same
from .space_rounding import check_bounds, check_types
from .strategy import HistoryCase, StrategySubject, history, key, objective, running

__all__ = ["PROTOCOL", "expect_legal", "expect_same", "free_floats", "needs_float"]

Array = NDArray[np.floating]
PROTOCOL = "bayesopt_from_scratch.search.strategy: a strategy is a pure function of the history"

ordinary = history
no_success = partial(history, states=("failed", "running", "one done"))
any_values = partial(history, values=("constant", "huge", "tiny", "outlier", "decades"))
no_history = partial(history, numbers=(0,), continuous=True)
#: Twelve values on real sides: something to fit a model to, which few of the cases of hypothesis are.
plain = history(
    DrawFromNumpy(np.random.default_rng(0)), numbers=(12,), states=("done",), values=("real",), continuous=True
)


def suggestion(subject: StrategySubject, case: HistoryCase) -> Params | None:
    """Ask a fresh strategy for a suggestion that is legal."""
    params = subject.ask(subject.make(), case.space, case.trials, case.seed)
    if params is not None:
        expect_legal(case.space, params)
    return params


def expect_legal(space: Space, params: Params) -> None:
    """Expect all that must hold of any suggestion."""
    expect_names(space, params)
    check_bounds(space.parameters, params)
    check_types(space.parameters, params)


def expect_names(space: Space, params: Params) -> None:
    """Expect exactly the active parameters."""
    expected = active(space.parameters, params)
    expect(set(params) == set(expected), f"the suggestion is {params}, expected the names {expected}")


def expect_same(space: Space, one: Params | None, two: Params | None, what: str) -> None:
    """Expect two suggestions to be equal to the bit."""
    equal = one is two if one is None or two is None else same(space.parameters, one, two)
    expect(equal, f"{what}: {two}, expected {one}")


@law("T0", "strategy", "the active parameters", "names of suggest(space, trials, rng) = names active in it", PROTOCOL,
     cases=ordinary,
     hint="leave out what is not active; do not index parents by what was active in other trials")  # fmt: skip
def names(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact."""
    params = subject.ask(subject.make(), case.space, case.trials, case.seed)
    if params is not None:
        expect_names(case.space, params)


@law("T1", "strategy", "inside the space, plain types", "low <= v <= high; Float: float, Int: int, Choice: the option",
     PROTOCOL, cases=ordinary,
     hint="round before recording, not after; an index is not an option; np.float64 is no float for JSON")  # fmt: skip
def inside(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact."""
    params = subject.ask(subject.make(), case.space, case.trials, case.seed)
    if params is not None:
        known = {name: value for name, value in params.items() if name in case.space.parameters}
        check_bounds(case.space.parameters, known)
        check_types(case.space.parameters, known)


@law("T2", "strategy", "failures do not stop it", "a suggestion also where no trial, or one, is done", PROTOCOL,
     cases=no_success,
     hint="the value of a failed or a running trial is None; the minimum of nothing is an error")  # fmt: skip
def failures(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact."""
    suggestion(subject, case)


@law("T3", "strategy", "any values", "a suggestion for constant, huge, tiny and outlying values", PROTOCOL,
     cases=any_values, share=0.5,
     hint="a standard deviation may be 0, a square or a difference may overflow")  # fmt: skip
def values(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact; values up to 1e308 and down to 1e-305."""
    suggestion(subject, case)


@law("T4", "strategy", "never a running point", "suggest(...) is not the params of a running trial", PROTOCOL,
     cases=lambda draw: history(draw, states=("mixed", "running"), finite=draw.integer(0, 2) == 0), share=0.5,
     hint="look at the running trials, not only at those with a value")  # fmt: skip
def running_points(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact; the hardest: the last suggestion is running, and the generator is the same."""
    trials = list(case.trials)
    for _ in range(2):
        params = subject.ask(subject.make(), case.space, trials, case.seed)
        if params is None:
            return
        taken = {key(case.space, trial.params) for trial in trials if trial.state == "running"}
        expect(key(case.space, params) not in taken, f"{params} is running already")
        trials.append(running(len(trials), params))


@law("T5", "strategy", "same seed, same suggestion", "suggest(space, trials, default_rng(seed)) is a function",
     PROTOCOL,
     cases=ordinary, share=0.5,
     hint="`seed or ...` makes seed 0 random; sets of strings are ordered differently in each process")  # fmt: skip
def reproducible(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact, within one process."""
    one, two = (subject.ask(subject.make(), case.space, case.trials, case.seed) for _ in range(2))
    expect_same(case.space, one, two, "the second time")


@law("T6", "strategy", "other seed, other suggestion", "not all of 6 seeds give the same first suggestion", PROTOCOL,
     cases=no_history, share=0.25,
     applies=lambda s: "declared deterministic" if s.deterministic or s.grid else needs_float(s),
     hint="use the generator that is given; grid=True or deterministic=True if there is no chance in it")  # fmt: skip
def random_at_all(subject: StrategySubject, case: HistoryCase) -> None:
    """A uniform number of 53 bits repeats 5 times with a probability of 2^-265."""
    if free_floats(case.space):
        found = [subject.ask(subject.make(), case.space, (), seed) for seed in range(case.seed, case.seed + 6)]
        expect(any(one != found[0] for one in found), f"all seeds suggest {found[0]}")


@law("T7", "strategy", "no global randomness", "neither reads nor changes random and numpy.random", PROTOCOL,
     cases=ordinary, share=0.5, hint="np.random.rand() and random.choice() belong to everybody: use rng")  # fmt: skip
def global_randomness(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact; the global generators are put into two different states first."""
    found = []
    for seed in (1, 2):
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        before = random.getstate(), _numpy_state()
        found.append(subject.ask(subject.make(), case.space, case.trials, case.seed))
        expect((random.getstate(), _numpy_state()) == before, "a global random state has changed")
    expect_same(case.space, found[0], found[1], "with another global random state")


@law("T8", "strategy", "changes nothing", "trials, their params and the space are as before", PROTOCOL,
     cases=ordinary, share=0.5, hint="sort a copy; never hand out the dict of a trial")  # fmt: skip
def changes_nothing(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact."""
    trials = list(case.trials)
    before = repr(trials), repr(case.space)
    try:
        params = subject.make().suggest(case.space, trials, np.random.default_rng([7, case.seed]))
    except subject.exhausted:
        params = None
    kept = len(trials) == len(case.trials) and all(a is b for a, b in zip(trials, case.trials, strict=True))
    expect(kept, "the list of trials has changed")
    expect((repr(trials), repr(case.space)) == before, f"changed {before[0]} to {trials!r}")
    expect(all(params is not trial.params for trial in trials), "the suggestion is the very dict of a trial")


@law("T9", "strategy", "keeps no state", "whatever it was asked before, the suggestion is that of a fresh one",
     PROTOCOL,
     cases=ordinary, always=(plain,), share=0.5,
     hint="no generator, counter, population or cache of its own: all that counts stands in the trials")  # fmt: skip
def no_state(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact."""
    used = subject.make()
    smooth = [t if t.value is None else replace(t, value=objective(case.space, t.params)) for t in case.trials]
    subject.ask(used, case.space, smooth, case.seed + 1)  # a model fitted to these would not be one of the others
    subject.ask(used, case.space, case.trials, case.seed + 1)
    for trials in (case.trials[: len(case.trials) // 2], case.trials):
        fresh = subject.ask(subject.make(), case.space, trials, case.seed)
        again = subject.ask(used, case.space, trials, case.seed)
        expect_same(case.space, fresh, again, f"on {len(trials)} trials, after other questions")


@law("T10", "strategy", "the order of the list is irrelevant",
     "suggest(space, permuted trials, rng) = suggest(space, trials, rng)",
     "parallel trials end in any order", cases=partial(history, numbers=(3, 5, 12, 16, 24)), share=0.5,
     hint="sort by trial.number first; ties and sums depend on the order")  # fmt: skip
def order(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact: the numbers of the trials say what came first."""
    expected = subject.ask(subject.make(), case.space, case.trials, case.seed)
    shuffled = np.random.default_rng(case.seed).permutation(len(case.trials))
    for permuted in (case.trials[::-1], [case.trials[i] for i in shuffled]):
        found = subject.ask(subject.make(), case.space, permuted, case.seed)
        expect_same(case.space, expected, found, "with the trials in another order")


def free_floats(space: Space) -> list[str]:
    """Names of the real numbers that are always active."""
    return [name for name, parameter in space.parameters.items() if not parameter.step and not parameter.when]


def needs_float(subject: StrategySubject) -> str:
    """Say so if none of the given spaces has a real number that is always active."""
    return "" if not subject.spaces or any(map(free_floats, subject.spaces)) else "needs a space with a Float"


def _numpy_state() -> Any:
    """The state of numpy's global generator, comparable."""
    name, keys, *rest = np.random.get_state()  # noqa: NPY002
    return name, tuple(np.asarray(keys).tolist()), *rest

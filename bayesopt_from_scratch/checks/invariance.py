"""Laws of what a suggestion must not depend on: the unit and the origin of y, or all but its ranks."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from .law import expect_close, law
from .strategy import HistoryCase, StrategySubject, history
from .strategy_laws import expect_same

__all__: list[str] = []

dyadic = partial(
    history, numbers=(16, 24, 1, 24, 5, 12), states=("mixed", "done", "mixed"), values=("real", "positive", "ties")
)


@law("T11", "strategy", "the unit of y is irrelevant", "y -> 2^k y changes no suggestion", "affine invariance",
     cases=dyadic, share=0.5, applies=lambda subject: "" if subject.invariance else "needs invariance=",
     hint="a fixed noise, jitter or threshold in units of y; standardize y")  # fmt: skip
def scale(subject: StrategySubject, case: HistoryCase) -> None:
    """Powers of 2 do not round: exact, unless a tolerance is declared."""
    _unchanged(subject, case, "with y times a power of 2", lambda y: y * 2.0**9, lambda y: y * 2.0**-30)


@law("T12", "strategy", "the origin of y is irrelevant", "y -> y + b changes no suggestion", "affine invariance",
     cases=dyadic, share=0.5, applies=lambda subject: "" if subject.invariance else "needs invariance=",
     hint="a prior mean of 0 on values that were not centred; failed trials counted as 0; a value of 0 taken for "
     "none")  # fmt: skip
def shift(subject: StrategySubject, case: HistoryCase) -> None:
    """Values are multiples of 2^-15 and so is b, so y + b does not round; nor do differences. Once the best is 0."""
    lowest = min((trial.value for trial in case.trials if trial.value is not None), default=0.0)
    _unchanged(subject, case, "with y shifted", lambda y: y + 16, lambda y: y - 16, lambda y: y - lowest)


@law("T13", "strategy", "only ranks count", "any increasing map of y changes no suggestion", "rank invariance",
     cases=dyadic, share=0.5,
     applies=lambda subject: "" if subject.invariance == "rank" else 'only for invariance="rank"',
     hint="compare values, never compute with them")  # fmt: skip
def ranks(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact; the map is a table of increasing values over many decades."""
    levels = sorted({trial.value for trial in case.trials if trial.value is not None})
    rng = np.random.default_rng(case.seed)
    table = dict(zip(levels, np.sort(rng.standard_cauchy(len(levels)) ** 5), strict=True))
    _unchanged(subject, case, "with y mapped by an increasing function", lambda y: float(table[y]))


def _unchanged(subject: StrategySubject, case: HistoryCase, what: str, *changes: Callable[[float], float]) -> None:
    """Expect the same suggestion when the values of done trials are changed."""
    expected = subject.ask(subject.make(), case.space, case.trials, case.seed)
    for change in changes:
        changed = [t if t.value is None else replace(t, value=change(t.value)) for t in case.trials]
        found = subject.ask(subject.make(), case.space, changed, case.seed)
        if subject.tolerance and expected is not None and found is not None and set(expected) == set(found):
            for name, parameter in case.space.parameters.items():
                if name in found and not parameter.step:
                    places = parameter.to_unit([found[name], expected[name]])
                    expect_close(places[0], places[1], subject.tolerance, f"{name} {what}, as a share of the range,")
                    found[name] = expected[name]
        expect_same(case.space, expected, found, what)

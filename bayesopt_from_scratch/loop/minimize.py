"""The loop: ask, train, tell, n times."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..search.grid_search import GridSearch
from ..search.parameter import Parameter
from ..search.space import Params, Space
from ..search.strategy import SpaceExhausted, Strategy
from ..search.trial import Trial
from .study import Study

__all__ = ["minimize"]


def minimize(
    objective: Callable[[Params], Any],
    space: Space | Mapping[str, Parameter],
    *,
    n_trials: int,
    strategy: str | Strategy = "gp",
    seed: int | None = 0,
    on_trial: Callable[[Study, Trial], Any] | None = None,
) -> Study:
    """Find the hyperparameters of lowest value, in ``n_trials`` calls of the objective.

    A call that raises an exception, or returns NaN, an infinity or no number at all, is a failed trial, and the loop
    goes on. It ends early where the space or the grid holds nothing new. To maximize, return the negative.

    Parameters
    ----------
    objective : callable
        Maps a dict of hyperparameters to a number, lower is better.
    space : dict or Space
        Name to ``Float``, ``Int`` or ``Choice``.
    n_trials : int
        Number of trials, failed ones included; 0 or more.
    strategy : str or Strategy
        As in :class:`Study`; ``"grid"`` takes the largest grid within ``n_trials``.
    seed : int or None
        As in :class:`Study`.
    on_trial : callable, optional
        Called as ``on_trial(study, trial)`` when a trial has ended; the loop stops if it returns True.

    Returns
    -------
    Study
        With ``best.params``, ``best.value``, ``trials`` and ``ledger``.

    Raises
    ------
    ValueError
        If an argument is not valid. Never because of the objective.

    Examples
    --------
    >>> from bayesopt_from_scratch import Float, Int
    >>> space = {"x": Float(-5.0, 5.0), "n": Int(1, 8)}
    >>> study = minimize(lambda params: (params["x"] - 1) ** 2 + params["n"], space, n_trials=25)
    >>> round(study.best.value, 3), study.best.params["n"]
    (1.0, 1)
    """
    if isinstance(n_trials, bool) or not isinstance(n_trials, int) or n_trials < 0:
        raise ValueError(f"expected n_trials as a whole number of 0 or more, got {n_trials!r}")
    if not callable(objective):
        raise ValueError(f"expected a callable objective, got {objective!r}")
    study = Study(space, GridSearch(budget=max(n_trials, 1)) if strategy == "grid" else strategy, seed=seed)
    for _ in range(n_trials):
        try:
            trial = study.ask()
        except SpaceExhausted:
            break
        began = time.perf_counter()
        try:
            value = objective(dict(trial.params))
            seconds = time.perf_counter() - began
            study.tell(trial, value, seconds=seconds)
        except Exception as error:
            study.fail(trial, error, seconds=time.perf_counter() - began)
        if on_trial is not None and on_trial(study, study.trials[trial.number]) is True:
            break
    return study

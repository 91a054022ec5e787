"""The loop: ask, train, tell, n times; k at a time if there are workers for it."""

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from ..numerics.arrays import require, whole
from ..resilience.workers import Crew, executor_or_default
from ..search.grid_search import GridSearch
from ..search.parameter import Parameter, as_number
from ..search.space import Params, Space
from ..search.strategy import SpaceExhausted, Strategy
from ..search.trial import Trial
from .study import Study

__all__ = ["minimize"]

OnTrial = Callable[[Study, Trial], Any]

_MOST_DEATHS = 5  # of the process while it ran this trial and no other; then it is failed, or it would run for ever


def minimize(
    objective: Callable[[Params], Any],
    space: Space | Mapping[str, Parameter],
    *,
    n_trials: int,
    strategy: str | Strategy = "gp",
    seed: int | None = 0,
    executor: Executor | Callable[[], Executor] | None = None,
    n_parallel: int | None = None,
    journal: str | Path | None = None,
    on_trial: OnTrial | None = None,
) -> Study:
    """Find the hyperparameters of lowest value, in ``n_trials`` calls of the objective.

    A call that raises an exception, or returns NaN, an infinity or no number at all, is a failed trial, and the loop
    goes on. It ends early where the space or the grid holds nothing new. To maximize, return the negative. There is no
    time limit: a pool cannot stop a call, but an objective that runs its training by ``subprocess.run(timeout=...)``
    can, and the exception makes a failed trial. So does ``sys.exit`` in the objective; a signal handler that is to stop
    the loop raises KeyboardInterrupt.

    Parameters
    ----------
    objective : callable
        Maps a dict of hyperparameters to a number, lower is better.
    space : dict or Space
        Name to ``Float``, ``Int`` or ``Choice``.
    n_trials : int
        Number of trials, failed ones and those in the journal included; 0 or more.
    strategy : str or Strategy
        As in :class:`Study`; ``"grid"`` takes the largest grid within ``n_trials``.
    seed : int or None
        As in :class:`Study`.
    executor : Executor or callable, optional
        Where the objective is called: any ``concurrent.futures.Executor``, or better a callable that makes one, since
        a broken pool can be replaced then. By default this process, or processes of its own if ``n_parallel`` > 1.
    n_parallel : int, optional
        Number of trials in flight; by default 1, or the number of the executor's workers. The next is asked as soon as
        one ends, and sees those that are running.
    journal : str or Path, optional
        As in :class:`Study`: kill the process, call again, and it goes on. Trials that were running run again, from
        their third start on alone, since one of them may be what kills the process. A death (or interruption) counts
        against a trial only if it was the only one running; the fifth of these fails it. The file is released at the
        end. A grid that is to grow needs its ``points_per_axis``, since another budget is another grid.
    on_trial : callable, optional
        Called as ``on_trial(study, trial)`` when a trial has ended; if it returns ``True`` itself, no other begins.

    Returns
    -------
    Study
        With ``best.params``, ``best.value``, ``trials`` and ``ledger``.

    Raises
    ------
    ValueError
        If an argument is not valid, or the journal cannot be continued. Never because of the objective.
    RuntimeError
        If an executor broke and cannot be replaced.
    OSError
        If the disk does not take what the journal writes.

    Examples
    --------
    >>> from bayesopt_from_scratch import Float, Int
    >>> space = {"x": Float(-5.0, 5.0), "n": Int(1, 8)}
    >>> study = minimize(lambda params: (params["x"] - 1) ** 2 + params["n"], space, n_trials=25)
    >>> round(study.best.value, 3), study.best.params["n"]
    (1.0, 1)
    """
    require(whole(n_trials, least=0), "expected n_trials as a whole number of 0 or more, got {!r}", n_trials)
    fine = n_parallel is None or whole(n_parallel)
    require(fine, "expected n_parallel as a whole number of 1 or more, got {!r}", n_parallel)
    n_parallel = n_parallel and min(int(n_parallel), max(n_trials, 2))  # no idle processes; but 1 would be this one
    require(callable(objective), "expected a callable objective, got {!r}", objective)
    require(on_trial is None or callable(on_trial), "expected a callable on_trial, got {!r}", on_trial)
    executor = executor_or_default(executor, n_parallel, objective)
    strategy = GridSearch(budget=max(int(n_trials), 1)) if strategy == "grid" else strategy
    study = Study(space, strategy, seed=seed, journal=journal)
    trials = {trial.number: trial for trial in study.trials}
    with closing(study), Crew(partial(_run, objective), executor, n_parallel, lambda n: study.start(trials[n])) as crew:
        try:
            _drive(study, trials, crew, n_trials, on_trial or (lambda study, trial: None))
        finally:  # also when interrupted, a value that has come back is told; an error may be of the same Ctrl-C
            for number, outcome in crew.come_back():
                if outcome[1] is None and study.trials[number].state == "running":
                    _end(study, trials[number], *outcome)
    return study


def _drive(study: Study, trials: dict[int, Trial], crew: Crew, n_trials: int, on_trial: OnTrial) -> None:
    again, stopped = deque(trial for trial in trials.values() if trial.state == "running"), False  # their process died
    while True:
        while crew.free and not stopped and (again or len(trials) < n_trials):
            try:
                trial = again.popleft() if again else study.ask()
            except SpaceExhausted:
                n_trials = 0
                break
            trials[trial.number] = trial
            if trial.attempts >= _MOST_DEATHS and study._history.runs_alone(trial.number) >= _MOST_DEATHS:
                study.fail(trial, f"its process died {_MOST_DEATHS} times while it ran no other trial", seconds=0.0)
                stopped = on_trial(study, study.trials[trial.number]) is True
            else:
                crew.submit(trial.number, dict(trial.params), alone=trial.attempts > 1)
        if not crew.busy:
            return
        number, outcome = crew.wait()
        _end(study, trials[number], *outcome)
        stopped = on_trial(study, study.trials[number]) is True or stopped


def _end(study: Study, trial: Trial, value: float, error: str | None, seconds: float) -> None:
    study.tell(trial, value, seconds=seconds) if error is None else study.fail(trial, error, seconds=seconds)


def _run(objective: Callable[[Params], Any], params: Params) -> float:
    """Call the objective; where it runs, its result becomes a float, or an error."""
    return as_number(objective(params), "value of the objective")

"""What did each strategy find, and what did it cost?"""

import math
from collections.abc import Mapping, Sequence

from ..loop.study import Study
from ..search.trial import Trial
from .tuning_problem import DigitsProblem

__all__ = ["best_value", "print_table", "print_trial", "print_wins"]


def best_value(study: Study) -> float:
    """Lowest value found; infinity if every trial failed."""
    return min((trial.value for trial in study.trials if trial.value is not None), default=math.inf)


def print_trial(name: str, n_trials: int, study: Study, trial: Trial) -> None:
    """Print how many are finished, number, value or error, and the best so far."""
    outcome = f"failed: {trial.error}" if trial.value is None else f"{trial.value:#10.5g}"
    best = f"   best {best_value(study):#10.5g}" if best_value(study) < float("inf") else ""
    outcome = f"{' '.join(outcome.split()):>10.200}{best}"
    print(f"{name:8} {len(study.finished):3}/{n_trials}  trial {trial.number:3}  {outcome}", flush=True)


def print_table(problem: DigitsProblem, studies: Mapping[str, Study]) -> None:
    """One row per strategy, then the best hyperparameters of them all."""
    print("\n                  best  error in  error on             surrogate   seconds   seconds")
    print("strategy     objective  cross-v.  held-out  trainings      calls  choosing  training")
    for name, study in studies.items():
        if best_value(study) == math.inf:
            print(f"{name:10} every trial failed")
            continue
        best, cost = study.best, study.ledger
        print(
            f"{name:10} {best.value:#11.5g} {problem.cross_validation_error(best.params):9.2%} "
            f"{problem.held_out_error(best.params):9.2%} {cost.objective_calls:10} {cost.surrogate_predictions:10} "
            f"{cost.choosing_seconds:9.2f} {cost.objective_seconds:9.2f}"
        )
    winner = min(studies, key=lambda name: best_value(studies[name]))
    if best_value(studies[winner]) < math.inf:
        params = studies[winner].best.params
        print(f"\nbest found, by {winner}: {', '.join(f'{key}={_short(value)}' for key, value in params.items())}\n")


def print_wins(bests: Mapping[str, Sequence[float]]) -> None:
    """Mean of the best objective over the splits, and on how many of them it beat random search."""
    print(f"over {len(bests[next(iter(bests))])} splits:")
    for name, values in bests.items():
        line = f"{name:8} mean of the best objective {sum(values) / len(values):8.4f}"
        if name != "random" and "random" in bests:
            wins = sum(value < random for value, random in zip(values, bests["random"], strict=True))
            line += f", better than random on {wins}"
        print(line)


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)

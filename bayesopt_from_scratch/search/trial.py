"""What happened when a combination of hyperparameters was tried?

The list of trials is the whole state of a study: strategies read nothing else.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Trial"]


@dataclass(frozen=True)
class Trial:
    """One combination of hyperparameters and what became of it.

    Attributes
    ----------
    number : int
        0, 1, 2, ... in the order of asking.
    params : dict
        Name to value, plain Python types, active parameters only.
    state : str
        ``"running"`` until told; then ``"done"`` with a finite value, or ``"failed"`` with an error.
    value : float or None
        Value of the objective, lower is better; None unless done.
    error : str or None
        Why it failed; None unless failed.
    seconds : float or None
        Time the objective took; None while running.
    attempts : int
        How often it was started, as far as that was recorded; above 1 if its process died.
    asked : dict
        The params as they were asked, whatever is done to ``params`` since.

    Examples
    --------
    >>> Trial(7, {"learning_rate": 0.1})
    Trial(number=7, params={'learning_rate': 0.1}, state='running', value=None, error=None, seconds=None, attempts=0)
    """

    number: int
    params: dict[str, Any]
    state: Literal["running", "done", "failed"] = "running"
    value: float | None = None
    error: str | None = None
    seconds: float | None = None
    attempts: int = 0
    asked: dict[str, Any] = field(init=False, repr=False, compare=False)  # params, whatever is done to that dict

    def __post_init__(self) -> None:
        object.__setattr__(self, "asked", dict(self.params))

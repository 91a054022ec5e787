"""When is it no longer chance?

A sequential test multiplies the likelihood ratio of a suspicion to what is usual, outcome by outcome. As long as the
usual is true, that product exceeds c at any time with a probability of 1/c at most (Ville's inequality), so one may
stop as soon as it is large or small: a right subject is let go after a few outcomes, a wrong one is asked for more.

Source: Wald (1945), Sequential tests of statistical hypotheses; Ville (1939), Etude critique de la notion de collectif.
"""

import math

__all__ = ["SequentialTest"]

_SURE, _CLEARED = math.log(1e9), -2.7


class SequentialTest:
    """Yes or no, again and again: is yes as frequent as usual, or as suspected?

    Parameters
    ----------
    usual, suspected : float
        Probabilities of yes. A subject is found guilty with a probability of 1e-9 at most if its own is on the other
        side of ``usual`` than ``suspected``.
    """

    def __init__(self, usual: float, suspected: float) -> None:
        self._yes = math.log(suspected / usual)
        self._no = math.log((1 - suspected) / (1 - usual))
        self._log_ratio = 0.0
        self.counts = [0, 0]  # of no and of yes

    def add(self, yes: bool) -> None:
        """Take one more outcome into account."""
        self._log_ratio += self._yes if yes else self._no
        self.counts[bool(yes)] += 1

    def doubt(self) -> None:
        """Count an outcome that says nothing as a twelfth of an acquittal, so that all comes to an end."""
        self._log_ratio += _CLEARED / 12

    @property
    def guilty(self) -> bool:
        """Whether chance is ruled out."""
        return self._log_ratio >= _SURE

    @property
    def open(self) -> bool:
        """Whether more outcomes are wanted."""
        return _CLEARED < self._log_ratio < _SURE

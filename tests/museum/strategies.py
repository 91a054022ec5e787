"""Wrong search strategies. Each entry says what is wrong, tries the laws on it, and names the law that must see it."""

import itertools
import random
from functools import partial

import numpy as np

from bayesopt_from_scratch import Choice, SpaceExhausted
from bayesopt_from_scratch.checks import check_strategy


class Climb:
    """Right, and as plain as can be: a random point near the best, or anywhere; never twice the same."""

    def suggest(self, space, trials, rng):
        trials = sorted(trials, key=lambda t: t.number)
        taken = [t.params for t in trials]
        best = self.best(trials)
        for _ in range(20):
            params = self.draw(space, best, rng)
            if params not in taken:
                return params
        return self.anything_left(space, taken, rng)

    def best(self, trials):
        done = [t for t in trials if t.state == "done"]
        return min(done, key=lambda t: (t.value, t.number)).params if len(done) > 3 else None

    def draw(self, space, best, rng):
        u = rng.random(len(space.axes))
        if best is not None and rng.random() < 0.9:
            old = np.nan_to_num(space.to_unit([best])[0], nan=0.5)
            u = np.clip(old + 0.1 * rng.standard_normal(len(u)), 0, 1)
        return space.from_unit(u)

    def anything_left(self, space, taken, rng):
        while not space.finite:
            params = space.from_unit(rng.random(len(space.axes)))
            if params not in taken:
                return params
        left = [p for p in map(space.from_unit, itertools.product(*(a.cells() for a in space.axes))) if p not in taken]
        if not left:
            raise SpaceExhausted("all tried")
        return left[0]


def same_number(one, two):
    """`in` calls 1, 1.0 and True equal, which are three options."""
    return one == two and all(type(one[k]) is type(two[k]) for k in one)


class Right(Climb):
    def suggest(self, space, trials, rng):
        trials = sorted(trials, key=lambda t: t.number)
        taken = Distinct(t.params for t in trials)
        best = self.best(trials)
        for _ in range(20):
            params = self.draw(space, best, rng)
            if params not in taken:
                return params
        return self.anything_left(space, taken, rng)


class Distinct(list):
    def __contains__(self, params):
        return any(same_number(params, other) for other in self)


class OwnGenerator(Right):
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def suggest(self, space, trials, rng):
        return super().suggest(space, trials, self.rng)


class SeedOr(Right):
    """seed=0 is no seed."""

    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed or None)

    def suggest(self, space, trials, rng):
        return super().suggest(space, trials, self.rng)


class AlwaysSeedZero(Right):
    def suggest(self, space, trials, rng):
        return super().suggest(space, trials, np.random.default_rng(len(trials)))


class GlobalNumpy(Right):
    def draw(self, space, best, rng):
        return space.from_unit(np.random.rand(len(space.axes)))  # noqa: NPY002


class GlobalSeed(Right):
    """Reproducible, at everybody else's cost."""

    def suggest(self, space, trials, rng):
        random.seed(int(rng.integers(2**31)))
        return super().suggest(space, trials, np.random.default_rng(random.randrange(2**31)))


class Counter(Right):
    """A part of the design for every call."""

    calls = 0

    def draw(self, space, best, rng):
        self.calls += 1
        return space.from_unit((rng.random(len(space.axes)) + 0.618 * self.calls) % 1)


class KeepsTheBest(Right):
    """What it was asked about before is remembered."""

    memory = None

    def best(self, trials):
        found = super().best(trials)
        if found is not None:
            self.memory = found
        return self.memory


class SortsTheHistory(Right):
    def suggest(self, space, trials, rng):
        trials.sort(key=lambda t: -t.number)
        return super().suggest(space, trials, rng)


class FillsIn(Right):
    """Gives inactive parameters a value, in the trials themselves."""

    def suggest(self, space, trials, rng):
        params = super().suggest(space, trials, rng)
        for t in trials:
            t.params.setdefault("seen", True)
            del t.params["seen"]
            for name, value in t.params.items():
                t.params[name] = float(value) if isinstance(value, int) else value
        return params


class OrderOfTelling(Right):
    """The last of the list is where it goes on."""

    def suggest(self, space, trials, rng):
        best = trials[-1].params if len(trials) > 3 else None
        taken = Distinct(t.params for t in trials)
        for _ in range(20):
            params = self.draw(space, best, rng)
            if params not in taken:
                return params
        return self.anything_left(space, taken, rng)


class IgnoresRunning(Right):
    def suggest(self, space, trials, rng):
        return super().suggest(space, [t for t in trials if t.state != "running"], rng)


class RepeatsItself(Right):
    """A finite space is sampled with replacement."""

    def suggest(self, space, trials, rng):
        return self.draw(space, self.best(trials), rng)


class StopsTooEarly(Right):
    """The last point of the space is never tried."""

    def anything_left(self, space, taken, rng):
        found = super().anything_left(space, taken, rng)
        try:
            super().anything_left(space, Distinct([*taken, found]), rng)
        except SpaceExhausted:
            if taken:
                raise
        return found


class NeverEnds(Right):
    """When all is tried, it begins anew."""

    def anything_left(self, space, taken, rng):
        try:
            return super().anything_left(space, taken, rng)
        except SpaceExhausted:
            return self.draw(space, None, rng)


class NeedsValues(Right):
    """The minimum of all values, also those that are None."""

    def best(self, trials):
        return min(trials, key=lambda t: t.value).params if len(trials) > 3 else None


class MinimumOfNothing(Right):
    def best(self, trials):
        done = [t for t in trials if t.state == "done"]
        return min(done, key=lambda t: t.value).params if trials else None


class FailedIsZero(Right):
    """A failed trial has the best loss ever."""

    def best(self, trials):
        ended = [t for t in trials if t.state != "running"]
        return min(ended, key=lambda t: t.value or 0.0).params if len(ended) > 3 else None


class FailedIsZeroAmongValues(Right):
    """np.nan_to_num: the unit and the origin of y count."""

    def best(self, trials):
        ended = [t for t in trials if t.state != "running"]
        y = np.nan_to_num([np.nan if t.value is None else t.value for t in ended])
        return ended[int(np.argmin(y))].params if len(ended) > 3 else None


class Standardizes(Right):
    """0/0 for constant values."""

    def best(self, trials):
        done = [t for t in trials if t.state == "done"]
        if len(done) < 4:
            return None
        y = np.array([t.value for t in done])
        with np.errstate(all="ignore"):
            z = (y - y.mean()) / y.std()
        p = np.exp(-z) / np.exp(-z).sum()
        return done[int(np.random.default_rng(len(done)).choice(len(done), p=p))].params


class Threshold(Right):
    """What is good depends on the unit of y."""

    def best(self, trials):
        found = super().best(trials)
        values = [t.value for t in trials if t.state == "done"]
        return found if found is not None and min(values) < 0.01 else None


class Weights(Right):
    """Computes with values that it says it only compares."""

    def draw(self, space, best, rng):
        return space.from_unit(rng.random(len(space.axes)))

    def suggest(self, space, trials, rng):
        y = np.array(sorted(t.value for t in trials if t.state == "done"))
        shift = 0.0 if len(y) < 3 or y[-1] == y[0] else (y[1] - y[0]) / (y[-1] - y[0])
        u = (rng.random(len(space.axes)) + shift) % 1
        params = space.from_unit(u)
        taken = Distinct(t.params for t in trials)
        return params if params not in taken else super().suggest(space, trials, rng)


class ZeroIsNone(Right):
    """A loss of 0.0 is falsy, and the best of all is passed over."""

    def best(self, trials):
        done = [t for t in trials if t.state == "done" and t.value]
        return min(done, key=lambda t: (t.value, t.number)).params if len(done) > 3 else None


class Maximizes(Right):
    def best(self, trials):
        done = [t for t in trials if t.state == "done"]
        return max(done, key=lambda t: (t.value, t.number)).params if len(done) > 3 else None


class EvenInX(Right):
    """A logarithmic parameter is drawn evenly between its bounds."""

    def draw(self, space, best, rng):
        params = super().draw(space, best, rng)
        return {n: float(rng.uniform(p.low, p.high)) if (p := space.parameters[n]).log and not p.step else v
                for n, v in params.items()}  # fmt: skip


class NearlyTheSame(Right):
    """Moves off a running point by as little as it takes."""

    def draw(self, space, best, rng):
        if best is None:
            return super().draw(space, best, rng)
        old = np.nan_to_num(space.to_unit([best])[0], nan=0.5)
        return space.from_unit(np.clip(old + 1e-9 * rng.standard_normal(len(old)), 0, 1))


class NeverTheLast(Right):
    """One short: the last integer, the last option."""

    def draw(self, space, best, rng):
        u = np.nan_to_num(space.to_unit([super().draw(space, best, rng)])[0], nan=0.5)
        return space.from_unit([min(x, 1 - 1.5 / a.n_cells) if a.n_cells > 1 else x
                                for x, a in zip(u, space.axes, strict=True)])  # fmt: skip


class ZeroIsFalse(Right):
    """`value or high`: 0 is never suggested."""

    def draw(self, space, best, rng):
        params = super().draw(space, best, rng)
        return {n: p.value(p.high) if type(v) is int and v == 0 and not isinstance(p := space.parameters[n], Choice)
                else v for n, v in params.items()}  # fmt: skip


class AwayFromTheBounds(Right):
    def draw(self, space, best, rng):
        u = np.nan_to_num(space.to_unit([super().draw(space, best, rng)])[0], nan=0.5)
        return space.from_unit(0.15 + 0.7 * u)


class Annealed(Right):
    """Mostly anywhere, else near the worst."""

    def best(self, trials):
        done = [t for t in trials if t.state == "done"]
        return max(done, key=lambda t: (t.value, t.number)).params if len(done) > 3 else None

    def draw(self, space, best, rng):
        return super().draw(space, best if rng.random() < 0.5 else None, rng)


class Densities(Right):
    """Two densities, of the better and of the others; which of 24 candidates has the greatest ratio?"""

    def key(self, t):
        return t.value, t.number

    def score(self, log_l, log_g):
        return log_l - log_g

    def best(self, trials):
        return sorted((t for t in trials if t.state == "done"), key=self.key)

    def draw(self, space, best, rng):
        if best is None or len(best) < 4:
            return super().draw(space, None, rng)
        U = np.nan_to_num(space.to_unit([t.params for t in best]), nan=0.5)
        k, C = max(1, len(U) // 5), rng.random((24, U.shape[1]))

        def log_density(part):
            return np.log(0.1 + np.exp(-0.5 * ((C[:, None] - part) / 0.15) ** 2).prod(axis=-1).mean(axis=1))

        return space.from_unit(C[np.argmax(self.score(log_density(U[:k]), log_density(U[k:])))])


class DensitiesExchanged(Densities):
    def score(self, log_l, log_g):
        return log_g - log_l


class WorstAreGood(Densities):
    def key(self, t):
        return -t.value, t.number


class WithoutTheLast(Right):
    """trials[:-1]."""

    def best(self, trials):
        return super().best([t for t in trials if t.state == "done"][:-1])


class RunningIsZero(Right):
    """A running trial has the loss 0 as long as it runs."""

    def best(self, trials):
        begun = [t for t in trials if t.state != "failed"]
        return min(begun, key=lambda t: t.value or 0.0).params if len(begun) > 3 else None


class Misaligned(Right):
    """The index is that of a done trial, the list that of all."""

    def best(self, trials):
        y = [t.value for t in trials if t.state == "done"]
        return trials[int(np.argmin(y))].params if len(y) > 3 else None


class Anywhere(Right):
    """Chance: right, but it does not learn."""

    def best(self, trials):
        return None


class FirstComer(Right):
    """A tournament that the oldest wins, whatever the values."""

    def best(self, trials):
        done = [t for t in trials if t.state == "done"]
        return done[0].params if len(done) > 3 else None


class FittedOnce(Right):
    """The scale that was fitted to the first data it saw."""

    width = None

    def draw(self, space, best, rng):
        u = rng.random(len(space.axes))
        if best is not None and rng.random() < 0.9:
            old = np.nan_to_num(space.to_unit([best])[0], nan=0.5)
            self.width = self.width or 0.05 + 0.1 * float(old[0])
            u = np.clip(old + self.width * rng.standard_normal(len(u)), 0, 1)
        return space.from_unit(u)


class UpperHalf(Right):
    def draw(self, space, best, rng):
        return space.from_unit(0.5 + 0.5 * rng.random(len(space.axes)))


class OneNumberForAll(Right):
    def draw(self, space, best, rng):
        return space.from_unit(np.full(len(space.axes), rng.random()))


class LooksTenBack(Right):
    """What was tried longer ago is suggested again."""

    def suggest(self, space, trials, rng):
        return super().suggest(space, sorted(trials, key=lambda t: t.number)[-10:], rng)


class AllParameters(Right):
    def draw(self, space, best, rng):
        return {
            n: p.from_unit(float(x))
            for (n, p), x in zip(space.parameters.items(), rng.random(len(space.axes)), strict=True)
        }


class NotRounded(Right):
    def draw(self, space, best, rng):
        params = super().draw(space, best, rng)
        return {n: v + 0.3 * rng.random() if type(v) is int and not isinstance(space.parameters[n], Choice) else v
                for n, v in params.items()}  # fmt: skip


class IndexOfChoice(Right):
    def draw(self, space, best, rng):
        params = super().draw(space, best, rng)
        return {n: int(p.number(v)) if isinstance(p := space.parameters[n], Choice) else v for n, v in params.items()}


class NumpyTypes(Right):
    def draw(self, space, best, rng):
        params = super().draw(space, best, rng)
        return {n: np.float64(v) if type(v) is float and not space.parameters[n].step else v for n, v in params.items()}


class StepsOutside(Right):
    """The step is not clipped."""

    def draw(self, space, best, rng):
        params = super().draw(space, best, rng)
        for n, p in space.parameters.items():
            if n in params and not p.step:
                params[n] = params[n] + 0.05 * rng.standard_normal() * (p.high - p.low)
        return params


class TheDictOfTheBest(Right):
    """Changes one thing about the best, in its own dict."""

    def draw(self, space, best, rng):
        if best is None:
            return super().draw(space, best, rng)
        new = space.from_unit(rng.random(len(space.axes)))
        if set(new) == set(best):
            best.update(new)
            return best
        return new

    def suggest(self, space, trials, rng):
        return self.draw(space, self.best(trials), rng)


class FirstFromTheClock(Right):
    """The first suggestion of a process is not that of a resumed one."""

    def __init__(self):
        self.begun = None

    def suggest(self, space, trials, rng):
        if self.begun is None:
            self.begun = len(trials)
        for _ in range(len(trials) - self.begun):
            rng.random()
        return super().suggest(space, trials, rng)


class Grid:
    """Right: cell centres in order, from the front."""

    levels = 7

    def suggest(self, space, trials, rng):
        taken = Distinct(t.params for t in trials)
        axes = [a.cells() if a.step else (np.arange(self.levels) + 0.5) / self.levels for a in space.axes]
        for u in itertools.product(*axes):
            params = space.from_unit(u)
            if params not in taken:
                return params
        raise SpaceExhausted("all tried")


class GridByCount(Grid):
    """The i-th trial is the i-th point; IndexError after the last."""

    def suggest(self, space, trials, rng):
        axes = [a.cells() if a.step else (np.arange(self.levels) + 0.5) / self.levels for a in space.axes]
        return space.from_unit(list(itertools.product(*axes))[len(trials)])


class Sobol(Right):
    """Right: a fixed sequence, one point for each trial."""

    def draw(self, space, best, rng):
        return space.from_unit(rng.random(len(space.axes)))

    def suggest(self, space, trials, rng):
        return super().suggest(space, trials, np.random.default_rng(len(trials)))


class PartOfTheDone(Right):
    """What it looks at."""

    @staticmethod
    def part(done):
        return done

    def best(self, trials):
        return super().best(self.part([t for t in trials if t.state == "done"]))


class WithoutTheFirst(PartOfTheDone):
    part = staticmethod(lambda done: done[1:])


class FirstSixty(PartOfTheDone):
    part = staticmethod(lambda done: done[:60])


class LatestTwenty(PartOfTheDone):
    """Right: an ageing population."""

    part = staticmethod(lambda done: done[-20:])


class ByAbsoluteValue(Right):
    """Losses are not negative, are they?"""

    loss = staticmethod(abs)

    def best(self, trials):
        done = [t for t in trials if t.state == "done"]
        return min(done, key=lambda t: (self.loss(t.value), t.number)).params if len(done) > 3 else None


class ByLogarithm(ByAbsoluteValue):
    """All that is not above 0 is the same."""

    loss = staticmethod(lambda y: np.log(max(y, 1e-12)))


class OneSideAtATime(Right):
    """Right: one coordinate of the best is moved."""

    unmoved = 0

    def draw(self, space, best, rng):
        if best is None or rng.random() < 0.1:
            return super().draw(space, None, rng)
        u = np.nan_to_num(space.to_unit([best])[0], nan=0.5)
        j = int(rng.integers(max(1, len(u) - self.unmoved)))
        u[j] = rng.random() if isinstance(space.axes[j], Choice) else u[j] + 0.1 * rng.standard_normal()
        return space.from_unit(np.clip(u, 0, 1))


class LastSideStandsStill(OneSideAtATime):
    unmoved = 1


class StepsInRawUnits(Right):
    """A tenth of the range, also where a side is logarithmic."""

    def draw(self, space, best, rng):
        params = super().draw(space, best, rng)
        for name, p in space.parameters.items():
            if best is not None and not p.step and name in params and name in best:
                step = 0.1 * (p.high - p.low) * rng.standard_normal()
                params[name] = float(np.clip(best[name] + step, p.low, p.high))
        return params


class EightOptions(Right):
    """Of a longer list only the first eight are ever drawn."""

    def draw(self, space, best, rng):
        u = np.nan_to_num(space.to_unit([super().draw(space, best, rng)])[0], nan=0.5)
        return space.from_unit([x * min(1, 8 / a.n_cells) if isinstance(a, Choice) else x
                                for x, a in zip(u, space.axes, strict=True)])  # fmt: skip


def radical_inverse(i, base):
    return 0.0 if i == 0 else (i % base + radical_inverse(i // base, base)) / base


class ThreePrimes(Right):
    """A Halton sequence whose fourth coordinate is its first."""

    primes = (2, 3, 5)

    def suggest(self, space, trials, rng):
        taken = Distinct(t.params for t in trials)
        for i in range(len(trials) + 1, len(trials) + 200):
            u = [radical_inverse(i, self.primes[j % len(self.primes)]) for j in range(len(space.axes))]
            params = space.from_unit(u)
            if params not in taken:
                return params
        return self.anything_left(space, taken, rng)


class Halton(ThreePrimes):
    primes = (2, 3, 5, 7, 11)


class EndsByTheCount(Right):
    """A space is used up when it has as many trials as combinations, copies or not."""

    def suggest(self, space, trials, rng):
        if space.finite and len(trials) >= np.prod([a.n_cells for a in space.axes]):
            raise SpaceExhausted("all tried")
        return super().suggest(space, trials, rng)


CHOICES = {"c": Choice("a", "b", "c"), "d": Choice(1, 1.0, True)}
check = partial(check_strategy, patience=None)

WRONG = [
    *((f"strategy: {what}", partial(check, make), id) for what, (make, id) in {
        "suggests inactive parameters": (AllParameters, "T0"),
        "a float for an integer": (NotRounded, "T1"),
        "index in place of the option": (IndexOfChoice, "T1"),
        "np.float64": (NumpyTypes, "T1"),
        "steps outside the bounds": (StepsOutside, "T1"),
        "dies on a trial without a value": (NeedsValues, "T2"),
        "minimum of nothing": (MinimumOfNothing, "T2"),
        "NaN for constant values": (Standardizes, "T3"),
        "suggests a running point": (IgnoresRunning, "T4"),
        "one choice sampled with replacement": (RepeatsItself, "T14"),
        "the last point is never tried": (StopsTooEarly, "T14"),
        "begins anew when all is tried": (NeverEnds, "T14"),
        "asks in parallel are the same": (IgnoresRunning, "T15"),
        "`seed or None`": (SeedOr, "T5"),
        "one seed for all": (AlwaysSeedZero, "T6"),
        "numpy's global generator": (GlobalNumpy, "T7"),
        "seeds the global generator": (GlobalSeed, "T7"),
        "sorts the list it is given": (SortsTheHistory, "T8"),
        "writes into the params of trials": (FillsIn, "T8"),
        "hands out the dict of the best trial": (TheDictOfTheBest, "T8"),
        "a generator of its own": (OwnGenerator, "T9"),
        "counts its calls": (Counter, "T9"),
        "remembers the best of another history": (KeepsTheBest, "T9"),
        "the last told counts": (OrderOfTelling, "T10"),
        "a resumed process is not as the first": (FirstFromTheClock, "T16"),
        "a failed trial counts as 0, the best": (FailedIsZero, "T17"),
        "nan_to_num: a failed trial counts as 0": (FailedIsZeroAmongValues, "T17"),
        "the order of telling, in a life": (OrderOfTelling, "T18"),
        "a logarithmic parameter drawn evenly": (EvenInX, "T19"),
        "begins in the upper half": (UpperHalf, "T19"),
        "one random number for all parameters": (OneNumberForAll, "T19"),
        "maximizes": (Maximizes, "T20"),
        "near the worst every second time": (Annealed, "T20"),
        "l and g exchanged": (DensitiesExchanged, "T20"),
        "the worst are the good ones": (WorstAreGood, "T20"),
        "moves a billionth away from a running point": (NearlyTheSame, "T15"),
        "the last option is never drawn": (NeverTheLast, "T19"),
        "the last integer is never drawn": (NeverTheLast, "T21"),
        "0 is falsy": (ZeroIsFalse, "T21"),
        "keeps away from the bounds": (AwayFromTheBounds, "T21"),
        "leaves the last trial out": (WithoutTheLast, "T22"),
        "a running trial counts as 0": (RunningIsZero, "T23"),
        "a width fitted once and kept": (FittedOnce, "T9"),
        "what was tried ten trials ago": (LooksTenBack, "T14"),
        "ends by the number of trials": (EndsByTheCount, "T14"),
        "only the first eight options": (EightOptions, "T19"),
    }.items()),
    ("strategy: a threshold in units of y", partial(check, Threshold, invariance="affine"), "T11"),
    ("strategy: an origin of y", partial(check, FailedIsZeroAmongValues, invariance="affine"), "T12"),
    ("strategy: a loss of 0 taken for none", partial(check, ZeroIsNone, invariance="affine"), "T12"),
    ("strategy: values where ranks are declared", partial(check, Weights, invariance="rank"), "T13"),
    *((f"strategy that is to learn: {what}", partial(check, make, learns=True), id) for what, (make, id) in {
        "chance": (Anywhere, "T20"),
        "the index of another list": (Misaligned, "T20"),
        "the oldest wins": (FirstComer, "T20"),
        "absolute values": (ByAbsoluteValue, "T20"),
        "logarithms of values": (ByLogarithm, "T20"),
        "leaves the first trial out": (WithoutTheFirst, "T22"),
        "only the first sixty": (FirstSixty, "T22"),
        "the last side stands still": (LastSideStandsStill, "T24"),
        "steps in raw units": (StepsInRawUnits, "T25"),
    }.items()),
    ("strategy: three primes for five sides", partial(check, ThreePrimes, deterministic=True), "T15"),
    ("strategy: a grid by the number of trials", partial(check, GridByCount, grid=True), "T14"),
    ("strategy: options that are equal numbers are one", partial(check, Climb, spaces=CHOICES), "T14"),
]  # fmt: skip

RIGHT = [
    ("a climb", partial(check, Right, invariance="rank")),
    ("a climb that learns", partial(check, Right, learns=True)),
    ("two densities that learn", partial(check, Densities, learns=True, invariance="rank")),
    ("chance", partial(check, Anywhere, invariance="rank")),
    ("a climb from the latest twenty", partial(check, LatestTwenty, learns=True)),
    ("one side at a time", partial(check, OneSideAtATime, learns=True)),
    ("a climb, an object", partial(check, Right())),
    ("a climb, only choices", partial(check, Right, spaces=CHOICES)),
    ("a grid in order", partial(check, Grid, grid=True, invariance="rank")),
    ("a fixed sequence", partial(check, Sobol, deterministic=True)),
    ("a Halton sequence", partial(check, Halton, deterministic=True, invariance="rank")),
    ("affine is less than rank", partial(check, Right, invariance="affine")),
    ("values, declared so", partial(check, Weights, invariance="affine")),
]

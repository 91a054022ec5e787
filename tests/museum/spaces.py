"""Wrong search spaces. Each entry says what is wrong, tries the laws on it, and names the law that must see it."""

import math
import random
from functools import partial

import numpy as np

from bayesopt_from_scratch import Choice
from bayesopt_from_scratch.checks import check_space


class Plain:
    """Right, and as plain as can be: one number at a time, nothing but math."""

    def __init__(self, parameters):
        self.parameters = parameters

    def from_unit(self, u):
        params = {}
        for (name, p), x in zip(self.parameters.items(), u, strict=True):
            if self.active(p, params):
                params[name] = self.decode_one(p, float(x))
        return params

    def to_unit(self, many):
        rows = [
            [self.encode_one(p, params[name]) if name in params else math.nan for name, p in self.parameters.items()]
            for params in many
        ]
        return np.array(rows).reshape(len(many), len(self.parameters))

    def active(self, p, params):
        return all(
            parent in params and self.holds(self.parameters[parent], params[parent], wanted)
            for parent, wanted in (p.when or {}).items()
        )

    def holds(self, parent, value, wanted):
        one_of = [wanted]
        if isinstance(wanted, list) and not (isinstance(parent, Choice) and wanted in parent.options):
            one_of = wanted
        return any(type(value) is type(w) and value == w for w in one_of)

    def decode_one(self, p, x):
        if isinstance(p, Choice):
            return p.options[min(int(x * len(p.options)), len(p.options) - 1)]
        if p.step:
            return self.integer(p, x)
        return min(max(self.real(p, x), p.low), p.high)

    def real(self, p, x):
        if p.log:
            return math.exp(math.log(p.low) + x * (math.log(p.high) - math.log(p.low)))
        return p.low + x * (p.high - p.low)

    def integer(self, p, x):
        a, b = p.low - 0.5, p.high + 0.5
        v = math.exp(math.log(a) + x * (math.log(b) - math.log(a))) if p.log else a + x * (b - a)
        return min(max(math.floor(v + 0.5), p.low), p.high)

    def encode_one(self, p, value):
        if isinstance(p, Choice):
            i = next(i for i, option in enumerate(p.options) if option is value)
            return (i + 0.5) / len(p.options)
        return self.place(p, value)

    def place(self, p, v):
        a, b = (p.low - 0.5, p.high + 0.5) if p.step else (p.low, p.high)
        if p.log:
            v, a, b = math.log(v), math.log(a), math.log(b)
        return min(max((v - a) / (b - a), 0.0), 1.0)


def integer(f):
    """The plain space with linear integers made in another way."""
    right = Plain.integer

    class Other(Plain):
        def integer(self, p, x):
            return right(self, p, x) if p.log else f(p, x)

    return Other


def past_the_end(p, x):
    return math.floor(p.low + x * (p.high - p.low + 1))


def short_of_the_end(p, x):
    return max(min(math.floor(p.low + x * (p.high - p.low)), p.high - 1), p.low)


class EndsPulledIn(Plain):
    def real(self, p, x):
        return super().real(p, 0.001 + 0.998 * x)


class NotClipped(Plain):
    def decode_one(self, p, x):
        return Plain.real(self, p, x) if p.ordered and not p.step else super().decode_one(p, x)


class LogBase10OneWay(Plain):
    def place(self, p, v):
        if p.log and not p.step:
            return (math.log10(v) - math.log(p.low)) / (math.log(p.high) - math.log(p.low))
        return super().place(p, v)


class LogForgotten(Plain):
    """On both ways: every round trip works."""

    def real(self, p, x):
        return p.low + x * (p.high - p.low)

    def place(self, p, v):
        return super().place(p, v) if p.step else (v - p.low) / (p.high - p.low)


class LogIntegersRounded(Plain):
    def integer(self, p, x):
        if not p.log:
            return super().integer(p, x)
        return round(math.exp(math.log(p.low) + x * (math.log(p.high) - math.log(p.low))))

    def place(self, p, v):
        if not p.log or not p.step:
            return super().place(p, v)
        return math.log(v / p.low) / math.log(p.high / p.low) if p.high > p.low else 0.5


class IntegerAtItsLeftEdge(Plain):
    def place(self, p, v):
        return (v - p.low) / (p.high - p.low + 1) if p.step and not p.log else super().place(p, v)


class IntegerAtItsRightEdge(Plain):
    def place(self, p, v):
        return (v - p.low + 1) / (p.high - p.low + 1) if p.step and not p.log else super().place(p, v)


class InactiveAsNone(Plain):
    def from_unit(self, u):
        return {name: None for name in self.parameters} | super().from_unit(u)


class ConditionsIgnored(Plain):
    def active(self, p, params):
        return True


class InactiveAtTheCentre(Plain):
    def to_unit(self, many):
        return np.nan_to_num(super().to_unit(many), nan=0.5)


class ColumnsInAlphabeticalOrder(Plain):
    def to_unit(self, many):
        order = np.argsort(list(self.parameters))
        return super().to_unit(many)[:, order]


class AnyConditionWillDo(Plain):
    def active(self, p, params):
        when = p.when or {}
        return not when or any(n in params and self.holds(self.parameters[n], params[n], w) for n, w in when.items())


class InactiveParentsHold(Plain):
    """A condition on a parameter that is not active is passed over."""

    def active(self, p, params):
        when = p.when or {}
        return all(self.holds(self.parameters[n], params[n], w) for n, w in when.items() if n in params)


class SinglePrecisionOneWay(Plain):
    def to_unit(self, many):
        return super().to_unit(many).astype(np.float32)


class OneDict(Plain):
    """Every call fills the same dict."""

    def from_unit(self, u):
        self.last = getattr(self, "last", {})
        self.last.clear()
        self.last.update(super().from_unit(u))
        return self.last


class IndexOfOption(Plain):
    def decode_one(self, p, x):
        value = super().decode_one(p, x)
        return next(i for i, o in enumerate(p.options) if o is value) if isinstance(p, Choice) else value


class OptionsThroughNumpy(Plain):
    """numpy makes strings and numbers its own: 1 and True become 1.0, 'b' becomes np.str_('b')."""

    def decode_one(self, p, x):
        value = super().decode_one(p, x)
        return np.array([value])[0] if isinstance(value, str | int | bool) else value


class EqualOptionsAreOne(Plain):
    def encode_one(self, p, value):
        if isinstance(p, Choice):
            return (p.options.index(value) + 0.5) / len(p.options)
        return super().encode_one(p, value)


class NumpyFloats(Plain):
    def real(self, p, x):
        return np.float64(super().real(p, x))

    def decode_one(self, p, x):
        value = super().decode_one(p, x)
        return np.float64(value) if isinstance(value, float) and not isinstance(p, Choice) else value


class FloatsForIntegers(Plain):
    def integer(self, p, x):
        return float(super().integer(p, x))


class WritesIntoItsArgument(Plain):
    def from_unit(self, u):
        u *= 0.999
        return super().from_unit(u)


class Restless(Plain):
    def real(self, p, x):
        return super().real(p, x * (1 - 1e-9 * random.random()))


class Descending(Plain):
    def integer(self, p, x):
        return super().integer(p, 1 - x)

    def place(self, p, v):
        return 1 - super().place(p, v) if p.step else super().place(p, v)


class NoEmptyList(Plain):
    def to_unit(self, many):
        return np.array([super(NoEmptyList, self).to_unit([params])[0] for params in many])


class Checked(Plain):
    """With the optional methods, right."""

    def check(self, params):
        expected = [n for n, p in self.parameters.items() if self.active(p, params)]
        if set(expected) != set(params):
            raise ValueError(f"expected {expected}, got {list(params)}")
        for name, value in params.items():
            p = self.parameters[name]
            if isinstance(p, Choice):
                if not any(value is option for option in p.options):
                    raise ValueError(name)
            elif not p.low <= value <= p.high or (p.step and type(value) is not int):
                raise ValueError(name)
        return params

    def snap(self, U):
        return self.to_unit([self.from_unit(u) for u in U])

    def encode(self, params):
        return {n: self.position(n, v) for n, v in params.items()}

    def decode(self, encoded):
        return {n: p.options[v] if isinstance(p := self.parameters[n], Choice) else v for n, v in encoded.items()}

    def position(self, name, value):
        p = self.parameters[name]
        return next(i for i, o in enumerate(p.options) if o is value) if isinstance(p, Choice) else value


class NaNPasses(Checked):
    def check(self, params):
        for name, value in params.items():
            p = self.parameters[name]
            if p.ordered and isinstance(value, float) and (value < p.low or value > p.high):
                raise ValueError(name)
        return params if any(v != v for v in params.values() if isinstance(v, float)) else super().check(params)


class UnknownNamesPass(Checked):
    def check(self, params):
        super().check({n: v for n, v in params.items() if n in self.parameters})
        return params


class RefusesItsOwnEnd(Checked):
    def check(self, params):
        for name, value in params.items():
            p = self.parameters[name]
            if not p.step and not p.low < value < p.high:
                raise ValueError(name)
        return super().check(params)


class SnapsToTheLeftEdge(Checked):
    def snap(self, U):
        k = np.array([1 / p.n_cells if p.step and not p.log else 0.0 for p in self.parameters.values()])
        return super().snap(U) - k / 2


class IntegersToFloats(Checked):
    def check(self, params):
        params = super().check(params)
        return {n: float(v) if self.parameters[n].ordered else v for n, v in params.items()}


class SnapsInPlace(Checked):
    def snap(self, U):
        U[...] = super().snap(U)
        return U


class OptionsAsText(Checked):
    def position(self, name, value):
        return value

    def decode(self, encoded):
        return {
            n: next(o for o in p.options if o == v) if isinstance(p := self.parameters[n], Choice) else v
            for n, v in encoded.items()
        }


class SinglePrecisionIntegers(Plain):
    def integer(self, p, x):
        return min(max(int(np.float32(super().integer(p, x))), p.low), p.high)


class EqualValuesShareAnEntry(Plain):
    """A cache that takes 1 for True."""

    def __init__(self, parameters):
        super().__init__(parameters)
        self.places = {}

    def to_unit(self, many):
        U = super().to_unit(many)
        for i, params in enumerate(many):
            for j, name in enumerate(self.parameters):
                if name in params and not isinstance(params[name], list):
                    U[i, j] = self.places.setdefault((name, params[name]), U[i, j])
        return U


class ValuesBeforePositions(Checked):
    """Writes positions, and takes a position that is an option for that option."""

    def decode(self, encoded):
        return {
            n: next((o for o in p.options if type(o) is int and o == v), p.options[v])
            if isinstance(p := self.parameters[n], Choice)
            else v
            for n, v in encoded.items()
        }


class Lenient(Checked):
    """Refuses only what the test for a number lets through."""

    def check(self, params):
        return super().check({n: self.number(self.parameters.get(n), v) for n, v in params.items()})


class InfinityIsTheEnd(Lenient):
    def number(self, p, value):
        return p.high if p and p.ordered and value == math.inf else value


class TextIsANumber(Lenient):
    def number(self, p, value):
        return type(p.low)(value) if p and p.ordered and isinstance(value, str) and value != "x" else value


class TrueIsANumber(Lenient):
    def number(self, p, value):
        return int(value) if p and p.step and value is True else value


WRONG = [
    *((f"space: {what}", partial(check_space, make), id) for what, (make, id) in {
        "inactive parameters are None": (InactiveAsNone, "S0"),
        "conditions ignored": (ConditionsIgnored, "S0"),
        "any of several conditions will do": (AnyConditionWillDo, "S0"),
        "a condition on an inactive parent holds": (InactiveParentsHold, "S0"),
        "single precision on one way": (SinglePrecisionOneWay, "S9"),
        "the same dict for every combination": (OneDict, "S14"),
        "snaps the caller's array": (SnapsInPlace, "S13"),
        "exp(log(high)) an ulp above high": (NotClipped, "S1"),
        "int(low + u (high - low + 1)) is high + 1 at u = 1": (integer(past_the_end), "S1"),
        "index in place of the option": (IndexOfOption, "S2"),
        "options through numpy": (OptionsThroughNumpy, "S2"),
        "np.float64": (NumpyFloats, "S2"),
        "a float for an integer": (FloatsForIntegers, "S2"),
        "high is never reached by an integer": (integer(short_of_the_end), "S3"),
        "ends pulled in": (EndsPulledIn, "S3"),
        "log forgotten both ways": (LogForgotten, "S4"),
        "ends of integers own half a cell": (integer(lambda p, x: round(p.low + x * (p.high - p.low))), "S5"),
        "log integers are rounded": (LogIntegersRounded, "S6"),
        "descending": (Descending, "S7"),
        "inactive at the centre": (InactiveAtTheCentre, "S8"),
        "no rows, no columns": (NoEmptyList, "S8"),
        "log base 10 on one way": (LogBase10OneWay, "S9"),
        "columns sorted by name on one way": (ColumnsInAlphabeticalOrder, "S9"),
        "an integer on the edge of its cell": (IntegerAtItsRightEdge, "S10"),
        "1 and True are one option": (EqualOptionsAreOne, "S10"),
        "own end refused": (RefusesItsOwnEnd, "S11"),
        "check makes floats of integers": (IntegersToFloats, "S11"),
        "NaN passes": (NaNPasses, "S12"),
        "unknown names pass": (UnknownNamesPass, "S12"),
        "snaps to the edge of the cell": (SnapsToTheLeftEdge, "S13"),
        "writes into its argument": (WritesIntoItsArgument, "S14"),
        "another answer each time": (Restless, "S14"),
        "options as JSON": (OptionsAsText, "S15"),
        "positions taken for options": (ValuesBeforePositions, "S15"),
        "integers through single precision": (SinglePrecisionIntegers, "S9"),
        "equal values share an entry of a cache": (EqualValuesShareAnEntry, "S9"),
        "infinity passes for the upper bound": (InfinityIsTheEnd, "S12"),
        "text passes for a number": (TextIsANumber, "S12"),
        "True passes for a number": (TrueIsANumber, "S12"),
    }.items()),
]  # fmt: skip


class RoundsAnUlpUp(Checked):
    """Another formula for the centres of cells."""

    def snap(self, U):
        return np.minimum(np.nextafter(super().snap(U), 1.0), 1.0)


RIGHT = [
    ("plain space that snaps by another formula", partial(check_space, RoundsAnUlpUp)),
    ("plain space", partial(check_space, Plain)),
    ("plain space that checks, snaps and encodes", partial(check_space, Checked)),
    ("plain space, integers at the left edge of their cells", partial(check_space, IntegerAtItsLeftEdge)),
    ("plain space, one", lambda **o: check_space(Plain({"c": Choice("b", "a")}), **o)),
    ("log integers by rounding, as declared", partial(check_space, LogIntegersRounded, log_integers=False)),
    ("conditions ignored, as declared", partial(check_space, ConditionsIgnored, conditional=False)),
]  # fmt: skip

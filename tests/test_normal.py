"""Does the normal distribution keep its digits? Values against mpmath, and the laws that tie the functions together.

The constants below are exact to the last digit printed: made with mpmath at 80 digits, from ``npdf``, ``ncdf``,
h(z) = npdf(z) + z ncdf(z) (left of -60 Laplace's continued fraction with 400 terms), intervals on the right mirrored
to the left, quantiles by ``findroot`` on log ncdf; each input is the double that the literal stands for.
"""

import math
import re
from math import inf

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bayesopt_from_scratch.numerics import normal

EPS = 2.0**-52

# z, phi(z), Phi(z), h(z)
VALUES = [
    (-37.0, 2.1200065515246056e-298, 5.725571222524577e-300, 1.5451991905122024e-301),
    (-30.1, 7.300259384280611e-198, 2.4226672179857586e-199, 8.031058143476495e-201),
    (-20.3, 1.308288554681529e-90, 6.429244467698346e-92, 3.1519277387646755e-93),
    (-10.7, 5.491897831817844e-26, 5.088910855027318e-27, 4.676321693861472e-28),
    (-8.3, 4.3816394355093325e-16, 5.205569744890254e-17, 6.101654725042151e-18),
    (-5.2, 5.361035344697616e-07, 9.964426316933471e-08, 1.795336598922104e-08),
    (-3.0625, 0.003666962346294226, 0.0010974823774378647, 0.00030592256539076565),
    (-3.0, 0.0044318484119380075, 0.0013498980316300946, 0.0003821543170477236),
    (-2.97, 0.004847032905978946, 0.001488998745237465, 0.00042470663262367465),
    (-2.2, 0.03547459284623142, 0.013903447513498604, 0.004887008316534489),
    (-1.0, 0.24197072451914334, 0.15865525393145705, 0.0833154705876863),
    (-0.3, 0.3813878154605241, 0.3820885778110474, 0.26676124211720986),
    (0.0, 0.3989422804014327, 0.5, 0.3989422804014327),
    (0.7, 0.31225393336676127, 0.758036347776927, 0.8428793768106101),
    (2.5, 0.017528300493568537, 0.9937903346742238, 2.5020041371791284),
    (5.1, 8.972435162383345e-07, 0.9999998301732593, 5.100000031127138),
    (8.4, 1.9010815379079602e-16, 1.0, 8.4),
    (20.0, 5.520948362159764e-88, 1.0, 20.0),
]

# z, log h(z), d log h / dz
LOG_H = [
    (-1000000000000.0, -5e23, 1000000000000.0),
    (-1000000.0, -500000000028.55, 1000000.000002),
    (-12345.0, -76199532.26095136, 12345.000162008908),
    (-1000.0, -500014.73445209116, 1000.001999994),
    (-100.5, -5060.264550907695, 100.51989459071244),
    (-38.6, -753.2074518539807, 38.65170963319151),
    (-37.0, -692.6429601632705, 37.0539362024042),
    (-20.3, -212.99239940223222, 20.397816830084242),
    (-8.3, -39.63797167309928, 8.531406609301861),
    (-5.0, -16.74430116266099, 5.361816241288088),
    (-3.1, -8.227329393572749, 3.620604262143193),
    (-3.0, -7.869686059603029, 3.5323375176251606),
    (-2.9, -7.520846492887873, 3.4445327294133317),
    (-2.0, -4.768783523917114, 2.679416883955586),
    (-1.0, -2.4851210257126413, 1.9042712333296918),
    (-0.1, -1.047153314072846, 1.311273393714052),
    (0.0, -0.9189385332046728, 1.2533141373155003),
    (0.5, -0.3598276837450638, 0.9909227180041099),
    (1.5, 0.4248145567622593, 0.6102064036707615),
    (3.0, 1.0987396653277077, 0.3328409684517952),
    (9.0, 2.1972245773362196, 0.1111111111111111),
    (50.0, 3.912023005428146, 0.02),
]

# a, b, Phi(b) - Phi(a)
INTERVALS = [
    (-1.0, 1.0, 0.6826894921370859),
    (-0.5, 2.0, 0.6687123293258339),
    (0.0, 0.25, 0.09870632568292373),
    (-2.5, 0.0, 0.49379033467422384),
    (0.5, 1.5, 0.24173033745712882),
    (-1.5, -0.5, 0.24173033745712882),
    (-6.0, -5.0, 2.8566498423415623e-07),
    (5.0, 6.0, 2.8566498423415623e-07),
    (30.0, 31.0, 4.9067139271479176e-198),
    (-35.0, -34.9375, 8.899617743302393e-268),
    (-inf, -4.0, 3.1671241833119924e-05),
    (4.0, inf, 3.1671241833119924e-05),
    (-inf, inf, 1.0),
    (-inf, 1.0, 0.8413447460685429),
    (0.25, 0.2500001, 3.86668111980616e-08),
    (-0.004, 0.006, 0.0039894041867956755),
    (-0.0099, 0.0099, 0.007898928122746719),
    (-0.0101, 0.0101, 0.008058497055995229),
    (2.0, 2.0078125, 0.00041852193443041313),
    (2.0, 2.009, 0.0004815650803867306),
    (-12.0, -11.9990234375, 2.10840735330315e-35),
    (-12.0, -11.998, 4.3446923573568154e-35),
    (20.0, 20.00048828125, 2.6826552382766697e-91),
    (-30.0, -29.9999, 1.4758588137438603e-200),
]

# p, z with Phi(z) = p
QUANTILES = [
    (1e-300, -37.0470962993612),
    (1e-20, -9.262340089798407),
    (1e-05, -4.264890793922825),
    (0.02425, -1.972961051311885),
    (0.1, -1.2815515655446004),
    (0.25, -0.6744897501960817),
    (0.42, -0.20189347914185088),
    (0.5, 0.0),
    (0.575, 0.18911842627279238),
    (0.9, 1.2815515655446006),
    (0.999, 3.090232306167813),
    (0.9999999999999999, 8.209536151601387),
]

numbers = st.floats(-38, 38)


@pytest.mark.parametrize(("z", "phi", "Phi", "h"), VALUES)
def test_values(z: float, phi: float, Phi: float, h: float) -> None:
    assert float(normal.pdf(z)) == pytest.approx(phi, rel=1e-15, abs=0)
    assert float(normal.cdf(z)) == pytest.approx(Phi, rel=4e-15, abs=0)
    assert float(normal.h(z)) == pytest.approx(h, rel=2e-14, abs=0)


@pytest.mark.parametrize(("z", "log_h", "slope"), LOG_H)
def test_log_h(z: float, log_h: float, slope: float) -> None:
    value, derivative = normal.log_h(z)
    assert float(value) == pytest.approx(log_h, rel=3e-15, abs=1e-15)
    assert float(derivative) == pytest.approx(slope, rel=2e-14, abs=0)


@pytest.mark.parametrize(("a", "b", "mass"), INTERVALS)
def test_interval(a: float, b: float, mass: float) -> None:
    m = min(max(abs(a), abs(b)), 40.0)
    # with 0 inside nothing is subtracted (on a narrow one the series leaves 3e-15); else half an ulp of the midpoint
    # costs up to m times as much of the density there
    rel = 1e-15 if a < 0 < b and b - a > 0.02 else 1e-14 + m * m * EPS / 2
    assert float(normal.interval(a, b)) == pytest.approx(mass, rel=rel, abs=0)
    assert float(normal.interval(-b, -a)) == pytest.approx(mass, rel=rel, abs=0)


@pytest.mark.parametrize(("p", "z"), QUANTILES)
def test_quantile(p: float, z: float) -> None:
    assert float(normal.quantile(p)) == pytest.approx(z, rel=1e-14, abs=0)


def test_values_a_few_ulps_left_of_the_branch_agree_with_those_right_of_it() -> None:
    left, right = np.nextafter(-3.0, -4.0), np.nextafter(-3.0, -2.0)
    for f in (normal.cdf, normal.h, lambda z: normal.log_h(z)[0], lambda z: normal.log_h(z)[1]):
        # the functions themselves change by less than 4 relative per unit, and the step is an ulp
        assert float(f(left)) == pytest.approx(float(f(right)), rel=2e-14, abs=0)


def test_at_infinity() -> None:
    with np.errstate(all="raise", under="ignore"):
        assert normal.pdf([-inf, inf]).tolist() == [0.0, 0.0]
        assert normal.cdf([-inf, inf]).tolist() == [0.0, 1.0]
        assert normal.h([-inf, inf]).tolist() == [0.0, inf]
        value, slope = normal.log_h([-inf, inf])
    assert value.tolist() == [-inf, inf]
    assert slope.tolist() == [inf, 0.0]


def test_log_h_is_finite_and_right_where_h_underflowed_long_ago() -> None:
    for z in (-1e20, -1e100, -1e150):
        value, slope = normal.log_h(z)
        assert float(value) == pytest.approx(-0.5 * z * z, rel=1e-15)
        assert float(slope) == pytest.approx(-z, rel=1e-15)
    with np.errstate(
        all="raise", under="ignore"
    ):  # here the true logarithm is below the smallest float, and no warning says so
        assert float(normal.log_h(-1e155)[0]) == -inf
        assert float(normal.log_h(-1e200)[0]) == -inf


def test_far_tails_are_0_and_1_without_warning() -> None:
    with np.errstate(all="raise", under="ignore"):
        assert normal.pdf([-41.0, 41.0, -1e300]).tolist() == [0.0, 0.0, 0.0]
        assert normal.cdf([-41.0, 41.0, -1e300, 1e300]).tolist() == [0.0, 1.0, 0.0, 1.0]
        assert normal.h([-41.0, 41.0, -1e300, 1e300]).tolist() == [0.0, 41.0, 0.0, 1e300]
        assert normal.interval([-1e300, 38.0, -inf], [1e300, 1e300, -38.5]).tolist()[0] == 1.0


def test_nan_stays_nan() -> None:
    for f in (normal.pdf, normal.cdf, normal.h):
        assert np.isnan(f(np.nan))
    assert np.isnan(normal.log_h(np.nan)).all()
    assert np.isnan(normal.interval(np.nan, 1.0)) and np.isnan(normal.interval(-1.0, np.nan))


@pytest.mark.parametrize("f", [normal.pdf, normal.cdf, normal.h, normal.quantile])
def test_shape_and_type(f: object) -> None:
    assert callable(f)
    for p in (0.25, [0.25, 0.5], [[0.25], [0.5]], np.zeros((2, 0, 3)), np.array([[0.25, 0.5]], dtype=np.float32)):
        result = f(p)
        assert result.shape == np.shape(p) and result.dtype == np.float64
        assert result.tolist() == np.vectorize(lambda x: float(f(x)), otypes=[float])(p).tolist()


def test_integers_and_lists_are_numbers() -> None:
    for f in (normal.pdf, normal.cdf, normal.h):
        assert f([-1, 0, 2]).tolist() == f(np.array([-1.0, 0.0, 2.0])).tolist()
    assert [part.tolist() for part in normal.log_h([-4, 2])] == [part.tolist() for part in normal.log_h([-4.0, 2.0])]
    assert normal.interval(-1, [0, 1]).tolist() == normal.interval(-1.0, [0.0, 1.0]).tolist()


def test_single_precision_is_raised_to_double() -> None:
    z = np.array([-5.3, -0.1, 2.7], dtype=np.float32)
    double = z.astype(float)
    for part, expected in zip(normal.log_h(z), normal.log_h(double), strict=True):
        assert part.dtype == np.float64 and part.tolist() == expected.tolist()
    assert normal.interval(z, np.float32(4.5)).tolist() == normal.interval(double, 4.5).tolist()


def test_arguments_stay_as_they_were_and_may_be_read_only() -> None:
    z = np.array([-5.0, -0.5, 0.3, 4.0])
    z.flags.writeable = False
    for result in (normal.pdf(z), normal.cdf(z), normal.h(z), *normal.log_h(z), normal.interval(z, z + 1)):
        result[:] = 7.0
    assert z.tolist() == [-5.0, -0.5, 0.3, 4.0]


def test_interval_broadcasts() -> None:
    a, b = np.array([-1.0, 0.0, 3.0]), np.array([[4.0], [5.0]])
    assert normal.interval(a, b).tolist() == [[float(normal.interval(x, y)) for x in a] for y in b[:, 0]]
    assert normal.interval(np.zeros((0, 2)), 1.0).shape == (0, 2)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.5, 1.5, np.nan, inf])
def test_quantile_refuses_what_is_no_probability(p: float) -> None:
    message = f"expected probabilities strictly between 0 and 1, got {np.array([p])}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        normal.quantile([0.5, p])


def test_quantile_names_the_first_three_offenders_only() -> None:
    with pytest.raises(ValueError, match=r"got \[2\. 3\. 4\.\]$"):
        normal.quantile([2, 3, 4, 5])


@given(numbers)
@example(-3.0)
@example(0.0)
def test_cdf_is_the_share_below_and_its_mirror_image_the_share_above(z: float) -> None:
    assert float(normal.cdf(z)) + float(normal.cdf(-z)) == pytest.approx(1, abs=4e-16)


@given(numbers)
@example(-3.0)
def test_h_minus_its_mirror_image_is_z(z: float) -> None:
    assert float(normal.h(z)) - float(normal.h(-z)) == pytest.approx(z, rel=1e-14, abs=1e-15)


@given(st.floats(-1e8, 30))
@example(-3.0)
def test_log_h_rises_and_its_slope_is_the_ratio(z: float) -> None:
    value, slope = normal.log_h(z)
    assert float(slope) > 0
    if z > -37:
        assert float(value) == pytest.approx(math.log(normal.h(z)), rel=3e-15, abs=1e-15)
        assert float(slope) == pytest.approx(float(normal.cdf(z) / normal.h(z)), rel=3e-14)
    assert max(-z, 0) <= float(slope) * (1 + 2 * EPS)  # Phi/h > -z, for h > 0


@given(st.floats(-1e4, 20), st.floats(1e-3, 10))
@example(-4.0, 2.0)  # across the branch
def test_log_h_is_concave(z: float, width: float) -> None:
    low, middle, high = (float(normal.log_h(z + t * width)[0]) for t in (0.0, 0.5, 1.0))
    assert low + high - 2 * middle <= 8 * EPS * max(1.0, abs(low))


@given(st.floats(-30, 30), st.floats(0, 5), st.floats(0, 5))
@example(2.0, 0.019, 0.5)
@example(-5.5, 1e-9, 0.1)
def test_intervals_side_by_side_add_up(a: float, first: float, second: float) -> None:
    b = a + first
    c = b + second
    parts = float(normal.interval(a, b)) + float(normal.interval(b, c))
    assert parts == pytest.approx(float(normal.interval(a, c)), rel=2e-13, abs=1e-300)


@given(st.floats(-38, 38), st.floats(0, 10))
def test_interval_is_between_width_times_lowest_and_highest_density(a: float, width: float) -> None:
    b = a + width
    highest = float(normal.pdf(0.0 if a <= 0 <= b else min(abs(a), abs(b))))
    lowest = float(normal.pdf(max(abs(a), abs(b))))
    mass = float(normal.interval(a, b))
    assert (b - a) * lowest * (1 - 3e-13) <= mass + 1e-307 and mass <= (b - a) * highest * (1 + 3e-13) + 1e-307


def test_interval_agrees_on_both_sides_of_every_branch() -> None:
    for a in (-35.0, -12.0, -2.0, -0.5, 0.0, 0.3, 4.0):
        # the width at which the Taylor series takes over, w^2 (1 + m^2) = 4e-4
        width = 0.02 / math.sqrt(1 + a * a)
        w = width * (1 + np.linspace(-1e-3, 1e-3, 41))
        mass = normal.interval(a, a + w)
        differences = np.diff(mass) / np.diff(w)  # the density, on both sides and across
        noise = 4 * mass[-1] * 3e-14 / np.diff(w)[0]
        assert np.all(np.abs(differences - normal.pdf(a + width)) <= 0.05 * normal.pdf(a + width) + noise)


@given(st.floats(1e-300, 1 - 2**-53))
def test_quantile_inverts_cdf(p: float) -> None:
    z = float(normal.quantile(p))
    # an ulp of z is |z| eps in z, and phi(z) <= (1 + |z|) min(Phi, 1 - Phi) relates it to p
    assert float(normal.cdf(z)) == pytest.approx(p, rel=8 * EPS * (2 + z * z))

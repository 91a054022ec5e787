"""Do the pictures show what happened?"""

import math
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from bayesopt_from_scratch import Choice, Float, Int, Study
from bayesopt_from_scratch.figures import plot_best_so_far, plot_posterior, plot_trials, save


def study_of(values: list[float], **parameters: object) -> Study:
    space = parameters or {"x": Float(0, 1)}
    study = Study(space, "random", seed=1)  # type: ignore[arg-type]
    for value in values:
        study.tell(study.ask(), value)
    return study


def test_best_so_far() -> None:
    first, second = study_of([3.0, math.nan, 5.0, 1.0, 2.0]), study_of([math.nan, 4.0])
    first.ask()  # what is running is not drawn
    figure = plot_best_so_far({"random": first, "more of it": second})
    (ax,) = figure.axes
    lines = [np.asarray(line.get_ydata(), dtype=float).tolist() for line in ax.lines]
    assert lines[0] == [3, 3, 3, 1, 1] and math.isnan(lines[1][0]) and lines[1][1] == 4
    assert np.asarray(ax.lines[0].get_xdata()).tolist() == [1, 2, 3, 4, 5]
    legend = ax.get_legend()
    assert legend is not None and [text.get_text() for text in legend.get_texts()] == ["random", "more of it"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("trials", "best value so far")
    assert ax.lines[0].get_color() != ax.lines[1].get_color()
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()


def test_many_studies_have_many_colours() -> None:
    study = study_of([1.0])
    figure = plot_best_so_far({str(i): study for i in range(8)})
    assert len(figure.axes[0].lines) == 8


def test_axes_may_be_given() -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    above, below = figure.subplots(2)
    assert plot_best_so_far({"a": study_of([1.0])}, above) is figure and len(above.lines) == 1
    assert plot_posterior(study_of([1.0, 2.0, 0.5]), [above, below]) is figure


@pytest.mark.parametrize("log", [False, True])
def test_posterior(log: bool) -> None:
    study = study_of([3.0, 1.0, math.nan, 2.0, 1.5], rate=Float(0.1, 10.0, log=log))
    figure = plot_posterior(study)
    above, below = figure.axes
    dots = above.lines[1]
    done = [trial for trial in study.trials if trial.state == "done"]
    assert np.asarray(dots.get_xdata()).tolist() == [trial.params["rate"] for trial in done]
    x, mean = (np.asarray(data, dtype=float) for data in (above.lines[0].get_xdata(), above.lines[0].get_ydata()))
    for place, y in zip(
        np.asarray(dots.get_xdata(), float), np.asarray(dots.get_ydata(), float), strict=True
    ):  # the mean goes through the values
        assert np.interp(place, x, mean) == pytest.approx(y, abs=0.15)
    assert x[0] == 0.1 and x[-1] == 10.0
    assert above.get_xscale() == below.get_xscale() == ("log" if log else "linear")
    assert below.get_xlabel() == "rate" and below.get_ylabel() == "expected improvement"


def test_posterior_of_integers() -> None:
    assert len(plot_posterior(study_of([3.0, 1.0, 2.0], n=Int(1, 50, log=True))).axes) == 2


def test_trials() -> None:
    study = study_of([3.0, 1.0, math.nan, 2.0], x=Float(1e-3, 1.0, log=True), n=Int(0, 9), c=Choice("a", None, "b"))
    figure = plot_trials(study)
    assert [ax.get_xlabel() for ax in figure.axes] == ["x", "n", "c"] and figure.axes[0].get_ylabel() == "value"
    assert [ax.get_xscale() for ax in figure.axes] == ["log", "linear", "linear"]
    done = [trial for trial in study.trials if trial.state == "done"]
    for ax, name in zip(figure.axes, ("x", "n", "c"), strict=True):
        (scatter,) = ax.collections
        offsets = np.asarray(scatter.get_offsets())
        assert offsets[:, 1].tolist() == [3.0, 1.0, 2.0]
        places = [trial.params[name] for trial in done]
        if name == "c":
            places = [study.space.parameters["c"].number(place) for place in places]
        assert offsets[:, 0] == pytest.approx(places)
        (ring,) = ax.lines
        assert np.asarray(ring.get_ydata()).tolist() == [1.0]
    assert [label.get_text() for label in figure.axes[2].get_xticklabels()] == ["a", "None", "b"]


def test_a_parameter_that_is_not_always_active() -> None:
    study = study_of(
        [3.0, 1.0, 2.0, 5.0, 4.0, 6.0], c=Choice("a", "b"), x=Float(0, 1, when={"c": "a"}), y=Int(0, 3, when={"c": "b"})
    )
    figure = plot_trials(study)
    counts = [len(np.asarray(ax.collections[0].get_offsets())) for ax in figure.axes]
    assert counts[0] == 6 == counts[1] + counts[2] and len(figure.axes[0].lines) == 1
    assert len(figure.axes[1].lines) + len(figure.axes[2].lines) == 1  # the best has one of the two


def test_saving_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    study = study_of([3.0, 1.0, 2.0])
    for name in ("first.svg", "second.svg"):
        save(plot_best_so_far({"random": study}), tmp_path / name)
    text = (tmp_path / "first.svg").read_bytes()
    assert text == (tmp_path / "second.svg").read_bytes() and text.startswith(b"<?xml") and b"<dc:date>" not in text
    save(plot_trials(study), str(tmp_path / "third.png"))
    assert (tmp_path / "third.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match=r"^expected a study with 1 done trials or more, got 0$"):
        plot_best_so_far({"a": study_of([1.0]), "b": study_of([math.nan])})
    with pytest.raises(ValueError, match=r"^expected a study with 1 done trials or more, got 0$"):
        plot_trials(study_of([]))
    with pytest.raises(ValueError, match=r"^expected a study with 2 done trials or more, got 1$"):
        plot_posterior(study_of([1.0, math.nan]))
    for parameters in ({"x": Float(0, 1), "y": Float(0, 1)}, {"c": Choice("a", "b")}):
        with pytest.raises(ValueError, match=r"^expected a space of one number, got Space\("):
            plot_posterior(study_of([1.0, 2.0], **parameters))

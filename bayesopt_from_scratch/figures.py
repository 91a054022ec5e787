"""Three pictures of a study. Needs matplotlib: ``pip install matplotlib``.

Each function draws on axes you give it, or makes a figure of its own, and returns the figure. :func:`save` writes an
SVG that is the same, byte for byte, each time it is drawn by the same matplotlib.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .loop.study import Study
from .search.expected_improvement import expected_improvement
from .search.parameter import Parameter
from .search.trial import Trial
from .surrogate.gaussian_process import fit
from .surrogate.output_scale import gaussianize

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_best_so_far", "plot_posterior", "plot_trials", "save"]

_GREY = "#7a7a7a"  # legible on white and on black
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito: for all kinds of eyes
_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))


def plot_best_so_far(studies: Mapping[str, Study], ax: "Axes | None" = None) -> "Figure":
    """Lowest value so far against the number of trials, one line per study.

    Parameters
    ----------
    studies : dict
        Label to study, each with one done trial or more.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        With its axes labelled.

    Raises
    ------
    ValueError
        If a study has no done trial.
    """
    figure, (ax,) = _axes([ax])
    for i, (label, study) in enumerate(studies.items()):
        _done(study)
        best = np.fmin.accumulate(_values(study.finished))  # NaN, a failed trial, is passed over
        look: dict[str, Any] = {"color": _COLOURS[i % len(_COLOURS)], "linestyle": _STYLES[i % len(_STYLES)]}
        ax.step(np.arange(1, len(best) + 1), best, where="post", label=label, **look)
    ax.set_xlabel("trials")
    ax.set_ylabel("best value so far")
    ax.legend(frameon=False, labelcolor=_GREY)
    return figure


def plot_posterior(study: Study, axes: "Sequence[Axes] | None" = None) -> "Figure":
    """Gaussian process of a study with one number to choose, and the expected improvement below it.

    The values are on the scale that :class:`GPSearch` models them on.

    Parameters
    ----------
    study : Study
        One ``Float`` or ``Int`` parameter, two done trials or more.
    axes : two Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Posterior mean with two standard deviations above, expected improvement below.

    Raises
    ------
    ValueError
        If the space has another shape or fewer than two trials are done.
    """
    if len(study.space.axes) != 1 or not study.space.axes[0].ordered:
        raise ValueError(f"expected a space of one number, got {study.space}")
    done = _done(study, 2)
    (name,), (parameter,) = study.space.parameters, study.space.axes
    X, y = study.space.to_unit([trial.params for trial in done]), gaussianize(_values(done))
    posterior = fit(X, y, rng=np.random.default_rng(study.seed)).condition(X, y)
    u = np.linspace(0, 1, 501)
    mean, std = posterior.predict(u[:, None])
    improvement = expected_improvement(mean, std, float(y.min()))
    figure, (above, below) = _axes([None, None] if axes is None else list(axes), (2, 1))
    x = [parameter.from_unit(place) for place in u]
    above.fill_between(x, mean - 2 * std, mean + 2 * std, color=_COLOURS[0], alpha=0.25, linewidth=0)
    above.plot(x, mean, color=_COLOURS[0])
    above.plot([trial.params[name] for trial in done], y, "o", color=_COLOURS[1], markersize=4)
    above.set_ylabel("value, transformed")
    below.fill_between(x, 0, improvement, color=_COLOURS[2], alpha=0.4, linewidth=0)
    below.axvline(x[int(np.argmax(improvement))], color=_COLOURS[2], linestyle="--", linewidth=1)
    below.set_ylabel("expected improvement")
    below.set_xlabel(name)
    for ax in (above, below):
        _scale(ax, parameter)
    return figure


def plot_trials(study: Study) -> "Figure":
    """Value against each hyperparameter, one panel each; later trials darker, the best one ringed.

    Parameters
    ----------
    study : Study
        With one done trial or more.

    Returns
    -------
    Figure
        One panel per parameter.

    Raises
    ------
    ValueError
        If no trial is done.
    """
    done = _done(study)
    figure, panels = _axes([None] * len(study.space.axes), (1, len(study.space.axes)))
    for ax, (name, parameter) in zip(panels, study.space.parameters.items(), strict=True):
        active = [trial for trial in done if name in trial.params]
        places: list[Any] = [trial.params[name] for trial in active]
        _scale(ax, parameter)
        if not parameter.ordered:
            places = [parameter.number(place) for place in places]
            ax.set_xlim(-0.5, parameter.n_cells - 0.5)
        values, age = _values(active), [trial.number for trial in active]
        ax.scatter(places, values, c=age, cmap="Blues", vmin=-max(1, len(done)), s=14)
        if study.best in active:
            i = active.index(study.best)
            ax.plot(places[i], values[i], "o", markersize=9, markerfacecolor="none", color=_COLOURS[1])
        ax.set_xlabel(name)
    panels[0].set_ylabel("value")
    for ax in panels[1:]:
        ax.sharey(panels[0])
        ax.tick_params(labelleft=False)
    return figure


def save(figure: "Figure", path: str | Path) -> None:
    """Write a figure, as SVG or as what the path's ending says, without anything that changes from run to run."""
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "bayesopt_from_scratch"}):
        metadata = {"Date": None} if str(path).endswith(".svg") else None
        figure.savefig(path, transparent=True, metadata=metadata)


def _axes(axes: "Sequence[Axes | None]", shape: tuple[int, int] = (1, 1)) -> "tuple[Any, list[Axes]]":
    """Return the axes given, or new ones, in a plain style."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("figures need matplotlib: pip install matplotlib") from None
    if any(ax is None for ax in axes):
        figure: Any = Figure(figsize=(max(6.4, 2.4 * shape[1]), 3.6 if shape[0] == 1 else 4.8), layout="constrained")
        axes = list(np.ravel(figure.subplots(*shape, squeeze=False)))
    drawn = [ax for ax in axes if ax is not None]
    for ax in drawn:
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(_GREY)
        ax.tick_params(colors=_GREY, which="both")
        ax.xaxis.label.set_color(_GREY)
        ax.yaxis.label.set_color(_GREY)
        ax.patch.set_alpha(0)
    return drawn[0].figure, drawn


def _scale(ax: "Axes", parameter: Parameter) -> None:
    if parameter.log:
        ax.set_xscale("log")
        ax.minorticks_off()
    if not parameter.ordered or (parameter.log and parameter.high < 100 * parameter.low):  # too short for decades
        ticks = [parameter.from_unit(u) for u in (parameter.cells() if not parameter.ordered else (0, 0.5, 1))]
        ax.set_xticks([parameter.number(tick) if not parameter.ordered else tick for tick in ticks], map(_label, ticks))


def _label(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _values(trials: Sequence[Trial]) -> NDArray[np.floating]:
    return np.array([np.nan if trial.value is None else trial.value for trial in trials])


def _done(study: Study, least: int = 1) -> list[Trial]:
    done = [trial for trial in study.trials if trial.state == "done"]
    if len(done) < least:
        raise ValueError(f"expected a study with {least} done trials or more, got {len(done)}")
    return done

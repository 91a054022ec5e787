"""The exercise of chapter 9: the solution keeps every law and evolves, the stub and typical wrong ones are refused."""

import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch import Space, Trial
from bayesopt_from_scratch.checks import check_strategy
from bayesopt_from_scratch.checks.report import Report

EXERCISES = Path(__file__).parent.parent / "tutorials" / "exercises"
STUB = runpy.run_path(str(EXERCISES / "ch09_genetic.py"))
RIGHT = runpy.run_path(str(EXERCISES / "solutions" / "ch09_genetic.py"))
Params = dict[str, Any]


def grade(strategy: Any, only: list[str] | None = None) -> Report:
    return check_strategy(strategy, invariance="rank", level="quick", only=only, on_fail="report")


class Genetic:
    """The solution."""

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        return dict(RIGHT["Genetic"]().suggest(space, trials, rng))


class KeepsItsPopulation(Genetic):
    def __init__(self) -> None:
        self.population: list[Trial] = []

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        known = {trial.number for trial in self.population}
        self.population += [trial for trial in trials if trial.state == "done" and trial.number not in known]
        running = [trial for trial in trials if trial.state != "done"]
        return super().suggest(space, self.population + running, rng)


class ForgetsTheRunning(Genetic):
    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        return super().suggest(space, [trial for trial in trials if trial.state != "running"], rng)


class AsksNumpy(Genetic):
    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        own = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002
        return super().suggest(space, trials, own)


class LeavesTheCells(Genetic):
    """The mean of two layers is half a layer."""

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        params = super().suggest(space, trials, rng)
        whole = {name for name, value in params.items() if type(value) is int}
        return {name: value + 0.5 if name in whole else value for name, value in params.items()}


class CrownsFailures(Genetic):
    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        zeros = [Trial(t.number, t.params, "done", value=-1e9) if t.state == "failed" else t for t in trials]
        return super().suggest(space, zeros, rng)


class BreaksTiesByTheList(Genetic):
    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        renumbered = [Trial(i, t.params, t.state, t.value, t.error) for i, t in enumerate(trials)]
        return super().suggest(space, renumbered, rng)


def test_the_solution_keeps_every_law() -> None:
    report = grade(RIGHT["Genetic"])
    assert report.ok, report.details()


def test_the_solution_evolves() -> None:
    evolved, drawn = STUB["contest"](Genetic())
    assert evolved < drawn - 0.5


def test_the_operators_do_what_the_chapter_says() -> None:
    rng = np.random.default_rng(0)
    wins = np.bincount([RIGHT["tournament"](12, 3, rng) for _ in range(4000)], minlength=12) / 4000
    odds = (np.arange(12, 0, -1) ** 3 - np.arange(11, -1, -1) ** 3) / 12**3
    assert wins == pytest.approx(odds, abs=0.04)
    mother, father = np.zeros(1000), np.ones(1000)
    assert np.mean(RIGHT["crossover"](mother, father, rng)) == pytest.approx(0.5, abs=0.1)
    old, ordered = np.full(4, 0.5), np.array([True, True, False, False])
    changed = np.mean([RIGHT["mutate"](old, ordered, rng) != old for _ in range(1000)], axis=0)
    assert changed == pytest.approx(np.full(4, 0.25), abs=0.07)


def test_the_stub_is_refused() -> None:
    report = grade(STUB["Genetic"])
    assert {row.id for row in report.broken} >= {"T4", "T6", "T14", "T15"}
    assert all(row.message and row.hint for row in report.broken)


@pytest.mark.parametrize(
    ("wrong", "law", "hint"),
    [
        (KeepsItsPopulation, "T9", "no generator, counter, population or cache of its own"),
        (ForgetsTheRunning, "T4", "look at the running trials"),
        (AsksNumpy, "T7", "belong to everybody: use rng"),
        (LeavesTheCells, "T1", "round before recording"),
        (CrownsFailures, "T17", "failure"),
        (BreaksTiesByTheList, "T10", "sort by trial.number first"),
    ],
)
def test_a_wrong_solution_is_refused_with_a_hint(wrong: type[Any], law: str, hint: str) -> None:
    report = grade(wrong, only=[law])
    assert [row.id for row in report.broken] == [law]
    assert hint in " ".join(report.details().split())

"""How do the laws become test cases?

One case of pytest for each law, named after it, so that a test run says which law broke, and ``-k`` picks one.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .law import KINDS, laws
from .report import Report
from .run import one_of

__all__ = ["parametrize_with_checks"]


def parametrize_with_checks(check: str | Callable[..., Report], *subject: Any, **options: Any) -> Callable[[Any], Any]:
    """Decorate a test function so that pytest calls it once for each law, with a function that tries it.

    Parameters
    ----------
    check : callable or str
        ``check_kernel``, ``check_cholesky``, ``check_surrogate``, ``check_density``, ``check_acquisition``,
        ``check_strategy`` or ``check_space``; or its kind, such as ``"kernel"``.
    *subject, **options
        What you would pass to it: the subject, its abilities and conventions, ``level``, ``seed`` and so on.

    Returns
    -------
    callable
        A decorator for a test function with the argument ``check``. Calling that raises
        :class:`~bayesopt_from_scratch.checks.LawsBroken` if the law is broken, and skips the case, with the reason, if
        the law cannot be tried on this subject.

    Raises
    ------
    ValueError
        If an option is none of those it may be; at once, not when the tests run.

    Examples
    --------
    In a test file of your own, where ``my_ei(mean, std, best)`` stands for your function::

        from bayesopt_from_scratch.checks import check_acquisition, parametrize_with_checks

        @parametrize_with_checks(check_acquisition, my_ei, level="thorough")
        def test_my_expected_improvement(check):
            check()

    gives the cases ``test_my_expected_improvement[E0 shape and type]``,
    ``test_my_expected_improvement[E1 equals its definition]``, and so on.
    """
    import pytest

    if isinstance(check, str):
        one_of("check", check, KINDS)
        return parametrize_with_checks(getattr(import_module(__package__), f"check_{check}"), *subject, **options)
    kind = check(*subject, **{**options, "only": [], "on_fail": "report"}).kind  # tries nothing, but reads the options
    only = options.get("only")
    rows = [law for law in laws(kind) if only is None or law.id in only]
    cases = [pytest.param(_case(check, subject, options, law.id), id=f"{law.id} {law.name}") for law in rows]
    return pytest.mark.parametrize("check", cases)


def _case(
    check: Callable[..., Report], subject: tuple[Any, ...], options: dict[str, Any], id: str
) -> Callable[[], Report]:
    """Make the function that tries one law."""

    def case() -> Report:
        import pytest

        report = check(*subject, **{"on_fail": "raise", **options, "only": [id]})
        if report[id].status == "not run":
            pytest.skip(report[id].message)
        return report

    return case

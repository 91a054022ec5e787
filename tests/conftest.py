"""How hard hypothesis searches: chosen by HYPOTHESIS_PROFILE; without it "ci" where CI is set, else "default"."""

import os

from hypothesis import HealthCheck, Phase, settings

settings.register_profile("default", max_examples=40, deadline=None)
settings.register_profile("ci", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.register_profile(  # for a run over mutants: the first failure is enough, and nothing may differ between runs
    "mutation",
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))

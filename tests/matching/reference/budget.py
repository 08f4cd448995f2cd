"""How many examples are drawn: 20,000 cases and more with `CI=true`, a tenth of that elsewhere."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EXAMPLES = 300 if os.environ.get("CI") == "true" else 30
"""For each kind of trees; an example has 36 cases, and there are three kinds: 32,400 in all."""

bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
"""Settings for examples that are batches: drawing a whole batch takes longer than one value."""

"""How many examples are drawn: over 20,000 cases with `CI=true`, a tenth of that elsewhere."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = 120 if os.environ.get("CI") == "true" else 12
"""For each kind of trees; an example has 64 cases, and there are three kinds: 23,040 in all."""

bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
"""Settings for examples that are batches: drawing one takes longer than drawing a value, and making
one smaller takes minutes, so that a failure shows its one rule and article instead."""

briefly = settings(bounded, max_examples=max(6, EXAMPLES // 3))
"""The same, with fewer examples."""

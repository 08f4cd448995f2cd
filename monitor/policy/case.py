"""A hit at a destination, about to be decided, and the decisions that end or hold it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.model.channel import GroupBy, Route
from monitor.model.decision import Candidate, Decision, Destination, Hold, Outcome, Reason
from monitor.model.rule import Level


@dataclass(frozen=True, slots=True)
class Case:
    """One unit of deciding."""

    candidate: Candidate
    route: Route
    channel: str
    hold: Hold | None = None
    """What it waited for until now; None at a destination that is new to the hit."""

    @property
    def destination(self) -> Destination:
        """Where it is decided."""
        return (self.route.name, self.channel)

    @property
    def group(self) -> str:
        """What it is told as, in the manner of `Alert.group`; a hit without story is its own."""
        candidate = self.candidate
        if self.route.group_by is GroupBy.RULE:
            return f"rule:{candidate.rule}"
        if self.route.group_by is GroupBy.STORY and candidate.story is not None:
            return f"story:{candidate.story}"
        return f"hit:{candidate.hit}"

    def waited_for(self, reason: Reason) -> bool:
        """Whether it was held for this reason."""
        return self.hold is not None and self.hold.reason is reason

    def suppressed(
        self,
        reason: Reason,
        detail: str,
        *,
        alert: int | str | None = None,
        silence: int | None = None,
    ) -> Decision:
        """End it without telling."""
        return Decision(
            hit=self.candidate.hit,
            channel=self.channel,
            route=self.route.name,
            outcome=Outcome.SUPPRESS,
            reason=reason,
            detail=detail,
            alert=alert,
            silence=silence,
            group=self.group,
        )

    def held(self, reason: Reason, until: datetime, detail: str) -> Decision:
        """Decide it again later."""
        return Decision(
            hit=self.candidate.hit,
            channel=self.channel,
            route=self.route.name,
            outcome=Outcome.HOLD,
            reason=reason,
            detail=detail,
            until=until,
            group=self.group,
        )


def nowhere(
    candidate: Candidate, reason: Reason, detail: str, silence: int | None = None
) -> Decision:
    """End a hit that has no destination at all."""
    return Decision(
        hit=candidate.hit,
        channel="",
        route="",
        outcome=Outcome.SUPPRESS,
        reason=reason,
        detail=detail,
        silence=silence,
    )


def highest(cases: Iterable[Case]) -> Level:
    """Return the highest level among them."""
    return max(case.candidate.level for case in cases)

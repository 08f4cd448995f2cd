"""What an alert says about itself: its subject, and why it comes now, or comes here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.model.alert import Alert, AlertKind
from monitor.notify.cleaning import one_line

if TYPE_CHECKING:
    from monitor.notify.view import StoryView

LONGEST_SUBJECT = 200


def subject_of(alert: Alert, stories: Sequence[StoryView], *, with_title: bool) -> str:
    """Return the subject: `[HIGH] rule title: article title` for what a rule hit."""
    level = f"[{alert.level.label.upper()}]"
    if alert.kind is AlertKind.DIGEST and not stories:
        return "[monitor] digest: nothing new"
    if alert.kind in {AlertKind.NOTICE, AlertKind.TEST} or not stories:
        said = one_line(alert.subject or alert.text or alert.kind.value, LONGEST_SUBJECT - 12)
        return f"[monitor] {said}"
    if alert.kind is AlertKind.DIGEST:
        return f"{level} digest: {count(len(stories), 'story', 'stories')}"
    if alert.kind is AlertKind.SUMMARY:
        held = alert.held_back or sum(len(story.articles) for story in stories)
        return f"{level} {count(held, 'more alert', 'more alerts')}, held back by the limit"
    article = stories[0].articles[0]
    rules = list(dict.fromkeys(rule.title for rule in article.rules))
    more = f" +{len(rules) - 1}" if len(rules) > 1 else ""
    lead = "" if alert.kind is AlertKind.HIT else f"{alert.kind.value}: "
    title = f": {article.title}" if with_title else ""
    return one_line(f"{level} {lead}{rules[0]}{more}{title}", LONGEST_SUBJECT)


def notes_of(alert: Alert, stories: Sequence[StoryView]) -> tuple[str, ...]:
    """Return sentences about the alert itself."""
    notes = []
    if alert.kind is AlertKind.FOLLOW_UP:
        notes.append("New about a story that you were told of before.")
    if alert.kind is AlertKind.REMINDER and stories:
        wide = count(stories[0].publishers, "publisher", "publishers")
        size = count(stories[0].size, "article", "articles")
        notes.append(f"The story goes on: {size} by {wide} so far.")
    if alert.kind is AlertKind.SUMMARY and alert.held_back:
        held = count(alert.held_back, "alert was", "alerts were")
        notes.append(f"{held} held back by the route's limit; this tells them together.")
    if alert.confirmed:
        notes.append(_confirmation(alert.confirmed, stories))
    if alert.stands_in_for:
        notes.append("Sent here in place of another channel, which failed: monitor deliveries")
    return tuple(notes)


def _confirmation(wanted: int, stories: Sequence[StoryView]) -> str:
    """Say how many publishers carry what waited for a confirmation, as it stands now."""
    if len(stories) == 1 and stories[0].publishers > wanted:
        return f"Confirmed: {stories[0].publishers} publishers carry it, {wanted} were asked for."
    carried = "carry it" if len(stories) < 2 else "or more carry each story"
    return f"Confirmed: {count(wanted, 'publisher', 'publishers')} {carried}."


def count(number: int, one: str, many: str) -> str:
    """Return `1 story`, `2 stories`."""
    return f"{number} {one if number == 1 else many}"

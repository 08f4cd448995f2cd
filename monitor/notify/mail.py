"""Mail as a message: two readable parts, headers that thread, sort and cannot be injected into.

Built here and not by apprise: its plugin makes a Message-ID of its own for each attempt (one given
with `+Message-ID=` stands beside it), derives the plain part from the HTML, and has no place for
References. Its URL syntax, its knowledge of providers and its defaults are used as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from monitor.errors import ChannelError
from monitor.model.alert import AlertContent, AlertKind
from monitor.model.rule import Level
from monitor.notify.cleaning import one_line
from monitor.notify.render import Rendered

_OURS = frozenset(
    {
        "auto-submitted",
        "bcc",
        "cc",
        "content-transfer-encoding",
        "content-type",
        "date",
        "from",
        "in-reply-to",
        "message-id",
        "mime-version",
        "references",
        "reply-to",
        "sender",
        "subject",
        "to",
    }
)
"""Headers that a channel's URL cannot set."""
_THREADED = frozenset({AlertKind.FOLLOW_UP, AlertKind.REMINDER})


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """From whom to whom, as a channel's URL says."""

    sender: Mailbox
    to: Sequence[Mailbox]
    cc: Sequence[Mailbox] = ()
    bcc: Sequence[Mailbox] = ()
    reply_to: Sequence[Mailbox] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address that the message goes to, each once."""
        boxes = (*self.to, *self.cc, *self.bcc)
        return tuple(dict.fromkeys(box.address for box in boxes))


def message_of(
    content: AlertContent, rendered: Rendered, envelope: Envelope, now: datetime
) -> EmailMessage:
    """Return an alert as a mail; raises ChannelError when an address cannot be written."""
    alert = content.alert
    try:
        message = _addressed(envelope)
    except (ValueError, IndexError, MessageError) as error:
        raise ChannelError(f"an address cannot be used in a mail: {one_line(str(error))}") from None
    message["Subject"] = _unencoded(rendered.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = alert.message_id
    if alert.follows and alert.kind in _THREADED:
        first = f"<{alert.follows}@monitor.invalid>"
        message["In-Reply-To"] = first
        message["References"] = first
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply
    if alert.level >= Level.HIGH:
        message["Importance"] = "high"
    message["X-Monitor-Level"] = alert.level.label
    rules = sorted({_unencoded(item.hit.rule)[:80] for item in content.items})
    if rules:
        message["X-Monitor-Rule"] = ", ".join(rules[:10])
    for name, value in envelope.headers.items():
        if _may_set(name):
            message[name] = _unencoded(value) or "-"  # the library cannot fold an empty one
    message.set_content(rendered.text + "\n", cte="quoted-printable")
    if rendered.html:
        message.add_alternative(rendered.html + "\n", subtype="html", cte="quoted-printable")
    return message


def refused_headers(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names among a URL's own headers that are not sent."""
    return tuple(name for name in headers if not _may_set(name))


def _addressed(envelope: Envelope) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(envelope.sender)
    message["To"] = [_address(box) for box in envelope.to]
    if envelope.cc:
        message["Cc"] = [_address(box) for box in envelope.cc]
    if envelope.reply_to:
        message["Reply-To"] = [_address(box) for box in envelope.reply_to]
    return message


def _address(box: Mailbox) -> Address:
    # The library folds a long quoted name without its quotes: nothing that needs them is left in.
    name = re.sub(r"[^\w .'&+-]", " ", _unencoded(box.name))
    return Address(display_name=one_line(name, 60), addr_spec=one_line(box.address))


def _unencoded(text: str) -> str:
    """Return one line in which nothing is an encoded word (RFC 2047) already.

    EmailMessage decodes those in what it is given, and writes what comes out: `=?utf-8?q?=0A…?=`
    in an article's title would begin a new header.
    """
    return one_line(text).replace("=?", "= ?")


def _may_set(name: str) -> bool:
    """Whether a URL may set this header: none of ours, and a name that any server knows as one."""
    return name.casefold() not in _OURS and re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name) is not None

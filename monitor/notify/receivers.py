"""Outlets that leave the machine: mail servers, and every other service of apprise."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from monitor.model.alert import AlertContent, Answer
from monitor.notify.answers import of_http
from monitor.notify.calls import Call
from monitor.notify.mail import Envelope, Mailbox, message_of
from monitor.notify.outlets import Outlet
from monitor.notify.redaction import Redactor
from monitor.notify.render import Rendered, Templates
from monitor.notify.services import Service, Unusable, load
from monitor.notify.smtp import Mailer, Server
from monitor.notify.wire import watched


def open_receiver(url: str, templates: Templates) -> Outlet:
    """Return the outlet of an apprise URL; raises ChannelError."""
    service = load(url)
    if service.is_mail:
        return MailOutlet(url, service, templates)
    return ServiceOutlet(url, service, templates)


class ServiceOutlet:
    """A service that apprise speaks to."""

    def __init__(self, url: str, service: Service, templates: Templates) -> None:
        self.form = service.form
        self.templates = templates
        self.where = where_of(service)
        self._service = service
        self._redact = Redactor(url, service.place.split(":"))

    def send(self, content: AlertContent, rendered: Rendered, now: datetime, call: Call) -> Answer:
        """Have apprise send it, and find out what it was answered."""
        with watched(call):
            accepted = self._service.notify(rendered, content.alert.level)
        return of_http(
            accepted=accepted,
            heads=[(head.status, head.retry_after) for head in call.responses],
            messages=call.messages(),
            redact=self._redact,
            now=now,
        )

    def close(self) -> None:
        """Keep nothing to close: a plugin holds a login at most."""


class MailOutlet:
    """A mail server; apprise's plugin has read the URL and knows the providers."""

    def __init__(self, url: str, service: Service, templates: Templates) -> None:
        self.form = service.form
        self.templates = templates
        self.envelope, server = mail_settings(service)
        people = ", ".join(self.envelope.recipients[:3])
        self.where = f"mail to {people} by {server.host}:{server.port}"
        self._mailer = Mailer(server, Redactor(url, (server.host, *self.envelope.recipients)))
        self._busy = threading.Lock()

    def send(self, content: AlertContent, rendered: Rendered, now: datetime, call: Call) -> Answer:
        """Hand the message in."""
        message = message_of(content, rendered, self.envelope, now)
        with self._busy:
            return self._mailer.send(message, self.envelope, call)

    def close(self) -> None:
        """Leave the server, unless a message is on its way."""
        if self._busy.acquire(blocking=False):
            try:
                self._mailer.close()
            finally:
                self._busy.release()


def mail_settings(service: Service) -> tuple[Envelope, Server]:
    """Return what apprise's mail plugin read from its URL; raises Unusable without a recipient."""
    plugin: Any = service.plugin
    if not plugin.targets:
        said = "; ".join(service.complaints)
        raise Unusable("it has no recipient that mail can be sent to", said)
    envelope = Envelope(
        sender=Mailbox(plugin.from_addr[0] or "", plugin.from_addr[1]),
        to=[Mailbox(name or "", address) for name, address in plugin.targets],
        cc=_named(plugin.cc - plugin.bcc, plugin.names),
        bcc=_named(plugin.bcc, plugin.names),
        reply_to=_named(plugin.reply_to, plugin.names),
        headers=dict(plugin.headers),
    )
    server = Server(
        host=plugin.smtp_host,
        port=plugin.port,
        mode=plugin.secure_mode,
        user=plugin.user,
        password=plugin.password,
        verify=plugin.verify_certificate,
        timeout=plugin.socket_read_timeout,
    )
    return envelope, server


def where_of(service: Service) -> str:
    """Return what of a service's address is no secret."""
    plugin = service.plugin
    return f"{plugin.service_name} ({plugin.schema}://{service.place or '…'})"


def _named(addresses: Iterable[str], names: dict[str, str]) -> list[Mailbox]:
    return [Mailbox(names.get(address) or "", address) for address in sorted(addresses)]

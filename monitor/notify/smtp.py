"""Speaking SMTP: one connection a channel, kept for the next message, and exact answers.

apprise's own sender connects for every message, reads no reply code, and sends to the recipients
that a server takes while it calls the whole a failure, so that a retry repeats it to them.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Final

from monitor.model.alert import Answer, DeliveryOutcome
from monitor.notify.answers import Redact, of_smtp, of_trouble, rejected, retry
from monitor.notify.calls import Call, shut
from monitor.notify.cleaning import one_line
from monitor.notify.mail import Envelope

_IDLE = 10.0
"""Seconds after which a kept connection is not used again."""
_MESSAGES = 50
"""Messages after which a connection is made anew."""
_Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed in, and how; `mode` is `insecure`, `starttls` or `ssl`."""

    host: str
    port: int
    mode: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True
    timeout: float = 15.0


class Mailer:
    """Hands mail in at one server. Used by one thread at a time."""

    def __init__(self, server: Server, redact: Redact) -> None:
        self._server: Final = server
        self._redact: Final = redact
        self._smtp: smtplib.SMTP | None = None
        self._last = 0.0
        self._sent = 0
        self._name = ""
        self._handing_in = False
        """Whether the message itself was on its way when the connection was lost."""

    def send(self, message: EmailMessage, envelope: Envelope, call: Call) -> Answer:
        """Hand a message in for all its recipients; an answer for everything.

        While some recipient is refused for now nobody gets it, so that a retry repeats nothing;
        when some are refused for good the others get it, and the answer is `rejected`.
        """
        kept = self._smtp is not None
        answer = self._attempt(message, envelope, call)
        if answer is None and kept and not self._handing_in:
            # The server had closed the kept connection before it was given anything.
            answer = self._attempt(message, envelope, call)
        return answer or retry("connection lost")

    def close(self) -> None:
        """Leave the server, politely if it still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _attempt(self, message: EmailMessage, envelope: Envelope, call: Call) -> Answer | None:
        """Return what the server answered; None when it went away."""
        self._handing_in = False
        try:
            return self._hand_in(self._connected(call), message, envelope)
        except smtplib.SMTPResponseException as error:
            self.close()
            return of_smtp(error.smtp_code, error.smtp_error, self._redact, _phase(error))
        except smtplib.SMTPNotSupportedError as error:
            self.close()
            return rejected(f"the mail server cannot do what the URL asks: {one_line(str(error))}")
        except (smtplib.SMTPServerDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            return None
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return of_trouble(error)

    def _connected(self, call: Call) -> smtplib.SMTP:
        stale = time.monotonic() - self._last > _IDLE or self._sent >= _MESSAGES
        if self._smtp is not None and stale:
            self.close()
        smtp = self._smtp
        if smtp is None:
            smtp = self._connect(call)
            self._sent = 0
        else:
            call.on_cut(lambda: shut(smtp.sock))
        return smtp

    def _connect(self, call: Call) -> smtplib.SMTP:
        server = self._server
        self._name = self._name or socket.getfqdn()
        if server.mode == "ssl":
            return self._logged_in(
                _SecureConnection(call, server, self._name, context=self._context())
            )
        smtp = _Connection(call, server, self._name)
        self._smtp = smtp
        if server.mode == "starttls":
            smtp.starttls(context=self._context())
        return self._logged_in(smtp)

    def _logged_in(self, smtp: smtplib.SMTP) -> smtplib.SMTP:
        self._smtp = smtp
        if self._server.user and self._server.password:
            _login(smtp, self._server.user, self._server.password)
        return smtp

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self._server.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _hand_in(self, smtp: smtplib.SMTP, message: EmailMessage, envelope: Envelope) -> Answer:
        smtp.ehlo_or_helo_if_needed()
        data = message.as_bytes()
        options = [f"SIZE={len(data)}"] if smtp.has_extn("size") else []
        sender = smtp.mail(envelope.sender.address, options)
        if sender[0] == 421 and self._sent:
            raise smtplib.SMTPServerDisconnected  # it had closed the kept connection, and said so
        if sender[0] != 250:
            return self._refused(smtp, sender, "after MAIL FROM")
        refused: dict[str, _Reply] = {}
        for address in envelope.recipients:
            reply = smtp.rcpt(address)
            if reply[0] not in {250, 251}:
                refused[address] = reply
                if not 500 <= reply[0] < 600:
                    return self._refused(smtp, reply, f"for {address}")
        if len(refused) == len(envelope.recipients):
            address, reply = next(iter(refused.items()))
            return self._refused(smtp, reply, f"for {address}")
        self._handing_in = True
        answer = self._settle(smtp, smtp.data(data))
        return self._partly(answer, refused) if refused else answer

    def _settle(self, smtp: smtplib.SMTP, reply: _Reply) -> Answer:
        self._last = time.monotonic()
        self._sent += 1
        if reply[0] != 250:
            return self._refused(smtp, reply, "after the message")
        return of_smtp(*reply, self._redact)

    def _refused(self, smtp: smtplib.SMTP, reply: _Reply, phase: str) -> Answer:
        self._last = time.monotonic()
        if reply[0] == 421:
            self.close()
        else:
            smtp.rset()
        return of_smtp(*reply, self._redact, phase)

    def _partly(self, answer: Answer, refused: Mapping[str, _Reply]) -> Answer:
        """Say that some got it and some never will."""
        if answer.outcome is not DeliveryOutcome.DELIVERED:
            return answer
        whom = "; ".join(
            of_smtp(*reply, self._redact, f"for {address}").detail
            for address, reply in refused.items()
        )
        return rejected(f"delivered to the other recipients, but {one_line(whom, 300)}")


def _login(smtp: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        smtp.login(user, password)
        return
    # smtplib takes ASCII only; RFC 4616 says UTF-8.
    smtp.ehlo_or_helo_if_needed()
    words = b64encode(f"\0{user}\0{password}".encode()).decode()
    code, reply = smtp.docmd("AUTH", f"PLAIN {words}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


class _Connection(smtplib.SMTP):
    """A connection that can be cut from its first moment on."""

    def __init__(self, call: Call, server: Server, name: str) -> None:
        self._call = call
        super().__init__(server.host, server.port, local_hostname=name, timeout=server.timeout)

    def connect(self, *args: Any, **kwargs: Any) -> _Reply:
        self._call.on_cut(lambda: shut(self.sock))
        return super().connect(*args, **kwargs)


class _SecureConnection(smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""

    def __init__(self, call: Call, server: Server, name: str, context: ssl.SSLContext) -> None:
        self._call = call
        super().__init__(
            server.host, server.port, local_hostname=name, timeout=server.timeout, context=context
        )

    def connect(self, *args: Any, **kwargs: Any) -> _Reply:
        self._call.on_cut(lambda: shut(self.sock))
        return super().connect(*args, **kwargs)


def _phase(error: smtplib.SMTPResponseException) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "at the login"
    if isinstance(error, smtplib.SMTPConnectError):
        return "on connecting"
    return "after DATA" if isinstance(error, smtplib.SMTPDataError) else ""

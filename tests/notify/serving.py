# ruff: noqa: ARG001, ARG002 - handlers are called with what aiosmtpd and http.server give
"""Receivers on the loopback interface that answer as they are told to and keep what they got."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer; `hold` is waited for before, `body` may be anything that JSON knows."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None


@dataclass
class HttpReceiver:
    port: int
    requests: list[Request]
    replies: list[Reply]
    """Taken from the front; the last one stays."""


@contextmanager
def http_receiver(
    *replies: Reply,
    paths: Mapping[str, Reply] | None = None,
    proxy_tls: ssl.SSLContext | None = None,
) -> Iterator[HttpReceiver]:
    """A server that gives these replies in order; `paths` answers what starts so otherwise.

    With `proxy_tls` it is a proxy too, and answers itself for whatever host it is to connect to.
    """
    lock = threading.Lock()
    receiver = HttpReceiver(0, [], list(replies) or [Reply()])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            assert proxy_tls is not None
            self.send_response(200)
            self.end_headers()
            self.connection = proxy_tls.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            self.close_connection = False

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            reply = next(
                (to for start, to in (paths or {}).items() if self.path.startswith(start)), None
            )
            with lock:
                headers = dict(self.headers.items())
                receiver.requests.append(Request(self.command, self.path, headers, body))
                if reply is None:
                    few = len(receiver.replies) == 1
                    reply = receiver.replies[0] if few else receiver.replies.pop(0)
            if reply.hold is not None:
                reply.hold.wait(30)
            said = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            self.send_header("Connection", "close")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Mail:
    sender: str
    recipients: Sequence[str]
    raw: bytes
    peer: object
    """The connection that it came over."""

    @property
    def message(self) -> EmailMessage:
        made = message_from_bytes(self.raw, policy=default)
        assert isinstance(made, EmailMessage)
        return made


class Postbox:
    """A mail server's handler: answers by address and in order, keeps the mails that it took."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.rcpt: dict[str, list[str]] = {}
        """Replies to RCPT TO by address, taken from the front; then 250."""
        self.mail: list[str] = []
        """Replies to MAIL FROM; `drop` closes the connection before any."""
        self.data: list[str] = []
        """Replies to the message; `drop` closes the connection before any."""
        self.logins: list[tuple[str, str]] = []
        self.commands: list[str] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"MAIL {address} {' '.join(options)}")
        reply = self.mail.pop(0) if self.mail else "250 OK"
        if reply == "drop":
            server.transport.abort()
        if reply.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"RCPT {address}")
        replies = self.rcpt.get(address)
        reply = replies.pop(0) if replies else "250 OK"
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        reply = self.data.pop(0) if self.data else "250 taken"
        if reply == "drop":
            server.transport.abort()
            return "250 never heard"
        if reply.startswith("2"):
            self.mails.append(
                Mail(
                    envelope.mail_from or "",
                    tuple(envelope.rcpt_tos),
                    envelope.content if isinstance(envelope.content, bytes) else b"",
                    session.peer,
                )
            )
        return reply


class _AnyPort(Controller):
    """Listens wherever there is a free port, and closes what clients leave open."""

    def factory(self) -> SMTP:
        made = super().factory()
        self.__dict__.setdefault("sessions", []).append(made)
        return made

    def hang_up(self) -> None:
        async def abort() -> None:
            for made in self.__dict__["sessions"]:
                if made.transport is not None:
                    made.transport.abort()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(abort(), self.loop).result(10)

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def scripted_server(*replies: bytes) -> Iterator[int]:
    """A server that takes one connection and says one of these after each line it gets."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def talk() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as lines:
                for reply in replies:
                    connection.sendall(reply)
                    if reply and not lines.readline():
                        return

        thread = threading.Thread(target=talk)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@contextmanager
def mail_server(
    postbox: Postbox,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    password: str | None = None,
) -> Iterator[int]:
    """A mail server; the value is its port. With `password`, it wants a login."""

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        postbox.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password.decode() == password, handled=False)

    controller = _AnyPort(
        postbox,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=authenticate if password else None,
        auth_required=password is not None,
        auth_require_tls=starttls is not None,
        enable_SMTPUTF8=True,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.hang_up()
        controller.stop()

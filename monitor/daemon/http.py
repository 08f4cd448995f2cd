"""`/metrics`, `/healthz` and `/readyz`: read-only, and without a word of what articles say."""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from monitor.config.settings import Listen
from monitor.errors import UsageError

log = structlog.get_logger(part="http")

_MOST_CLIENTS = 16

Reasons = Callable[[], tuple[str, ...]]


class StatusServer:
    """Serves metrics and health on one address, in threads of its own.

    `unhealthy` and `unready` return the reasons against; none is 200, any is 503.
    """

    def __init__(
        self, listen: Listen, *, registry: CollectorRegistry, unhealthy: Reasons, unready: Reasons
    ) -> None:
        self.listen = listen
        handler = _handler(registry, {"/healthz": unhealthy, "/readyz": unready})
        try:
            self._server = _Server(listen, handler)
        except OSError as error:
            raise UsageError(
                f"http: {listen.host}:{listen.port} cannot be listened on: {error.strerror}; "
                "choose another port, or end the program that has it"
            ) from None
        self._thread = threading.Thread(target=self._server.serve_forever, name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port, also where the configuration asked for any (0)."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """Answers a bounded number of clients at a time; more are turned away."""

    daemon_threads = True

    def __init__(self, listen: Listen, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
        self._places = threading.BoundedSemaphore(_MOST_CLIENTS)
        super().__init__((listen.host, listen.port), handler)

    def server_bind(self) -> None:
        # http.server's own asks the resolver for the name of this machine, which may take long.
        socketserver.TCPServer.server_bind(self)
        host, port = self.socket.getsockname()[:2]
        self.server_name, self.server_port = str(host), int(port)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up, or speaks something else, is nobody's trouble.
        del request
        log.debug("request-failed", client=client_address, error=str(sys.exception()))


def _handler(
    registry: CollectorRegistry, checks: dict[str, Reasons]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "monitor"
        sys_version = ""
        # A client that says nothing must not keep a thread for ever.
        timeout = 10

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                encode, content_type = choose_encoder(self.headers.get("Accept") or "")
                self._answer(200, encode(registry), content_type)
            elif path in checks:
                reasons = checks[path]()
                body = {"ok": not reasons, "reasons": list(reasons)}
                data = json.dumps(body, ensure_ascii=False).encode() + b"\n"
                self._answer(503 if reasons else 200, data, "application/json; charset=utf-8")
            else:
                self._answer(404, b"/metrics, /healthz, /readyz\n", "text/plain; charset=utf-8")

        do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

        def _answer(self, status: int, body: bytes, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            log.debug("request", line=format % args)

    return Handler

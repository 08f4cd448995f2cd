"""What tests of notify share: a notifier, and a certificate authority that its clients trust."""

from __future__ import annotations

import io
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import trustme
from hypothesis import settings

from monitor.notify.notifier import AppriseNotifier
from tests.notify.serving import HttpReceiver, Reply, http_receiver

settings.register_profile("no deadline", deadline=None)  # a slow machine is no defect
settings.load_profile("no deadline")
SERVICES = (
    "api.revolt.chat",
    "api.telegram.org",
    "api.twist.com",
    "chat.example.org",
    "discord.com",
    "hooks.slack.com",
    "media.guilded.gg",
    "ntfy.sh",
    "org.ryver.com",
    "org.zulipchat.com",
    "prod-1.logic.azure.com",
    "slack.com",
)


@pytest.fixture
def console() -> io.StringIO:
    """Where the console channel writes."""
    return io.StringIO()


@pytest.fixture
def notifier(console: io.StringIO) -> Iterator[AppriseNotifier]:
    """A notifier that leaves its servers afterwards."""
    made = AppriseNotifier(console=console, limit=20.0)
    yield made
    made.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ssl.SSLContext:
    """The context of a server called localhost whose certificate the clients here trust."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", *SERVICES).configure_cert(context)
    return context


@pytest.fixture
def instead_of_the_internet(
    server_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AbstractContextManager[HttpReceiver]]:
    """A receiver that stands for every service, reached as a proxy on the loopback interface."""

    @contextmanager
    def start(*replies: Reply) -> Iterator[HttpReceiver]:
        with http_receiver(*replies, proxy_tls=server_tls) as receiver:
            for name in ("HTTPS_PROXY", "https_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{receiver.port}")
            for name in ("NO_PROXY", "no_proxy"):
                monkeypatch.delenv(name, raising=False)
            yield receiver

    return start

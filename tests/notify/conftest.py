"""What tests of notify share: a notifier, and a certificate authority that its clients trust."""

from __future__ import annotations

import io
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from monitor.notify.notifier import AppriseNotifier


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
    authority.issue_cert("localhost").configure_cert(context)
    return context

"""No address inside a network is reachable by somebody else's link."""

from __future__ import annotations

import pytest

from monitor.sources.addresses import forbidden


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.10", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "100.64.0.1",
        "0.0.0.0", "255.255.255.255",
        "224.0.0.1", "ff02::1", "240.0.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.9", "::",
        "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "2002:7f00:1::", "2002::1", "192.0.0.8", "192.0.0.1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "2001::1", "2001:db8::1", "fec0::1",
        "192.88.99.1", "64:ff9b:1::1", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_globally_reachable_hosts_are_forbidden(address: str):
    assert forbidden(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "1.1.1.1"])
def test_public_addresses_are_allowed(address: str):
    assert forbidden(address) == ""

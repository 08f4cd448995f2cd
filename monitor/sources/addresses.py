"""Which addresses may be connected to, so that nobody's link makes this program knock at home."""

from __future__ import annotations

import ipaddress

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# `is_global` calls these global; they lead to other addresses, or to many (RFC 6052, 3056, 7335).
_NEVER: tuple[_Network, ...] = tuple(
    ipaddress.ip_network(block)
    for block in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.0.0.0/24",
                  "192.88.99.0/24", "::/96", "::ffff:0:0/96", "fec0::/10")
)  # fmt: skip


def forbidden(address: str) -> str:
    """Return why an IP address must not be connected to unless configured; empty if it may be.

    Only globally reachable unicast addresses may be: no private, loopback, link-local, shared,
    multicast or reserved ones, nor those that embed another address.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    reasons = (
        ("a loopback address", ip.is_loopback),
        ("a link-local address", ip.is_link_local),
        ("a multicast address", ip.is_multicast),
        ("an address that stands for others", any(ip in block for block in _NEVER)),
        ("a private address", ip.is_private),
        ("a reserved address", not ip.is_global),
    )
    return next((why for why, applies in reasons if applies), "")

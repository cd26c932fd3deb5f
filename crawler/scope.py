"""Where we go: one gate for every fetch path (pages, redirects, robots.txt, the browser).

Two locks. The name: http or https, no user info or backslash, a host the portal trusts; asked for every request, so at every hop of a redirect.
The address: whatever the name resolves to, only public addresses are handed to the connection, so that a name that turns to 127.0.0.1 between
two look-ups (DNS rebinding) leads nowhere. changedetection.io needed six advisories for this class of hole; RELIABILITY 0.6.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.errors import OutOfScope
from crawler.settings import operator

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

# Prefixes that carry an IPv4 address inside: NAT64 (RFC 6052) and IPv4-compatible (RFC 4291, dead but still routed by some stacks).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
COMPATIBLE = ipaddress.IPv6Network("::/96")


def is_public(address: str) -> bool:
    """Whether an IP address stands on the open internet: not loopback, private, link-local, shared (CGNAT), multicast or reserved, in whatever
    wrapping (IPv4-mapped, 6to4, Teredo, NAT64). False for what is no address."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and (ip in NAT64 or ip in COMPATIBLE):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Scope:
    """The hosts of one portal.

    Parameters:
        hosts: trusted hosts; `*.liaoyuan.gov.cn` is the domain and all below it.
    """

    def __init__(self, hosts: Sequence[str]) -> None:
        self._names = frozenset(host.removeprefix("*.") for host in hosts)
        self._domains = tuple(f".{host[2:]}" for host in hosts if host.startswith("*."))

    def check(self, url: str) -> None:
        """Pass silently or refuse.

        Raises:
            OutOfScope: with the rule `scheme`, `spelling` (user info, backslash, control character, no host) or `host`.
        """
        if re.search(r"[\\\x00-\x20\x7f]", url):
            raise OutOfScope("a backslash or control character in the address", url=url, rule="spelling")
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".")
            _ = parts.port
        except ValueError as error:
            raise OutOfScope(f"no address: {error}", url=url, rule="spelling") from error
        if parts.scheme not in {"http", "https"}:
            raise OutOfScope(f"scheme {parts.scheme!r} is neither http nor https", url=url, rule="scheme")
        if "@" in parts.netloc or not host:
            raise OutOfScope("user info or no host in the address", url=url, rule="spelling")
        if host not in self._names and not f".{host}".endswith(self._domains or ("\0",)):
            raise OutOfScope(f"{host} is none of the portal's hosts", url=url, rule="host")

    def covers(self, url: str) -> bool:
        """Whether `check` would pass."""
        try:
            self.check(url)
        except OutOfScope:
            return False
        return True


class ScopeMiddleware:
    """Asks the spider's scope before every request that would leave, whoever made it: the spider, a redirect, robots.txt, the browser."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ScopeMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        scope_of(self._crawler).check(request.url)


def scope_of(crawler: Crawler) -> Scope:
    """The scope of the portal a crawler is on."""
    spider: Any = crawler.spider
    scope: Scope = spider.run.scope
    return scope


# Host names whose every address was refused in this process, with one of the addresses: tells "refused" from "no such name".
refused: dict[str, str] = {}


@implementer(IHostnameResolver)
class GuardedResolver:
    """Hands only public addresses to the connection. Twisted resolves IP literals here too, in any spelling (2130706433, 0x7f.1)."""

    def __init__(self, reactor: ReactorBase, *, allow_private: bool) -> None:
        self._reactor = reactor
        self._resolver: Any = reactor.nameResolver  # the system's getaddrinfo, in threads
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> GuardedResolver:
        """`crawler` is the crawler process: one resolver serves all portals of a process."""
        return cls(reactor, allow_private=operator(crawler.settings).crawl.allow_private_hosts)

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)  # type: ignore[arg-type]

    def resolveHostName(  # noqa: N802  # Twisted's interface
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        receiver = resolutionReceiver if self._allow_private else _PublicOnly(resolutionReceiver, hostName)
        resolution: IHostResolution = self._resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
        return resolution


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes public addresses on. A name with none looks unresolvable to the connection and stands in `refused`."""

    def __init__(self, receiver: Any, name: str) -> None:
        self._receiver = receiver
        self._name = name
        self._passed = False
        refused.pop(name, None)

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if is_public(address.host):
            self._passed = True
            self._receiver.addressResolved(address)
        else:
            refused[self._name] = address.host

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._passed:
            refused.pop(self._name, None)
        self._receiver.resolutionComplete()

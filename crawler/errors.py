"""What can go wrong between a portal and a reading. The class carries the policy.

ConfigError                stops before crawling; exit code 2
CrawlError
├── FetchError             no usable answer; try again later the same night, then an Incident
│   ├── Unreachable        no answer: DNS, connection, TLS, time-out, a body cut short
│   ├── BadStatus          an answer with a status that carries no page
│   ├── Blocked            a fence: challenge, captcha, WAF page, login
│   ├── OutOfScope         a host, scheme or address we do not go to
│   │   └── Disallowed     robots.txt asks us not to
│   └── TooLarge           more bytes than allowed, on the wire or unpacked
└── PageError              the capture is kept, an Incident, go on
    ├── LayoutChanged      a list without its rows, an article without its body
    ├── SoftNotFound       status 200, but the page says (or is) something else
    ├── NotAReport         a page of another kind where a report was expected
    ├── EmptyReading       a report page without words
    └── Unreadable         a document that does not open: encrypted, damaged, or no program here for its kind
"""

from __future__ import annotations

# Rules that name an incident more exactly than their class does: who mends a certificate is not who lifts a block.
KINDS = {
    "tls": "tls",
    **dict.fromkeys(("jsl_challenge", "ruishu_challenge", "captcha", "browser_check", "cookie_script", "http_412"), "challenge"),
}


class ConfigError(Exception):
    """A setting, portal file or argument is wrong. The message names the key and says what would be right."""


class CrawlError(Exception):
    """A page could not be turned into a reading. `kind` names the incident, `rule` what fired, `capture` the kept answer that shows it."""

    retry = False
    capture: int | None = None
    named: str | None = None  # the kind, where another error says it better

    def __init__(self, detail: str, *, url: str | None = None, rule: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.url = url
        self.rule = rule

    @property
    def kind(self) -> str:
        """The incident's kind: what the rule names (KINDS), else the class name in snake_case."""
        if self.named is not None or self.rule in KINDS:
            return self.named or KINDS[str(self.rule)]
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class FetchError(CrawlError):
    """No usable answer; try again later."""

    retry = True


class Unreachable(FetchError):
    """No whole answer came."""


class BadStatus(FetchError):
    """An answer with a status that carries no page."""


class Blocked(FetchError):
    """A fence stood where the page should be. Detected and reported, never defeated."""


class OutOfScope(FetchError):
    """A host, scheme or address we do not go to."""

    retry = False


class Disallowed(OutOfScope):
    """robots.txt asks us not to, or cannot be had, which means the same (RFC 9309, 2.3.1.4)."""


class TooLarge(FetchError):
    """More bytes than allowed."""

    retry = False


class PageError(CrawlError):
    """The capture is kept, but it is not the page we know."""


class LayoutChanged(PageError):
    """The page has no longer the shape its family describes."""


class SoftNotFound(PageError):
    """Status 200, but the page says, or is, something else."""


class NotAReport(PageError):
    """A page of another kind where a report was expected."""


class EmptyReading(PageError):
    """A report page without words."""


class Unreadable(PageError):
    """A document that does not open."""

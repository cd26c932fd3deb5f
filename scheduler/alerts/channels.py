"""Channels: one apprise URL each, its secrets from the environment; what a receiver says is believed only when it is a yes.

Traps of the services, each seen or documented: robots of DingTalk and WeCom answer a refusal (keyword missing, too many messages) with status 200
and an error code, which apprise takes for a yes; apprise encodes DingTalk's signature twice; a long text is refused whole.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import Any, Protocol
from urllib.parse import unquote

import apprise
import requests
from apprise import NotifyBase, NotifyFormat
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email.base import NotifyEmail

from crawler.config import ChannelSection
from crawler.config.problems import without_path
from crawler.errors import ConfigError
from scheduler.alerts.views import cleaned

KEY_HEADER = "Idempotency-Key"  # draft-ietf-httpapi-idempotency-key-header
_SHORTEST = 4  # characters; shorter words in an error are no secret of ours
_YES = {"dingtalk": ("errcode", 0), "wecombot": ("errcode", 0), "feishu": ("code", 0), "lark": ("code", 0), "schan": ("code", 0)}
_CUT = "……（其余见存档 / the rest is in the archive）"
_asset = apprise.AppriseAsset(
    app_id="nianbao", app_desc="nianbao", app_url="", interpret_emojis=False, interpret_escapes=False, async_mode=False, secure_logging=True
)


class Sent(Protocol):
    """What a channel needs of a message: a `Message`, or a row of the outbox."""

    @property
    def key(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


logging.getLogger("apprise").addHandler(logging.NullHandler())
logging.getLogger("apprise").propagate = False  # its lines may name what is secret; what they say is kept, masked, as the message's error
_said: Callable[[], AbstractContextManager[StringIO]] = partial(apprise.LogCapture, level=logging.WARNING, fmt="%(message)s")


@dataclass(frozen=True, slots=True)
class Channel:
    """An open channel."""

    key: str
    plugin: NotifyBase
    secrets: tuple[str, ...]

    def send(self, message: Sent) -> str | None:
        """Send a message once.

        Returns:
            None when the receiver took it; else what went wrong, in one line, without secrets.
        """
        plugin = self.plugin
        if isinstance(plugin, NotifyJSON):
            plugin.headers[KEY_HEADER] = message.key
            plugin.payload_extras.update(message.payload)
        elif isinstance(plugin, NotifyEmail):
            plugin.headers[KEY_HEADER] = message.key
        body, form = (message.html, NotifyFormat.HTML) if isinstance(plugin, NotifyEmail) else (_fitting(message.text, plugin), NotifyFormat.TEXT)
        answers = _Answers()
        with _listened(plugin, answers), _said() as said:
            try:
                taken = plugin.notify(body=body, title=message.subject, body_format=form)
            except Exception as error:  # noqa: BLE001 - 170 plugins of others: whatever one raises is a message not sent, never our end
                return self._masked(f"{type(error).__name__}: {error}")
            words = " ".join(said.getvalue().split())
        if not taken:  # PARTIAL is falsy as well: one of several recipients is missing
            return self._masked(words or "the receiver did not take it")
        refusal = answers.refusal(_YES.get(_scheme(plugin)))
        return None if refusal is None else self._masked(refusal)

    def _masked(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return cleaned(text, 300)


def opened(section: ChannelSection, *, timeout: float, environ: Mapping[str, str] | None = None) -> Channel:
    """A channel ready to send.

    Parameters:
        timeout: seconds to reach the receiver, and again for its answer.

    Raises:
        ConfigError: a variable is not set, the URL is none that apprise knows, or a secret stands in the file. Shows no secret.
    """
    environment = os.environ if environ is None else environ
    values = {name: environment.get(name, "") for name in section.variables}
    if missing := [name for name, value in values.items() if not value]:
        raise ConfigError(f"alerts: channel {section.key}: environment variable {', '.join(missing)} is not set")
    url = section.resolved(values)
    scheme = re.match(r"[\w.+-]+://", url)  # what has none, apprise would log as it is
    plugin = None if scheme is None else apprise.Apprise.instantiate(url, asset=_asset, suppress_exceptions=True)
    if not isinstance(plugin, NotifyBase):
        raise ConfigError(f"alerts: channel {section.key}: no {scheme[0] if scheme else 'scheme://…'} URL that apprise knows; see its documentation")
    if section.url is not None:
        _no_secret_in(section.url, plugin, section.key)
    plugin.socket_connect_timeout = plugin.socket_read_timeout = timeout
    if isinstance(plugin, NotifyEmail):
        plugin.request_rate_per_sec = 0  # mail servers queue; apprise would wait 5.5 s between two mails
    if isinstance(plugin, NotifyDingTalk):
        signature: Callable[[], tuple[str, str]] = plugin.get_signature
        vars(plugin)["get_signature"] = lambda: tuple(unquote(part) for part in signature())  # requests encodes it, once
    return Channel(section.key, plugin, _secrets(values.values(), url))


def _no_secret_in(written: str, plugin: NotifyBase, key: str) -> None:
    """What apprise holds private must come from the environment, wherever in the URL it stands."""
    plain = re.sub(r"\$\{\w+\}", "\n", unquote(written))
    for name, token in plugin.template_tokens.items():
        value = getattr(plugin, token.get("map_to") or name, None)
        if token.get("private") and isinstance(value, str) and len(value) >= _SHORTEST and value in plain:
            raise ConfigError(f"alerts: channel {key}: its {name} stands in the file; put it into an environment variable and write ${{NAME}} for it")


def _secrets(values: Any, url: str) -> tuple[str, ...]:
    """What must not be shown: the variables' values, and of whole URLs their parts."""
    found = {value for value in values if len(value) >= _SHORTEST}
    for value in list(found):
        if "://" in value:
            rest = value.split("://", 1)[1]
            host = re.match(r"[\w.+-]+://", without_path(value))
            shown = without_path(value).removeprefix(host[0] if host else "").removeprefix("***@").removesuffix("/…")
            found |= {part for part in re.split(r"[/?&=@:#]", rest) if len(part) >= _SHORTEST and part not in {shown, *shown.split(":")}}
    found |= {unquote(part) for part in found}
    return tuple(sorted(found, key=len, reverse=True))


def _scheme(plugin: NotifyBase) -> str:
    protocol = plugin.secure_protocol or plugin.protocol
    return protocol if isinstance(protocol, str) else str(next(iter(protocol or ("",))))


def _fitting(text: str, plugin: NotifyBase) -> str:
    """The text, cut at a line where the service takes no more. Services count bytes or characters; bytes are the safe side."""
    room = plugin.body_maxlen - 200
    if isinstance(plugin, NotifyJSON) or len(text.encode()) <= room:
        return text
    lines: list[str] = []
    for line in text.splitlines():
        room -= len(line.encode()) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join([*lines, _CUT])


class _Answers:
    """The answers a plugin got over HTTP, which it does not show."""

    def __init__(self) -> None:
        self.got: list[requests.Response] = []

    def refusal(self, yes: tuple[str, int] | None) -> str | None:
        """What the service said against it in an answer that looks like a yes."""
        if yes is None:
            return None
        key, good = yes
        for answer in self.got:
            try:
                said = json.loads(answer.content[:65536])
            except ValueError:
                return f"the answer is no JSON: {cleaned(answer.text[:100])}"
            if not isinstance(said, dict) or said.get(key) != good:
                return f"refused: {cleaned(json.dumps(said, ensure_ascii=False), 200)}"
        return None


class _listened:  # noqa: N801 - used as a verb
    """While it lasts, answers to the plugin's requests are noted."""

    def __init__(self, plugin: NotifyBase, answers: _Answers) -> None:
        self._module: Any = sys.modules[type(plugin).__module__]
        self._answers = answers
        self._used = getattr(self._module, "requests", None)

    def __enter__(self) -> None:
        if self._used is not None:
            self._module.requests = _Listening(self._used, self._answers)

    def __exit__(self, *_: object) -> None:
        if self._used is not None:
            self._module.requests = self._used


class _Listening:
    """The module `requests`, with an ear at `post` and `request`."""

    def __init__(self, module: Any, answers: _Answers) -> None:
        self._module, self._answers = module, answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def post(self, *args: Any, **given: Any) -> requests.Response:
        return self._noted(self._module.post(*args, **given))

    def request(self, *args: Any, **given: Any) -> requests.Response:
        return self._noted(self._module.request(*args, **given))

    def _noted(self, answer: requests.Response) -> requests.Response:
        self._answers.got.append(answer)
        return answer

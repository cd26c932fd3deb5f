"""Who is told what, when, in which language and by which way."""

from __future__ import annotations

import hashlib
import re
from datetime import time
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from crawler.config.problems import SECRET, in_quotes, without_path
from crawler.config.section import Section
from storage.records import What

_NAME = re.compile(r"\$\{(\w+)\}")
_OPEN = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos", "ntfy", "ntfys", "syslog", "gotify", "gotifys"})
_SECRET_OPTIONS = re.compile(r"(?i)[?&][+:-]?[\w-]*(?:pass|passwd|password|secret|token|key|auth\w*|cookie)=(?!\$\{)[^&]")
_ADVICE = "put it into an environment variable and write ${NAME} for it, or put the whole URL there and write url_env: NAME"
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class ChannelSection(Section):
    name: str | None = Field(None, min_length=1, max_length=80, description="What lists call this channel; else url_env, or the URL's beginning")
    url: str | None = Field(
        None,
        description="Apprise URL (mailtos://, dingtalk://, feishu://, wecombot://, slack://, ntfys://, jsons:// …), each secret as ${NAME}",
        json_schema_extra=SECRET,
    )
    url_env: str | None = Field(None, description="Name of the environment variable that holds the whole apprise URL", json_schema_extra=SECRET)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:
        """A URL alone may stand for the section."""
        return {"url": given} if isinstance(given, str) else given

    @field_validator("url")
    @classmethod
    def _holds_no_secret(cls, url: str | None) -> str | None:
        # the URL itself is never part of a message: nobody can tell where its secret begins
        if url is None:
            return None
        found = re.match(r"([a-z][a-z0-9.+-]*)://", url, re.IGNORECASE)
        if found is None:
            raise ValueError("must be an apprise URL: scheme://…")
        scheme = found[1].lower()
        if scheme == "wecom":
            raise ValueError("wecom:// is another service (Pushplus); WeCom's group robot is wecombot://${KEY}")
        before = re.split(r"[?#]", url[found.end() :])[0].rpartition("@")[0]
        password = re.sub(r"^\d+/.*", "", before.partition(":")[2])  # host:8080/path@… has a port there
        if _NAME.sub("", password) or _SECRET_OPTIONS.search(url):
            raise ValueError(f"holds a password in clear; {_ADVICE}")
        if scheme not in _OPEN and not _NAME.search(url):
            raise ValueError(f"a {scheme}:// URL holds a secret in clear; {_ADVICE}")
        return url

    @field_validator("url_env")
    @classmethod
    def _is_a_name(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ValueError("must be the name of an environment variable, not the URL itself")
        return name

    @model_validator(mode="after")
    def _is_one(self) -> ChannelSection:
        if (self.url is None) == (self.url_env is None):
            raise ValueError("needs url or url_env, one of them")
        return self

    @property
    def key(self) -> str:
        """What stands for this channel in the archive; holds no secret."""
        url = self.url or ""
        return self.name or self.url_env or f"{without_path(url)}#{hashlib.sha256(url.encode()).hexdigest()[:6]}"

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the environment variables it needs."""
        return (self.url_env,) if self.url_env else tuple(dict.fromkeys(_NAME.findall(self.url or "")))

    def resolved(self, values: dict[str, str]) -> str:
        """The URL with its secrets."""
        return values[self.url_env] if self.url_env else _NAME.sub(lambda found: values[found[1]], self.url or "")


class AlertSection(Section):
    name: str = Field(min_length=1, max_length=80, description="Of the subscription; what is told under one name is not told again")
    what: tuple[What, ...] = Field(
        tuple(kind for kind in What if kind not in {What.FINDINGS, What.INCIDENTS}), min_length=1, description=f"Kinds of events: {', '.join(What)}"
    )
    cities: tuple[str, ...] = Field((), description="Divisions (诸城, 370782, zhucheng), each with all below it; with provinces: either of them")
    provinces: tuple[str, ...] = Field((), description="Provinces (山东, 370000), each with all below it")
    years: tuple[int, ...] = Field((), description="Report years; of other years, and of none, nothing is told")
    issuers: tuple[str, ...] = Field((), description="Parts of the issuing organ's name (教育局)")
    words: tuple[str, ...] = Field((), description="Words that title, organ or detail must hold, one of them")
    when: Literal["immediate", "digest"] = Field("immediate", description="immediate: a message an event; digest: one message a day")
    at: str = Field("08:00", pattern=_CLOCK, description="Time of day of the digest, Asia/Shanghai")
    language: Literal["zh", "en", "both"] = Field("zh", description="zh, en or both")
    quiet: str | None = Field(None, description="Hours without messages, Asia/Shanghai: 22:00-07:00")
    send: tuple[ChannelSection, ...] = Field(
        min_length=1, description="Channels: URLs with ${NAME} for secrets, or url_env: NAME", json_schema_extra=SECRET
    )

    @field_validator("cities", "provinces")
    @classmethod
    def _are_known(cls, names: tuple[str, ...], info: Any) -> tuple[str, ...]:
        for name in names:
            codes(name, only_provinces=info.field_name == "provinces")
        return names

    @field_validator("issuers", "words")
    @classmethod
    def _say_something(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if any(not word.strip() for word in words):
            raise ValueError("an empty word would match everything")
        return words

    @field_validator("at", mode="before")
    @classmethod
    def _is_in_quotes(cls, given: Any) -> Any:
        return in_quotes(given)

    @field_validator("quiet")
    @classmethod
    def _is_a_span(cls, quiet: str | None) -> str | None:
        if quiet is not None:
            span(quiet)
        return quiet

    @field_validator("send")
    @classmethod
    def _differ(cls, send: tuple[ChannelSection, ...]) -> tuple[ChannelSection, ...]:
        keys = [channel.key for channel in send]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"the channel {twice[0]} stands here twice")
        return send


class DeliverySection(Section):
    public_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="Address under which the archive's web pages are reached; messages link there"
    )
    templates: str | None = Field(None, description="Folder of templates that take the place of the shipped ones of the same name")
    feeds: str | None = Field(None, description="Folder into which Atom feeds are written: all, by portal, city, province and kind")
    feed_entries: int = Field(100, ge=1, le=1000, description="Entries of one feed")
    digest_above: int = Field(20, ge=1, le=1000, description="More alerts of one kind for one subscription in one night become one message")
    give_up_days: float = Field(10.0, gt=0, le=60, description="Days after which a message that cannot be delivered is a dead letter")
    retry_longest: float = Field(7200.0, ge=1, description="Longest time between two tries, in seconds; the first is a minute, then it doubles")
    timeout: float = Field(20.0, gt=0, le=120, description="Seconds to reach a receiver, and again for its answer")


def codes(name: str, *, only_provinces: bool = False) -> frozenset[str]:
    """The code of the division that an operator's word means.

    Raises:
        ValueError: it means none, or several.
    """
    from crawler.reading import divisions  # 3,214 rows; who subscribes to no city need not load them
    from storage.records import Level

    found = [division for division in divisions.search(name) if not only_provinces or division.level is Level.PROVINCE]
    if len(found) > 1:
        raise ValueError(f"{name} may be {', '.join(f'{division.code} {division.name}' for division in found)}; give the code")
    if not found:
        raise ValueError(f"{name} is no {'province' if only_provinces else 'division'} known here; write 诸城, 370782 or zhucheng")
    return frozenset({found[0].code})


def span(quiet: str) -> tuple[time, time]:
    """Begin and end of quiet hours.

    Raises:
        ValueError: it is no span of hours, or an empty one.
    """
    found = _SPAN.fullmatch(quiet)
    if found is None:
        raise ValueError("must be two times of day: 22:00-07:00")
    begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begin == end:
        raise ValueError("begins when it ends; 22:00-07:00 is meant")
    return begin, end

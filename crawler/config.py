"""Configuration: one frozen model, every key described, nothing unknown accepted.

Precedence, highest first: arguments of the command line, environment (`NIANBAO_ARCHIVE__URL`), `config.yaml`, defaults.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator
from pydantic.fields import FieldInfo

from crawler import strict_yaml
from crawler.errors import ConfigError

DEFAULT_FILE = Path("config.yaml")
ENVIRONMENT = "NIANBAO_"


class Section(BaseModel):
    """A group of keys: immutable, and a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ArchiveSection(Section):
    url: str = Field("sqlite:///archive/nianbao.sqlite3", description="SQLAlchemy URL of the archive; postgresql://… when shared")

    @field_validator("url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if not re.match(r"(sqlite|postgresql)(\+\w+)?://", url):
            raise ValueError("must begin with sqlite:/// (a file: sqlite:///path/to/nianbao.sqlite3) or postgresql://")
        return url


class CrawlSection(Section):
    delay: float = Field(3.0, ge=0.0, le=120.0, description="Seconds between two requests to one host; robots.txt may ask for more")
    portals_at_once: int = Field(8, ge=1, le=64, description="Portals crawled side by side in one process; each host gets one request at a time")
    user_agent: str = Field(
        "nianbao/0.1 (annual report archive; see the operator's contact)", min_length=8, description="Sent with every request; name a contact"
    )
    robots: bool = Field(True, description="Obey robots.txt and its Crawl-delay")
    timeout: float = Field(30.0, gt=0, le=300, description="Seconds for one whole answer")
    tries: int = Field(3, ge=1, le=10, description="Times a request without usable answer is made in one run")
    retry_after_limit: float = Field(600.0, ge=0, description="Longest Retry-After obeyed, in seconds; a longer one ends the portal's night")
    page_limit: int = Field(32 * 2**20, ge=1024, description="Bytes of one page, on the wire and unpacked")
    attachment_limit: int = Field(64 * 2**20, ge=1024, description="Bytes of one attachment, on the wire and unpacked")
    list_pages: int = Field(60, ge=1, le=2000, description="Most list pages read of one column in one run")
    requests_limit: int = Field(2000, ge=1, description="Most requests to one portal in one run")
    revisit_days: float = Field(7.0, ge=0, description="Days after which a known report is asked for again; 0 for every run")
    allow_private_hosts: bool = Field(False, description="Let portals stand on loopback or private addresses (tests, replicas)")
    verify_tls: bool = Field(True, description="Refuse certificates that do not verify")
    browser: str | None = Field(None, description="Path of a headless Chromium; found by itself when empty")
    read_timeout: float = Field(20.0, gt=0, description="Seconds the reader may take for one page, in a process of its own")
    read_memory: int = Field(2**30, ge=2**28, description="Bytes of memory a reader process may take")
    readers: int = Field(1, ge=1, le=16, description="Reader processes")
    run_timeout: float = Field(6 * 3600.0, gt=0, description="Seconds after which a crawl process is ended")


class PortalsSection(Section):
    paths: tuple[Path, ...] = Field((), description="Folders of portal files, instead of the shipped ones")


class Config(Section):
    """Everything an operator may change. `nianbao config --explain` prints this with descriptions and origins."""

    archive: ArchiveSection = Field(default_factory=ArchiveSection, description="Where the archive lives")
    crawl: CrawlSection = Field(default_factory=CrawlSection, description="How portals are asked")
    portals: PortalsSection = Field(default_factory=PortalsSection, description="Where portal files lie")
    now: AwareDatetime | None = Field(None, description="The clock of this call (ISO time with zone), so that nights can be replayed")

    @field_validator("now")
    @classmethod
    def _is_of_our_time(cls, now: datetime | None) -> datetime | None:
        if now is not None and not 1990 <= now.year <= 2200:
            raise ValueError("must be a year between 1990 and 2200")
        return now

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def clock(self) -> datetime:
        """The time of this call in UTC: `now` where it is set, else the machine's."""
        return (self.now or datetime.now(UTC)).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key with its value (secrets masked), where the value came from, and what it means."""

    key: str
    value: str
    origin: str
    description: str


def fields(section: type[Section] = Config, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key as an operator writes it (`crawl.delay`), with its field."""
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def load(path: Path | None = None, *, overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration of this call.

    Parameters:
        path: a YAML file, which must exist; None for `config.yaml` in the working folder, where there is one.
        overrides: arguments of the command line by key (`archive.url`); a value of None counts as not given.
        environ: the environment; the process's own when None.

    Raises:
        ConfigError: the file is missing or no YAML, a key is unknown, a value is wrong. Names file, key, and what would be right.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    file = path or DEFAULT_FILE
    layers = (
        (str(file), _from_file(file) if path or file.is_file() else {}),
        ("environment", _from_environment(os.environ if environ is None else environ)),
        ("argument", {key: value for key, value in (overrides or {}).items() if value is not None}),
    )
    for origin, layer in layers:
        values |= layer
        origins |= dict.fromkeys(layer, origin)
    try:
        # strict JSON: `delay: yes` must not become 1.0 second, yet a list may become a tuple and a string a path
        config = Config.model_validate_json(json.dumps(_nested(values), default=_plain), strict=True)
    except ValidationError as error:
        raise ConfigError("\n".join(_problem(e, origins) for e in error.errors())) from None
    config._origins = origins
    return config


def explain(config: Config) -> list[Setting]:
    """Every key in force. Passwords are masked."""
    rows = []
    for key, field in fields():
        value: Any = config
        for name in key.split("."):
            value = getattr(value, name)
        rows.append(Setting(key=key, value=_printed(value), origin=config._origins.get(key, "default"), description=field.description or ""))
    return rows


def masked(url: str) -> str:
    """The URL without its password, for logs, messages and tables."""
    # up to the last @: SQLAlchemy takes a password with a slash in it for one
    return re.sub(r"(?i)([?&]\w*password=)[^&]*", r"\1***", re.sub(r"(://[^/@:]*:)\S*@", r"\1***@", url))


def _from_file(path: Path) -> dict[str, Any]:
    try:
        raw = strict_yaml.load(path)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; name one with --config, or leave --config out for the defaults") from None
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: must hold keys ({', '.join(Config.model_fields)}), not a {type(raw).__name__}")
    try:
        return _flat(raw)
    except RecursionError:
        raise ConfigError(f"{path}: a section holds itself (an alias *name inside its own anchor &name)") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Values of `NIANBAO_CRAWL__DELAY` and its like, written as they would be in the file; strings need no quotes."""
    known = dict(fields())
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if not name.startswith(ENVIRONMENT):
            continue
        key = name.removeprefix(ENVIRONMENT).lower().replace("__", ".")
        annotation = known[key].annotation if key in known else None
        if key == "portals.paths":
            values[key] = [part for part in text.split(os.pathsep) if part]
        elif annotation in (int, float, bool):
            try:
                values[key] = yaml.safe_load(text)
            except yaml.YAMLError:
                values[key] = text
        else:
            values[key] = text
    return values


def _flat(raw: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as dotted keys. An empty section (all its lines commented out) sets nothing."""
    flat: dict[str, Any] = {}
    for name, value in raw.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            flat |= _flat(value, f"{key}.")
        elif value is not None or not _is_section(key):
            flat[key] = value
    return flat


def _is_section(key: str) -> bool:
    return any(known.startswith(f"{key}.") for known, _ in fields())


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        group = nested
        for section in sections:
            group = group.setdefault(section, {}) if isinstance(group.get(section, {}), dict) else {}
        group[name] = value
    return nested


def _plain(value: Any) -> str:
    """YAML reads an unquoted time as a datetime; JSON wants it back as text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _problem(error: Any, origins: Mapping[str, str]) -> str:
    """The line of `problem`, with the file, variable or argument from which the value came."""
    key = _key(error, dict(fields()))
    origin = next((origin for name, origin in origins.items() if name == key or name.startswith(f"{key}.")), "default")
    if origin == "environment":
        origin = f"environment variable {ENVIRONMENT}{key.replace('.', '__').upper()}"
    return problem(error, origin)


def problem(error: Any, origin: str, section: type[Section] = Config, keys: str = "nianbao config --explain lists all keys") -> str:
    """One line an operator can act on.

    Parameters:
        error: one of a ValidationError's errors.
        origin: the file or what else the value came from.
        section: what was validated.
        keys: where all its keys are told, for one that is like none.
    """
    known = dict(fields(section))
    key = _key(error, known)
    if error["type"] == "extra_forbidden":
        near = _nearest(key, list(known))
        hint = f"did you mean {near}?" if near else keys
        return f"{origin}: {key}: there is no such key; {hint}"
    inside = ", ".join(name for name in known if name.startswith(f"{key}."))
    if inside:
        return f"{origin}: {key}: is a section and needs keys below it: {inside}"
    field = known.get(key)
    meaning = f" ({field.description})" if field and field.description else ""
    if error["type"] == "missing":
        return f"{origin}: {key}: is missing{meaning}"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"].startswith(("datetime", "timezone")):
        message += "; write it like 2026-01-20T02:00:00+08:00"
    return f"{origin}: {key}: {_shown(error['input'])} is not right: {message}{meaning}"


def _key(error: Any, known: Mapping[str, FieldInfo]) -> str:
    key = ".".join(str(part) for part in error["loc"])
    while key not in known and "." in key and key.rsplit(".", 1)[0] in known:  # an element of a list
        key = key.rsplit(".", 1)[0]
    return key


def _shown(value: Any) -> str:
    return repr(masked(value)) if isinstance(value, str) else repr(value)


def _nearest(key: str, known: list[str]) -> str | None:
    """The key that was probably meant: a typo of the whole, or of the last part in the right or the wrong section."""
    whole = difflib.get_close_matches(key, known, n=1, cutoff=0.75)
    if whole:
        return whole[0]
    last = {name.rsplit(".", 1)[-1]: name for name in known}
    near = difflib.get_close_matches(key.rsplit(".", 1)[-1], list(last), n=1, cutoff=0.75)
    return last[near[0]] if near else None


def _printed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return os.pathsep.join(str(part) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return masked(value) if isinstance(value, str) else str(value)

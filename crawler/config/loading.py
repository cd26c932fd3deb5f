"""From arguments, environment and file to the configuration of one call."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from crawler import strict_yaml
from crawler.config.model import Config
from crawler.config.problems import ENVIRONMENT, key_of, mistakes, problem
from crawler.config.section import fields, listed
from crawler.errors import ConfigError

DEFAULT_FILE = Path("config.yaml")


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
    written = _from_file(file) if path or file.is_file() else {}
    environment = _from_environment(os.environ if environ is None else environ, written.get("alerts"), (overrides or {}).get("alerts"))
    layers = (
        (str(file), written),
        ("environment", environment),
        ("argument", {key: value for key, value in (overrides or {}).items() if value is not None}),
    )
    for origin, layer in layers:
        values |= layer
        origins |= dict.fromkeys(layer, origin)
    try:
        # strict JSON: `delay: yes` must not become 1.0 second, yet a list may become a tuple and a string a path
        config = Config.model_validate_json(json.dumps(_nested(values), default=_plain), strict=True)
    except ValidationError as error:
        raise ConfigError("\n".join(_problem(e, origins) for e in mistakes(error))) from None
    config._origins = origins
    return config


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


def _names_in(alerts: Any) -> frozenset[str]:
    """Names of environment variables in which subscriptions keep their secrets: these are no keys, though they may begin with NIANBAO_."""
    written = json.dumps(alerts, default=_plain)
    return frozenset([*re.findall(r"\$\{(\w+)\}", written), *re.findall(r'"url_env": "(\w+)"', written)])


def _from_environment(environ: Mapping[str, str], *alerts: Any) -> dict[str, Any]:
    """Values of `NIANBAO_CRAWL__DELAY` and its like, written as they would be in the file; strings need no quotes.

    Parameters:
        alerts: subscriptions from elsewhere. What they and those of NIANBAO_ALERTS name is no key.
    """
    keys = {name: name.removeprefix(ENVIRONMENT).lower().replace("__", ".") for name in environ if name.startswith(ENVIRONMENT)}
    values = {keys[name]: _read(keys[name], environ[name]) for name in keys}
    secrets = _names_in([*alerts, values.get("alerts")])
    return {key: values[key] for name, key in keys.items() if name not in secrets}


def _read(key: str, text: str) -> Any:
    known = dict(fields(Config))
    annotation = known[key].annotation if key in known else None
    if key == "portals.paths":
        return [part for part in text.split(os.pathsep) if part]
    if key == "schedule.season":
        return [part.strip() for part in text.split(",") if part.strip()]
    if annotation in (int, float, bool, float | None, int | None) or (key in known and listed(known[key])):
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError:
            return text
    return text


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
    return any(known.startswith((f"{key}.", f"{key}[].")) for known, _ in fields(Config))


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
    key, _ = key_of(error, dict(fields(Config)))
    name = next((name for name in origins if name == key or name.startswith(f"{key}.") or key.startswith(f"{name}[")), None)
    origin = "default" if name is None else origins[name]
    if origin == "environment":
        origin = f"environment variable {ENVIRONMENT}{str(name).replace('.', '__').upper()}"
    return problem(error, origin, Config)

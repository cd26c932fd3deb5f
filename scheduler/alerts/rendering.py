"""From alerts to the words of a message: subject, text and HTML, by Jinja2 in a sandbox.

A template is the operator's or ours, never a portal's: what portals wrote is always a value, and escaped in HTML. (changedetection.io had to learn
this from CVE-2024-32651.)
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crawler.errors import ConfigError
from scheduler.alerts import words
from scheduler.alerts.views import beijing, cleaned, in_words, place, view
from storage.archive import Archive
from storage.outbox import Message
from storage.records import Known

EVENT, REPORT, DIGEST, SUMMARY, TEST = "event", "report", "digest", "summary", "test"
MOST_EVENTS = 50  # told one by one in a message; the rest is counted
MOST_PLACES = 10
SUBJECT = 180  # characters
_NAMESPACE = uuid.UUID("0d8f0b7e-55f1-5c5c-9c0a-6f7574626f78")
_PARTS = ("subject.{}.txt", "message.{}.txt", "message.{}.html")
_LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


class Wording:
    """The templates in force.

    Parameters:
        folder: holds templates that take the place of the shipped ones of the same name; None for the shipped ones.
        public: address of the archive's web pages.

    Raises:
        ConfigError: the folder is missing, or a template in it is none.
    """

    def __init__(self, folder: str | None, public: str | None) -> None:
        self._folder, self.public = folder, public
        if folder is not None and not Path(folder).is_dir():
            raise ConfigError(f"delivery.templates: {folder}: there is no such folder")
        self._environment = _environment(folder)
        for language in ("zh", "en"):
            for part in _PARTS:
                self._template(part.format(language))

    def message(self, archive: Archive, events: Sequence[Known], *, subscription: str, channel: str, language: str, sort: str) -> Message:
        """A message of these events.

        Parameters:
            sort: `event` (exactly one), `report` (several of one report), `digest` or `summary`.

        Raises:
            ConfigError: a template of the operator's cannot be filled in.
        """
        seen = [view(archive, known, public=self.public) for known in events[:MOST_EVENTS]]
        key = uuid.uuid5(_NAMESPACE, "\n".join([subscription, channel, *(str(known.number) + known.event.key for known in events), *_first(seen)]))
        facts = {"subscription": subscription, "sort": sort, "count": len(events), "more": len(events) - len(seen)}
        subject, text, html = self._worded(seen, events, facts, language)
        payload = {
            "idempotency_key": str(key), **facts, "counts": dict(Counter(str(known.event.kind) for known in events)),
            "events": seen, "keys": [known.event.key for known in events],
        }  # fmt: skip
        return Message(key=str(key), subscription=subscription, channel=channel, subject=subject, text=text, html=html, payload=payload)

    def test(self, *, subscription: str, channel: str, language: str, at: Any) -> Message:
        """A message that only shows that the way is open."""
        facts = {"subscription": subscription, "sort": TEST, "count": 0, "more": 0}
        subject, text, html = self._worded([], [], facts, language, clock=beijing(at))
        key = str(uuid.uuid4())
        payload = {"idempotency_key": key, **facts, "counts": {}, "events": [], "keys": []}
        return Message(key=key, subscription=subscription, channel=channel, subject=subject, text=text, html=html, payload=payload)

    def _worded(
        self, seen: Sequence[Mapping[str, Any]], events: Sequence[Known], facts: Mapping[str, Any], language: str, clock: str = ""
    ) -> tuple[str, str, str]:
        parts: list[list[str]] = [[], [], []]
        for one in _LANGUAGES[language]:
            told = {
                **facts, "events": [in_words(event, one) for event in seen], "public": self.public, "clock": clock,
                "counts": [(words.kind(kind, one), number) for kind, number in Counter(str(known.event.kind) for known in events).most_common()],
                "places": _places(events), "subscription": cleaned(facts["subscription"]),
            }  # fmt: skip
            for place_, part in enumerate(_PARTS):
                parts[place_].append(self._filled(part.format(one), told))
        subjects, texts, htmls = parts
        text = "\n\n----------------------------------------\n\n".join(text.strip() for text in texts) + "\n"
        return cleaned(" / ".join(cleaned(subject, SUBJECT) for subject in subjects), SUBJECT), text, "\n<hr>\n".join(htmls)

    def _filled(self, name: str, told: Mapping[str, Any]) -> str:
        try:
            return str(self._template(name).render(told))
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:  # what expressions can raise
            raise ConfigError(f"delivery.templates: {self._where(name)}: cannot be filled in: {error}") from error

    def _template(self, name: str) -> Any:
        try:
            return self._environment.get_template(name)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise ConfigError(f"delivery.templates: {self._where(name)}{f', line {line}' if line else ''}: {error}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"delivery.templates: {self._where(name)}: cannot be read: {error}") from error

    def _where(self, name: str) -> str:
        own = Path(self._folder) / name if self._folder is not None else None
        return str(own) if own is not None and own.exists() else name


@lru_cache(maxsize=8)
def _environment(folder: str | None) -> ImmutableSandboxedEnvironment:
    shipped = PackageLoader("scheduler.alerts", "templates")
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder), shipped]) if folder is not None else shipped,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _first(seen: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ties the key to this archive: numbers of events alone are the same in the next one."""
    return [str(event["id"]) for event in seen[:1]]


def _places(events: Sequence[Known]) -> list[tuple[str, int]]:
    found = Counter(place(known.event.adcode) or cleaned(known.city or known.name or known.event.portal or "-", 80) for known in events)
    return found.most_common(MOST_PLACES)

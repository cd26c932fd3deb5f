"""The account as a page that stands by itself: no script, nothing from elsewhere, the same on paper. Portals' words are values, and escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from scheduler.accounts import words
from scheduler.accounts.account import Account

HOSTS = 20  # slowest hosts that are told
BAR = 220  # units of the longest bar


def page(account: Account) -> str:
    """HTML 5."""
    return (
        _environment()
        .get_template("night.html")
        .render(
            account=account,
            busiest=sorted(account.hosts, key=lambda host: (-host.requests, host.host))[:HOSTS],
            slowest=account.hosts[:HOSTS],
            most=max((host.requests for host in account.hosts), default=0),
            longest=max((host.mean for host in account.hosts), default=0.0),
            columns=_columns(account),
            words=words,
        )
    )


def _columns(account: Account) -> list[dict[str, object]]:
    """The bars of the answers over the night: of each ten minutes from the first answer to the last, with empty ones between."""
    if not account.answers:
        return []
    times = sorted(account.answers)
    first, last, most = times[0].timestamp(), times[-1].timestamp(), max(account.answers.values())
    number = int((last - first) // 600) + 1
    width = min(24.0, 880 / number)
    return [
        {
            "x": round((moment.timestamp() - first) // 600 * width, 2),
            "width": round(max(width - 1, 0.5), 2),
            "height": round(100 * count / most, 2),
            "clock": words.clock(moment),
            "count": count,
        }
        for moment, count in sorted(account.answers.items())
    ]


def length(value: float, most: float) -> float:
    """Of a bar; what is not nothing is seen."""
    return max(1.0, round(BAR * value / most, 1)) if value and most else 0.0


@cache
def _environment() -> Environment:
    made = Environment(loader=PackageLoader("scheduler.accounts"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals["length"] = length
    return made

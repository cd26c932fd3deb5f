"""The words of an account, Chinese and English side by side, and how its numbers are written."""

from __future__ import annotations

from datetime import datetime

from scheduler.alerts import words
from storage.nights import CHINA

OUTCOMES = {"ok": "正常", "degraded": "部分", "failed": "失败", "running": "进行中"}
STATES = {"opened": "新出现", "closed": "已恢复", "going_on": "持续"}
STAGES = {"waiting": "等候", "asking": "请求", "reading": "识别", "filing": "归档", "comparing": "比对"}
SLOTS = {"waiting": "未抓取", "taken": "进行中", "done": "完成", "failed": "失败", "missed": "错过"}


def both(word: str, chinese: str | None) -> str:
    """`失败 failed`; the English word alone where there is no other."""
    return f"{chinese} {word}" if chinese and chinese != word else word.replace("_", " ")


def kind(name: str) -> str:
    """A kind of change."""
    return both(name.replace("_", " "), words.KINDS["zh"].get(name))


def incident(name: str) -> str:
    """A kind of incident."""
    return both(name.replace("_", " "), words.INCIDENTS["zh"].get(name))


def outcome(name: str) -> str:
    return both(name, OUTCOMES.get(name))


def state(name: str) -> str:
    """Of an incident."""
    return both(name.replace("_", " "), STATES.get(name))


def stage(name: str) -> str:
    return both(name, STAGES.get(name))


def slot(name: str) -> str:
    return both(name, SLOTS.get(name))


def size(number: int) -> str:
    """Bytes as people read them (IEC 80000-13: 1 KiB is 1024 bytes)."""
    value = float(number)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"


def duration(seconds: float | None) -> str:
    """A time span; `-` where it is not known."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def clock(moment: datetime | None) -> str:
    """A time in China; `-` where there is none."""
    return "-" if moment is None else f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"

"""By when reports must be public, where a place has a rule of its own."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from crawler.config.section import Section


class OverdueSection(Section):
    rules: Path | None = Field(None, description="YAML file of local deadlines and of organs that are no more; it comes after the law's own")
    seen_within: int = Field(2, ge=1, le=10, description="Years after which a department that published nothing may be no more, and is unknown")

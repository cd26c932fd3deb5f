"""YAML files as people mean them: a key that stands twice is a mistake, where YAML's own loader lets the last one win."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from crawler.errors import ConfigError


class _Loader(yaml.SafeLoader):
    """Refuses duplicate keys before merges (`<<`) are laid over them, which may well bring a key that is written anew."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        lines: dict[Hashable, int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                name = (key.tag, key.value)
                if name in lines:
                    raise yaml.composer.ComposerError(None, None, f"the key {key.value} stands here again, after line {lines[name]}", key.start_mark)
                lines[name] = key.start_mark.line + 1
        return node


def load(path: Path) -> Any:
    """What a YAML file holds.

    Raises:
        FileNotFoundError: there is no such file.
        ConfigError: it cannot be read, is no YAML, or names a key twice. Names the file and the line.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except (yaml.YAMLError, ValueError) as error:  # 2026-13-45 is a time to YAML and a ValueError to its loader
        raise ConfigError(f"{path}: not YAML: {_where(error)}") from error
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply") from None


def _where(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem or error.context}"
    if isinstance(error, yaml.reader.ReaderError):
        return f"character {error.position + 1} is {chr(int(error.character))!r}: {error.reason}"
    return str(error)

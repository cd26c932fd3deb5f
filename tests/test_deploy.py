"""What lies under deploy/ names commands, keys and files that exist."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from app.cli import COMMANDS
from crawler.config import Config, fields
from scheduler import runs
from scheduler.watching.watch import PERIOD

PROJECT = Path(__file__).resolve().parent.parent
DEPLOY = PROJECT / "deploy"
LEFT = 20  # seconds for the service itself, once its crawls have ended


UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))


def unit(name):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_a_command_there_is_and_leaves_time_to_finish(name):
    service = unit(name)["Service"]
    assert service["ExecStart"].split()[-1] in COMMANDS
    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) >= runs.grace(Config().crawl) + LEFT


def test_only_the_service_that_says_it_is_alive_is_watched():
    service, worker = unit("nianbao.service")["Service"], unit("nianbao-worker.service")["Service"]
    assert (service["ExecStart"].split()[-1], service["Type"]) == ("nightly", "notify")
    assert int(service["WatchdogSec"]) >= 4 * PERIOD
    assert (worker["ExecStart"].split()[-1], worker["Type"]) == ("worker", "exec")
    assert "WatchdogSec" not in worker
    assert {key: value for key, value in service.items() if key not in {"ExecStart", "Type", "WatchdogSec"}} == {
        key: value for key, value in worker.items() if key not in {"ExecStart", "Type"}
    }  # as well fenced


def test_the_docs_name_every_unit():
    text = (PROJECT / "docs/deploy.md").read_text(encoding="utf-8")
    assert [name for name in UNITS if f"deploy/{name}" not in text] == []


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_unit(tmp_path, name):
    text = (DEPLOY / name).read_text(encoding="utf-8")
    here = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", re.sub(r"(?m)^(User|Group)=.*\n", "", text))
    path = tmp_path / name
    path.write_text(here, encoding="utf-8")
    found = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, timeout=60)
    assert [line for line in found.stderr.splitlines() if name in line] == []


def test_the_compose_file_sets_keys_there_are_and_builds_from_a_file_there_is():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    keys = {key for key, _ in fields(Config)}
    for service in (compose["services"]["nianbao"], compose["services"]["worker"]):
        named = [name.removeprefix("NIANBAO_").lower().replace("__", ".") for name in service["environment"]]
        assert set(named) <= keys
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert set(service["depends_on"]) <= set(compose["services"])
        assert service.get("command", ["nightly"])[0] in COMMANDS
        assert int(service["stop_grace_period"].removesuffix("s")) >= runs.grace(Config().crawl) + LEFT
    for one in compose["services"].values():
        assert {volume.split(":")[0] for volume in one["volumes"]} <= set(compose["volumes"])


def test_the_container_copies_what_there_is_and_starts_a_command_there_is():
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]]
    assert [name for name in copied if not (PROJECT / name).exists()] == []
    (checked,) = [line for line in lines if line.startswith("HEALTHCHECK")]
    assert '["nianbao", "health"]' in checked
    assert "health" in COMMANDS
    assert lines[-1] == 'CMD ["nightly"]'

"""What is installed is not older than the releases that closed known holes."""

from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

PROJECT = Path(__file__).resolve().parent.parent

# package, oldest safe release, what it closed
FLOORS = (
    ("scrapy", "2.17.0", "GHSA-76g3-c3x4-crvx: s3 over http; GHSA-cwxj-rr6w-m6w7 (2.14.2): Referrer-Policy runs Python; CVE-2025-6176 (2.13.4)"),
    ("brotli", "1.2.0", "CVE-2025-6176: a few bytes unpack to gigabytes"),
    ("lxml", "6.1.0", "CVE-2026-41066: external entities by default"),
    ("lxml_html_clean", "0.4.0", "trafilatura imports it, and pip 23 does not see the extra that should bring it"),
    ("twisted", "24.7.0", "CVE-2024-41810, CVE-2023-46137"),
    ("urllib3", "2.5.0", "CVE-2025-50181: redirects that were switched off are followed"),
    ("certifi", "2024.7.4", "CVE-2024-39689: a root that was withdrawn"),
    ("cryptography", "44.0.1", "CVE-2024-12797: OpenSSL in its wheels"),
    ("pdfminer.six", "20251230", "CVE-2025-64512: a CMap runs code"),
)
# their floors hold as soon as one of them is a dependency
LATER = (("jinja2", "3.1.6", "CVE-2025-27516: out of the sandbox"),)


@pytest.mark.parametrize(("package", "floor", "closed"), FLOORS, ids=[floor[0] for floor in FLOORS])
def test_a_dependency_is_not_older_than_its_last_known_hole(package, floor, closed):
    assert Version(metadata.version(package)) >= Version(floor), closed


@pytest.mark.parametrize(("package", "floor", "closed"), LATER, ids=[floor[0] for floor in LATER])
def test_a_package_that_is_not_needed_is_not_there_or_is_new_enough(package, floor, closed):
    installed = [d.version for d in metadata.distributions() if d.name.lower() == package]
    assert all(Version(version) >= Version(floor) for version in installed), closed


def test_what_is_installed_is_what_the_lock_names():
    locked = dict(line.split(" ")[0].split("==") for line in (PROJECT / "requirements.lock").read_text().splitlines() if "==" in line[:60])
    here = {name: metadata.version(name) for name in ("scrapy", "lxml", "trafilatura", "sqlalchemy", "pydantic", "click", "playwright")}
    assert {name: locked[name] for name in here} == here


def test_every_dependency_we_declare_is_installed_in_a_version_we_allow():
    for text in metadata.requires("nianbao") or []:
        requirement = Requirement(text)
        if requirement.marker is None:
            assert requirement.specifier.contains(metadata.version(requirement.name)), text

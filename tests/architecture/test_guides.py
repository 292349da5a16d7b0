"""What the guides and the README files name is there: commands and files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("apps/*/README.md"))]
COMMAND = re.compile(r"(?:bin/manage|manage\.py) +(?:--data \S+ +)?([a-z_]+)")
FOLDERS = "apps|bin|config|deploy|docs|fixtures|static|templates|tests|tools"
FILE = re.compile(rf"`((?:{FOLDERS})/[\w./-]*\w)`")
SOURCE = re.compile(r"`([\w/]+\.py)`")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_guide_names_is_there(guide):
    text = guide.read_text()
    assert sorted(set(COMMAND.findall(text)) - set(get_commands())) == []
    made_by_the_reader = {"deploy/certificates"}
    assert [
        name for name in FILE.findall(text) if not (ROOT / name).exists() and name not in made_by_the_reader
    ] == []
    if guide.parent.parent == ROOT / "apps":  # the guides of docs/ name files that their reader makes
        places = [guide.parent, ROOT / "apps"]
        names = [name for name in SOURCE.findall(text) if not FILE.match(f"`{name}`")]
        missing = [name for name in names if not any(any(place.rglob(name)) for place in places)]
        assert missing == []


def test_the_patterns_find_something():
    texts = [guide.read_text() for guide in GUIDES]
    for pattern in (COMMAND, FILE, SOURCE):
        assert sum(len(pattern.findall(text)) for text in texts) > 20, pattern.pattern


def test_no_text_holds_the_marks_of_an_unfinished_merge():
    texts = [ROOT / "CHANGELOG.md", *GUIDES, *ROOT.glob("docs/*.yaml"), *ROOT.glob("locale/**/*.po")]
    texts += [path for path in ROOT.glob("templates/**/*") if path.is_file()]
    marks = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
    assert [str(path) for path in texts if marks.search(path.read_text())] == []

"""Packages that only tests of libraries need stay out of the processes that serve people."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import django, sys
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(*(name for name in ("requests", "pygments", "jinja2", "xlsxwriter", "onelogin") if name in sys.modules))
import requests
"""


def test_a_web_process_is_without_them_and_may_import_them_later():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr[-500:]

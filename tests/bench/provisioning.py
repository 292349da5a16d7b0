"""Many organisations, one after the other, as the worker sets them up; then they are deleted again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil

from tests.bench.row import Row
from tests.bench.world import ROOT, World

COUNT = 100
SCRIPT = """
import sys, time, django
django.setup()
from django.db import connection
from apps.tenancy.services.deletion import organisation_delete
from apps.tenancy.services.owner_jobs import job_run, provisioning_start
from apps.tenancy.services.provisioning import organisation_create
from apps.tenancy.models import Organisation
for number in range(int(sys.argv[1])):
    setup = {"administrator": {"email": f"a@b{number}.example", "name": "A", "language": "en"}}
    made = organisation_create(slug=f"bench-{number}", setup=setup, state="approved", is_demo=True)
    started, cpu = time.monotonic(), time.process_time()
    job = job_run(provisioning_start(made).pk)
    print("set-up", time.monotonic() - started, time.process_time() - cpu, job.error or "ok", flush=True)
for made in Organisation.objects.filter(slug__startswith="bench-"):
    organisation_delete(made, by="bench")
print("left", Organisation.objects.filter(slug__startswith="bench-").count())
"""


def organisations_many(world: World) -> Iterator[Row]:
    """Seconds of the slowest set-up, and CPU of program and database for each."""
    database = psutil.Process(world.postmaster) if world.postmaster else None
    before = _cpu(database)
    started = time.monotonic()
    environment = {**world.environment(), "BAHI_DATABASE_ROLE": "owner", "BAHI_WEB_POOL": "0"}
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(COUNT)],
        cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode:
        raise RuntimeError(result.stdout + result.stderr)
    lines = [line.split() for line in result.stdout.splitlines()]
    times = [line for line in lines if line[0] == "set-up"]
    if any(line[3] != "ok" for line in times) or lines[-1] != ["left", "0"]:
        raise RuntimeError(result.stdout)
    walls = sorted(float(line[1]) for line in times)
    figure = f"slowest {walls[-1]:.1f} s, median {walls[len(walls) // 2]:.1f} s"
    yield Row(f"{COUNT} organisations set up, each", figure, "≤ 10 s", walls[-1] <= 10)
    program = sum(float(line[2]) for line in times) / COUNT
    whole = (_cpu(database) - before) / COUNT
    spent = f"{program:.1f} s program, {whole:.1f} s database with deletion"
    yield Row("CPU of one set-up", f"{spent} ({time.monotonic() - started:.0f} s in all)", "–", True)


def _cpu(process: Any) -> float:
    """CPU seconds of a process and of its children, those that ended included."""
    if process is None:
        return 0.0
    own = process.cpu_times()
    ended = own.children_user + own.children_system
    living = sum(sum(child.cpu_times()[:2]) for child in process.children(recursive=True))
    return own.user + own.system + ended + living

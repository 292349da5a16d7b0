"""What a background call costs against a bare worker, and how late repeated tasks begin."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg

from tests.bench.meter import Meter
from tests.bench.row import Row
from tests.bench.world import ROOT, World

CALLS = 2_000
EFFECT = "UPDATE org_acme.messaging_textmessage SET attempts = attempts + 1 WHERE id = -1"
"""What the measured call does too (a text that is gone): one statement that finds nothing."""
TAKE = """DELETE FROM bench_queue WHERE id = (
    SELECT id FROM bench_queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING payload"""


def jobs(world: World) -> Iterator[Row]:
    """Calls that wait in the queue, taken by the worker's processes and by one loop of plain SQL."""
    own, late = _worker(world)
    bare = _bare(world)
    times = own / bare
    yield Row(
        "background call against a bare SKIP LOCKED worker, CPU",
        f"{times:.1f} × ({own:.2f} / {bare:.2f} ms)",
        "≤ 3 ×",
        times <= 3,
    )
    yield Row("lateness of repeated tasks, worst", f"{late:.1f} s", "≤ 5 s", late <= 5)


def _worker(world: World) -> tuple[float, float]:
    """(CPU milliseconds a call of worker and PostgreSQL, worst lateness in seconds)."""
    script = ROOT / "tests" / "bench" / "job_work.py"
    environment = {**world.environment(), "PYTHONPATH": str(ROOT), "BAHI_WEB_POOL": "0"}
    subprocess.run([sys.executable, str(script), str(CALLS)], cwd=ROOT, env=environment, check=True)
    worker = subprocess.Popen([sys.executable, "manage.py", "run_worker"], cwd=ROOT, env=environment)
    try:
        with psycopg.connect(world.super_url(), autocommit=True) as link:
            _until(link, "SELECT count(*) > 0 FROM org_acme.runtime_schedulestate", 60)
            time.sleep(10)
            meter = Meter([worker.pid, world.postmaster])
            before = meter.cpu()
            link.execute("UPDATE public.django_q_ormq SET lock = now() WHERE lock > now()")
            link.execute("NOTIFY bahi_queue")
            _until(link, "SELECT count(*) = 0 FROM public.django_q_ormq", 120)
            cost = (meter.cpu() - before) * 1000 / CALLS
            due = link.execute("SELECT now() + interval '25 seconds'").fetchone()[0]
            link.execute("UPDATE org_acme.runtime_schedulestate SET due_at = %s", [due])
            late = _lateness(link, due)
    finally:
        worker.terminate()
        worker.wait(40)
    return cost, late


def _lateness(link: psycopg.Connection[Any], due: datetime) -> float:
    """Seconds from the moment at which all tasks were due until the last of them began."""
    _until(link, "SELECT count(*) = 0 FROM org_acme.runtime_schedulestate WHERE due_at = %s", 120, [due])
    begun = link.execute("SELECT max(ran_at) FROM org_acme.runtime_schedulestate").fetchone()[0]
    return (begun - due).total_seconds()


def _until(link: psycopg.Connection[Any], question: str, seconds: float, params: Any = None) -> None:
    for _ in range(int(seconds * 10)):
        if link.execute(question, params).fetchone()[0]:
            return
        time.sleep(0.1)
    raise RuntimeError(f"not within {seconds:.0f} s: {question}")


def _bare(world: World) -> float:
    """CPU milliseconds a call of the plainest worker: this thread and PostgreSQL."""
    with psycopg.connect(world.super_url(), autocommit=True) as link:
        link.execute("CREATE TEMP TABLE bench_queue (id bigserial PRIMARY KEY, payload text)")
        link.execute("INSERT INTO bench_queue (payload) SELECT 'call' FROM generate_series(1, %s)", [CALLS])
        meter = Meter([world.postmaster])
        server, own = meter.cpu(), time.thread_time()
        while True:
            with link.transaction():
                if link.execute(TAKE).fetchone() is None:
                    break
                link.execute(EFFECT)
        return (meter.cpu() - server + time.thread_time() - own) * 1000 / CALLS

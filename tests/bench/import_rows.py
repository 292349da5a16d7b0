"""Imports and exports against plain SQL and a bare sheet writer; invoices as PDF."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.bench.row import Row
from tests.bench.world import ROOT, World


def _work(world: World, kind: str, count: int) -> dict[str, Any]:
    script = ROOT / "tests" / "bench" / "import_work.py"
    result = subprocess.run(
        [sys.executable, str(script), kind, str(count)],
        cwd=ROOT, env={**world.environment(), "PYTHONPATH": str(ROOT), "BAHI_WEB_POOL": "0"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode:
        raise RuntimeError(f"{kind}: {(result.stdout + result.stderr)[-800:]}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def imports(world: World) -> Iterator[Row]:
    """Posted invoices with stock, ledger, history and events; masters against COPY."""
    made = _work(world, "invoices", 2_000 if world.small else 10_000)
    rate = made["rows"] / made["wall"]
    per = 1000 * made["cpu"] / made["rows"]
    figure = f"{rate:.0f}/s, CPU {per:.1f} ms each, +{made['memory_mb']:.0f} MB"
    yield Row(f"import of {made['rows']:,} invoices, posted", figure, "≥ 200/s", rate >= 200)
    count = 2_000 if world.small else 10_000
    own, bare = _work(world, "parties", count), _work(world, "copy_parties", count)
    ratio = bare["cpu"] / own["cpu"]
    figure = f"{ratio:.2f} × ({count / own['wall']:.0f} rows/s against {count / bare['wall']:.0f})"
    yield Row(f"import of {count:,} parties against COPY, CPU", figure, "≥ 0.3 ×", ratio >= 0.3)


def exports(world: World) -> Iterator[Row]:
    """A hundred thousand rows of the invoices' list, with its permissions and names."""
    count = 5_000 if world.small else 100_000
    bare = _work(world, "bare_xlsx", count)
    for form in ("xlsx", "csv"):
        own = _work(world, form, count)
        ratio = own["cpu"] / bare["cpu"]
        figure = f"{ratio:.2f} × ({own['cpu']:.1f} s CPU, +{own['memory_mb']:.0f} MB)"
        what = f"export of {own['rows']:,} rows as {form.upper()} against bare XlsxWriter"
        yield Row(what, figure, "≤ 1.5 ×", ratio <= 1.5)


def prints(world: World) -> Iterator[Row]:
    """Posted invoices of five lines as PDF: each for itself, and in one file."""
    for kind, what in (("pdf", "invoice PDFs, a file each"), ("pdf_batch", "invoice PDFs in one file")):
        made = _work(world, kind, 1_000)
        rate = made["rows"] / made["cpu"]
        figure = f"{rate:.0f} a CPU second, {made['bytes'] / made['rows'] / 1024:.0f} KB each"
        yield Row(f"{made['rows']:,} {what}", figure, "≥ 200 a CPU second", rate >= 200)

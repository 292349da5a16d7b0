"""CPU and wall time of the server's process tree and PostgreSQL together."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True)
class Measure:
    """Milliseconds a unit of work: CPU of server and database, wall (median and 95th percentile)."""

    cpu_ms: float
    wall_ms: float
    p95_ms: float
    count: int


class Meter:
    """Sums CPU seconds of the given root processes with all that lives below them."""

    def __init__(self, roots: list[int]) -> None:
        self.roots = roots

    def cpu(self) -> float:
        total = 0.0
        for root in self.roots:
            try:
                process = psutil.Process(root)
                family = [process, *process.children(recursive=True)]
            except psutil.Error:
                continue
            for member in family:
                try:
                    times = member.cpu_times()
                except psutil.Error:
                    continue
                total += times.user + times.system
            total += process.cpu_times().children_user + process.cpu_times().children_system
        return total

    def run(self, work: Callable[[int], Any], count: int, *, warm: int = 3) -> Measure:
        """Call ``work(n)`` ``count`` times after ``warm`` calls that don't count."""
        for number in range(warm):
            work(-1 - number)
        walls = []
        cpu = self.cpu()
        for number in range(count):
            started = time.perf_counter()
            work(number)
            walls.append((time.perf_counter() - started) * 1000)
        cpu = (self.cpu() - cpu) * 1000 / count
        walls.sort()
        return Measure(
            cpu, statistics.median(walls), walls[int(len(walls) * 0.95) - 1 if count > 1 else 0], count
        )


def memory_mb(roots: list[int]) -> float:
    """Proportional set size of the process trees, in MB."""
    total = 0
    for root in roots:
        process = psutil.Process(root)
        for member in [process, *process.children(recursive=True)]:
            try:
                total += member.memory_full_info().pss
            except psutil.Error:
                continue
    return total / 1024 / 1024

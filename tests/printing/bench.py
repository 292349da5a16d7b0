"""Speed of printing, by hand: `python -m tests.printing.bench` (never timed in tests: machines differ)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

from apps.documents.printing import COPIES_GOODS, PrintQr, render_document, render_report, upi_link

from . import samples


def rate(make: Callable[[int], object], *, seconds: float = 3.0) -> float:
    """Calls per CPU second of this process."""
    make(0)
    start = time.process_time()
    count = 0
    while time.process_time() - start < seconds:
        count += 1
        make(count)
    return count / (time.process_time() - start)


def bench_print() -> dict[str, float]:
    """PDFs per CPU second: invoices of 5 lines that differ in number, each with its own UPI code, and
    others."""
    company = samples.company(logo=samples.logo(), signature=samples.signature())
    plain = samples.invoice(5, qr_codes=())

    def own_code(number: int) -> object:
        link = upi_link(address="sahyadriflow@hdfcbank", name="Sahyadri Flow", note=f"Invoice {number}")
        return render_document(replace(plain, number=str(number), company=company, qr_codes=(PrintQr(link),)))

    copies = replace(plain, copies=COPIES_GOODS)
    long = samples.invoice(300)
    hindi = samples.hindi()
    trial = samples.trial_balance()
    return {
        "invoice, 5 lines": rate(lambda n: render_document(replace(plain, number=str(n)))),
        "invoice, 5 lines, pictures and own UPI code": rate(own_code),
        "invoice, 5 lines, three copies": rate(lambda n: render_document(copies)),
        "invoice in two languages": rate(lambda n: render_document(replace(hindi, copies=(), number=str(n)))),
        "invoice, 300 lines": rate(lambda n: render_document(long)),
        "trial balance, 55 rows": rate(lambda n: render_report(trial)),
    }


if __name__ == "__main__":
    for name, value in bench_print().items():
        sys.stdout.write(f"{name:<48}{value:>8.1f} a CPU second\n")

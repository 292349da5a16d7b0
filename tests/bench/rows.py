"""The rows of the table of goals that this version makes possible."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.import_rows import exports, imports, prints
from tests.bench.meter import Meter, memory_mb
from tests.bench.row import Row
from tests.bench.world import World


def _meter(world: World) -> Meter:
    return Meter(world.roots())


def invoice_body(world: World, number: int) -> dict[str, Any]:
    ids = world.ids
    return {
        "company": ids["company"],
        "party": ids["parties"][number % 1000],
        "date": "2026-11-20",
        "moves_stock": False,
        "lines": [
            {"product": ids["products"][(number * 5 + k) % 200], "quantity": "2", "unit_price": "150.00"}
            for k in range(5)
        ],
    }


def send(client: Any, method: str, path: str, body: Any = None) -> Any:
    answer = client.request(method, f"/api/v1/{path}", json=body)
    if answer.status_code >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
    return answer.json()["data"]


def invoice(world: World) -> Iterator[Row]:
    with world.client() as client:

        def work(number: int) -> None:
            made = send(client, "POST", "accounting/invoices/", invoice_body(world, abs(number)))
            send(client, "POST", f"accounting/invoices/{made['id']}/post/")

        m = _meter(world).run(work, 60)
    yield Row("invoice of 5 lines, create + post, CPU", f"{m.cpu_ms:.0f} ms", "≤ 50 ms", m.cpu_ms <= 50)


def _order(client: Any, world: World, number: int) -> Any:
    body = invoice_body(world, number)
    body.pop("moves_stock")
    made = send(client, "POST", "sales/orders/", body)
    send(client, "POST", f"sales/orders/{made['id']}/confirm/")
    return made["id"]


def order(world: World) -> Iterator[Row]:
    with world.client() as client:
        orders = [_order(client, world, n) for n in range(33)]

        def work(number: int) -> None:
            pk = orders[number + 3]
            delivery = send(client, "POST", f"sales/orders/{pk}/deliver/")
            send(client, "POST", f"sales/deliveries/{delivery['id']}/post/")
            send(client, "POST", f"sales/orders/{pk}/invoice/")

        m = _meter(world).run(work, 30)
    yield Row("order → delivery + draft invoice, CPU", f"{m.cpu_ms:.0f} ms", "≤ 100 ms", m.cpu_ms <= 100)


def _clients(
    count: int, each: int, work: Callable[[Any, int, int], None], world: World
) -> tuple[float, float, int]:
    """(per second, p95 seconds, failures) of ``count`` clients doing ``each`` pieces of work."""
    times: list[float] = []
    failures = [0]
    barrier = threading.Barrier(count + 1)

    def run(index: int) -> None:
        with world.client() as client:
            barrier.wait()
            for number in range(each):
                started = time.perf_counter()
                try:
                    work(client, index, number)
                except (RuntimeError, OSError):
                    failures[0] += 1
                times.append(time.perf_counter() - started)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - started
    times.sort()
    return count * each / wall, times[int(len(times) * 0.95)], failures[0]


def clients(world: World) -> Iterator[Row]:
    drafts: list[int] = []
    with world.client() as client:
        drafts.extend(
            send(client, "POST", "accounting/invoices/", invoice_body(world, n))["id"]
            for n in range(8 * 20 + 32 * 6)
        )
    queue = iter(drafts)
    lock = threading.Lock()

    def post(client: Any, _index: int, _number: int) -> None:
        with lock:
            pk = next(queue)
        send(client, "POST", f"accounting/invoices/{pk}/post/")

    rate, p95, failed = _clients(8, 20, post, world)
    good = rate >= 25 and not failed and p95 < 0.8
    yield Row(
        "8 clients post on one series",
        f"{rate:.0f}/s, p95 {p95:.2f} s, {failed} failed",
        "≥ 25/s, p95 < 0.8 s, 0",
        good,
    )
    rate32, _p95, failed = _clients(32, 6, post, world)
    yield Row(
        "32 clients", f"{rate32:.0f}/s, {failed} failed", "≥ 90 % of 8", rate32 >= rate * 0.9 and not failed
    )
    gaps = (
        world.sql(
            "SELECT count(*) FROM (SELECT substring(number from '[0-9]+$')::int AS n FROM accounting_invoice "
            "WHERE number LIKE 'INV/%' AND status <> 'draft') x"
        )[0][0]
        - world.sql(
            "SELECT max(substring(number from '[0-9]+$')::int) FROM accounting_invoice "
            "WHERE number LIKE 'INV/%'"
        )[0][0]
    )
    yield Row("gaps in the series", str(gaps), "0", gaps == 0)


def clients_order(world: World) -> Iterator[Row]:
    with world.client() as client:
        orders = iter([_order(client, world, n) for n in range(8 * 8)])
    lock = threading.Lock()

    def work(client: Any, _index: int, _number: int) -> None:
        with lock:
            pk = next(orders)
        delivery = send(client, "POST", f"sales/orders/{pk}/deliver/")
        send(client, "POST", f"sales/deliveries/{delivery['id']}/post/")
        send(client, "POST", f"sales/orders/{pk}/invoice/")

    rate, _p95, failed = _clients(8, 8, work, world)
    yield Row(
        "8 clients, order → delivery + invoice",
        f"{rate:.1f}/s, {failed} failed",
        "≥ 12/s, 0",
        rate >= 12 and not failed,
    )


def _read(world: World, what: str, path: str, goal_ms: float) -> Row:
    with world.client() as client:
        m = _meter(world).run(lambda n: send(client, "GET", path), 40, warm=8)
    return Row(what, f"{m.wall_ms:.1f} ms (CPU {m.cpu_ms:.1f})", f"≤ {goal_ms:g} ms", m.wall_ms <= goal_ms)


def lists(world: World) -> Iterator[Row]:
    yield _read(world, "first 25 of the invoices (API)", "accounting/invoices/?ordering=-date", 10)
    with world.client() as client:
        page = client.get(
            "/api/v1/accounting/invoices/", params={"cursor": "", "per_page": 200, "ordering": "-date"}
        )
        token = ""
        for _ in range(250):
            token = page.json()["meta"]["pagination"]["next_cursor"] or ""
            page = client.get(
                "/api/v1/accounting/invoices/", params={"cursor": token, "per_page": 200, "ordering": "-date"}
            )
        first = _meter(world).run(
            lambda n: send(client, "GET", "accounting/invoices/?cursor=&ordering=-date"), 30, warm=8
        )
        deep = _meter(world).run(
            lambda n: client.get(
                "/api/v1/accounting/invoices/", params={"cursor": token, "ordering": "-date"}
            ),
            30,
        )
    same = deep.wall_ms <= first.wall_ms * 1.3 + 1
    yield Row(
        "page at offset 50,000 by cursor",
        f"{deep.wall_ms:.1f} ms (first {first.wall_ms:.1f})",
        "as the first",
        same,
    )
    yield _read(world, "search by party name", "parties/parties/?search=customer+0500", 10)
    yield _read(world, "global search", "search/?q=customer+0500", 100)


def admin_list(world: World) -> Iterator[Row]:
    with world.client(token=False) as client:
        page = client.get("/accounts/login/")
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        client.post(
            "/accounts/login/",
            data={
                "email": "bench@acme.example",
                "password": world.ids["password"],
                "csrfmiddlewaretoken": token,
            },
            headers={"Referer": str(client.base_url)},
        )

        def work(_n: int) -> None:
            answer = client.get("/admin/accounting/invoice/")
            if answer.status_code != 200:
                raise RuntimeError(f"admin list: {answer.status_code}")

        m = _meter(world).run(work, 15)
    yield Row(
        "admin list of invoices", f"{m.wall_ms:.0f} ms (CPU {m.cpu_ms:.0f})", "≤ 100 ms", m.wall_ms <= 100
    )


def reports(world: World) -> Iterator[Row]:
    lines = world.sql("SELECT count(*) FROM accounting_journalline")[0][0]
    path = f"accounting/reports/trial-balance/?company={world.ids['company']}&from=2026-04-01&to=2026-11-20"
    yield _read(world, f"trial balance over {lines:,} lines", path, 20)
    base = f"inventory/stock-levels/?company={world.ids['company']}&per_page=200"
    yield _read(world, "stock of 200 products now", base, 15)
    yield _read(world, "stock of 200 products on a past date", f"{base}&on=2026-08-15", 60)


def organisation(world: World) -> Iterator[Row]:
    started = time.perf_counter()
    world.manage("create_organisation", f"bench{int(time.time()) % 100000}", "--admin", "a@b.example")
    wall = time.perf_counter() - started
    yield Row("new organisation with chart of accounts", f"{wall:.1f} s", "≤ 10 s", wall <= 10)


def memory(world: World) -> Iterator[Row]:
    """Four processes that have all worked: documents, lists, a page of the back office."""
    world.stop()
    world.start(processes=4)
    assert world.server is not None

    def work(client: Any, index: int, number: int) -> None:
        made = send(client, "POST", "accounting/invoices/", invoice_body(world, index * 20 + number))
        send(client, "POST", f"accounting/invoices/{made['id']}/post/")
        send(client, "GET", "accounting/invoices/")

    _clients(8, 15, work, world)
    used = memory_mb([world.server.pid])
    yield Row("memory of 4 web processes × 4 threads (PSS)", f"{used:.0f} MB", "≤ 300 MB", used <= 300)


ROWS: dict[str, Callable[[World], Iterator[Row]]] = {
    "invoice": invoice,
    "order": order,
    "clients": clients,
    "clients_order": clients_order,
    "lists": lists,
    "admin_list": admin_list,
    "reports": reports,
    "organisation": organisation,
    "imports": imports,
    "exports": exports,
    "prints": prints,
}

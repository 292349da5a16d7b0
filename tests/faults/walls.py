"""Two organisations that trade alike, and everything that one may try to get from the other.

Ids of the two lie in ranges of their own and names carry a mark, so that a single foreign id or name in an
answer gives the leak away. A probe returns what was wrong, or an empty text.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.test import Client
from django.urls import NoReverseMatch, reverse

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.models import LinkPurpose, User
from apps.accounts.services.links import link_make
from apps.core.api.serializers import KeyField
from apps.core.registry import resources
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.documents.models import Attachment
from apps.runtime.services.jobs import job_start
from apps.sales.models import Quotation
from apps.sales.services.public_links import quotation_link
from tests.factories.trading import Trade, make_trade
from tests.kit.owner import owner_connection
from tests.runtime import tasks_kit

PEOPLE = {"acme": ("asha@acme.example", 530_000_000), "zenith": ("zoya@zenith.example", 810_000_000)}
REFUSED = (400, 401, 403, 404, 405, 409, 412)
Probe = tuple[str, Callable[[Client], str]]


@dataclass
class House:
    """One organisation as an intruder knows it: its records, tokens, links and files."""

    slug: str
    trade: Trade
    ids: dict[str, list[int]]
    token: str
    refresh: str
    session: str
    links: list[str]
    job: int
    trace: re.Pattern[bytes] = field(default=re.compile(b""))

    @property
    def host(self) -> str:
        return f"{self.slug}.localhost"

    def client(self, *, token: str | None = None) -> Client:
        """A client of this host with its own token, or a given one."""
        bearer = self.token if token is None else token
        return Client(
            HTTP_HOST=self.host, HTTP_AUTHORIZATION=f"Bearer {bearer}", raise_request_exception=False
        )

    def browser(self, session: str) -> Client:
        made = Client(HTTP_HOST=self.host, raise_request_exception=False)
        made.cookies["sessionid"] = session
        return made


def build() -> dict[str, House]:
    """Both houses; needs a scratch database."""
    return {slug: _house(slug, email, start) for slug, (email, start) in PEOPLE.items()}


def _house(slug: str, email: str, start: int) -> House:
    with organisation_context(f"org_{slug}"):
        _shift_ids(start)
        user = User.objects.get(email=email)
        trade = make_trade(user, f"{slug}.localhost", mark=f"{slug}mark")
        ids = {path: _own_ids(view.model, start) for path, view in resources().items()}
        refresh = BoundRefreshToken.for_user(user)
        browser = Client(HTTP_HOST=f"{slug}.localhost")
        browser.force_login(user, backend="apps.accounts.backends.RoleBackend")
        offer = Quotation.objects.filter(status__in=("sent", "accepted", "converted")).first()
        file = Attachment.objects.select_related("file").first().file
        links = [quotation_link(offer), f"{quotation_link(offer)}pdf/", f"/media/{file.pk}/{file.name}"]
        for purpose, name in (
            (LinkPurpose.PASSWORD, "accounts_password_link"),
            (LinkPurpose.INVITATION, "accounts_invitation_link"),
        ):
            token = run_in_unit_of_work(lambda purpose=purpose: link_make(user=user, purpose=purpose))
            links.append(reverse(name, args=[token]))
        job = run_in_unit_of_work(
            lambda: job_start(tasks_kit.make_party, title=f"{slug}mark", by=user, code="j")
        )
        access = refresh.access_token
        access.set_exp(lifetime=timedelta(hours=6))  # the attack may last longer than a token usually does
        return House(
            slug, trade, ids, str(access), str(refresh), browser.cookies["sessionid"].value,
            links, job.pk, re.compile(rb"\b%d\d{6}\b|%smark" % (start // 1_000_000, slug.encode())),
        )  # fmt: skip


def _shift_ids(start: int) -> None:
    with owner_connection() as owner:
        rows = owner.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")
        for (name,) in rows.fetchall():
            owner.execute("SELECT setval(%s::regclass, %s)", [f'"{name}"', start])


def _own_ids(model: Any, start: int) -> list[int]:
    found = list(model._default_manager.filter(pk__gte=start).order_by("pk").values_list("pk", flat=True))
    return found[:2] + found[-1:] if len(found) > 2 else found


# --- what an intruder in ``me`` tries against ``other`` -----------------------------------------------------


def probes(me: House, other: House) -> list[Probe]:
    return [
        probe
        for kind in (
            _foreign_records, _foreign_filters, _foreign_names, _foreign_keys_in_bodies, _foreign_targets,
            _foreign_tokens, _foreign_links, _foreign_jobs, _foreign_pages, _own_lists,
        )
        for probe in kind(me, other)
    ]  # fmt: skip


def _refused(label: str, call: Callable[[Client], Any], other: House, sent: Any = "") -> Probe:
    """The answer is a refusal and tells nothing of the other house."""

    def run(client: Client) -> str:
        answer = call(client)
        if answer.status_code not in REFUSED:
            return f"{label}: {answer.status_code} {answer.content[:200]!r}"
        return _told(label, answer, other, sent)

    return label, run


# A house's own logs hold the addresses that were tried.
NOTED = (
    "/accounts/access-log/", "/audit/entries/", "/admin/accounts/accesslog/",
    "/admin/audit/auditentry/", "/refused/",
)  # fmt: skip


def _told(label: str, answer: Any, other: House, sent: Any = "") -> str:
    if any(path in label for path in NOTED):
        return ""
    body = _readable(answer)
    for text in sent if isinstance(sent, (list, tuple)) else [sent]:
        body = body.replace(str(text).encode(), b"") if text != "" else body
    found = other.trace.search(body)
    return f"{label}: {found.group()!r} in the answer ({answer.status_code})" if found else ""


def _readable(answer: Any) -> bytes:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] != b"PK":
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b" ".join(archive.read(name) for name in archive.namelist())


def _foreign_records(me: House, other: House) -> Iterator[Probe]:
    """Read, change, delete, and every verb, by an id of the other house."""
    for path, view in resources().items():
        for pk in other.ids[path]:
            base = f"/api/v1/{path}/{pk}/"
            calls = [("get", base)] + [("get", f"{base}{verb}/") for verb in view.reads]
            calls += [("post", f"{base}{verb}/") for verb in view.verbs]
            calls += [("put", base), ("patch", base)] if view.writable else []
            calls += [("delete", base)] if view.deletable else []
            for method, address in calls:
                yield _refused(f"{method} {address}", _sender(method, address, {"version": 1}), other, pk)


def _sender(method: str, address: str, body: Any = None) -> Callable[[Client], Any]:
    if method == "get":
        return lambda client: client.get(address)
    return lambda client: getattr(client, method)(
        address, json.dumps(body or {}), content_type="application/json"
    )


def _foreign_filters(me: House, other: House) -> Iterator[Probe]:
    """Own lists and exports, narrowed to a key of the other house: nothing."""
    for path, view in resources().items():
        for name, target in view.filters.items():
            related = _related(view.model, target)
            keys = _ids_of(other, related)[:2] if related is not None else []
            for pk in keys:
                yield _nothing(f"/api/v1/{path}/?{name}={pk}", other, pk)
                yield _nothing(f"/api/v1/{path}/?{name}__in={pk}", other, pk)


def _related(model: Any, path: str) -> Any:
    for part in path.split("__"):
        try:
            found = model._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        model = found.related_model
        if model is None:
            return None
    return model


def _ids_of(house: House, model: Any) -> list[int]:
    for path, view in resources().items():
        if view.model is model:
            return house.ids[path]
    return []


def _nothing(address: str, other: House, sent: Any) -> Probe:
    def run(client: Client) -> str:
        answer = client.get(address)
        if answer.status_code == 200 and answer.json()["data"]:
            return f"{address}: {answer.content[:200]!r}"
        if answer.status_code >= 500:
            return f"{address}: {answer.status_code}"
        return _told(address, answer, other, sent)

    return address, run


def _foreign_names(me: House, other: House) -> Iterator[Probe]:
    mark = f"{other.slug}mark"
    searched = {v.model for v in resources().values() if hasattr(v.model, "search_text")}
    yield _searched(f"/api/v1/search/?q={mark}", other, mark)
    for path, view in resources().items():
        address = f"/api/v1/{path}/?search={mark}"
        if view.model in searched:
            yield _nothing(address, other, mark)
        else:  # a list that can't be searched shows its own rows, or says that it can't
            yield address, _own_probe(address, me, other, refusal=400, sent=mark)


def _searched(address: str, other: House, sent: str) -> Probe:
    def run(client: Client) -> str:
        answer = client.get(address)
        if answer.status_code != 200 or answer.json()["data"]["results"]:
            return f"{address}: {answer.content[:200]!r}"
        return _told(address, answer, other, sent)

    return address, run


def _foreign_keys_in_bodies(me: House, other: House) -> Iterator[Probe]:
    """A body that made a record here, with one key of the other house in it: as new, preview and in bulk."""
    for path, body in me.trade.bodies.items():
        if path not in resources() or path not in other.trade.bodies:
            continue
        serializer = resources()[path].kept_serializer(partial=False)
        for name, changed, pk in _swapped(serializer, body, other):
            for end in ("", "preview/", "bulk/"):
                sent = {"mode": "all_or_nothing", "records": [changed]} if end == "bulk/" else changed
                if end == "preview/" and not hasattr(resources()[path], "preview"):
                    continue
                address = f"/api/v1/{path}/{end}"
                yield _refused(f"POST {address} with {name}={pk}", _sender("post", address, sent), other, pk)


def _swapped(serializer: Any, body: dict[str, Any], other: House) -> Iterator[tuple[str, Any, int]]:
    for name, inner in serializer.fields.items():
        if isinstance(inner, KeyField) and not inner.read_only:
            for pk in _ids_of(other, inner.related)[:1]:
                yield name, {**body, name: pk}, pk
        elif hasattr(inner, "child") and hasattr(inner.child, "fields") and body.get(name):
            for part, row, pk in _swapped(inner.child, body[name][0], other):
                yield f"{name}.{part}", {**body, name: [row, *body[name][1:]]}, pk


def _foreign_targets(me: House, other: House) -> Iterator[Probe]:
    """Comments, attachments, timeline and links of a record of the other house."""
    for path, view in resources().items():
        for pk in other.ids[path][:1]:
            target = f"{view.model._meta.label_lower}:{pk}"
            for what in ("comments", "attachments", "timeline", "links"):
                address = f"/api/v1/documents/{what}/?target={target}"
                yield _refused(f"GET {address}", _sender("get", address), other, pk)
            body = {"target": target, "text": "hello"}
            yield _refused(
                f"comment on {target}", _sender("post", "/api/v1/documents/comments/", body), other, pk
            )


def _foreign_tokens(me: House, other: House) -> Iterator[Probe]:
    """The other house's access token, refresh token and session at our door."""
    for path in resources():
        for address in (f"/api/v1/{path}/", f"/api/v1/{path}/export/"):
            yield _refused(
                f"foreign token at {address}",
                lambda _c, address=address: me.client(token=other.token).get(address), other,
            )  # fmt: skip
            yield _refused(
                f"foreign session at {address}",
                lambda _c, address=address: me.browser(other.session).get(address), other,
            )  # fmt: skip
    body = {"refresh": other.refresh}
    for address in ("/api/v1/auth/token/refresh/", "/api/v1/auth/me/"):
        yield _refused(
            f"foreign refresh at {address}",
            lambda _c, address=address: me.client(token=other.refresh).post(
                address, json.dumps(body), content_type="application/json"
            ),
            other,
        )


def _foreign_links(me: House, other: House) -> Iterator[Probe]:
    """Signed links and files: not found, signed in or not."""
    for link in other.links:
        for who in ("nobody", "member"):
            client = Client(HTTP_HOST=me.host) if who == "nobody" else me.browser(me.session)
            yield f"{who} at {link}", _link_probe(client, link, other)


def _link_probe(client: Client, link: str, other: House) -> Callable[[Client], str]:
    """A link that opens nothing: no document, no file, no form for a new password."""

    def run(_client: Client) -> str:
        answer = client.get(link)
        opened = answer.status_code == 200 and (
            link.startswith(("/q/", "/media/")) or b'type="password"' in answer.content
        )
        return f"{link}: {answer.status_code}" if opened else _told(link, answer, other, link)

    return run


def _foreign_jobs(me: House, other: House) -> Iterator[Probe]:
    for method, end in (("get", ""), ("post", "cancel/"), ("post", "retry/")):
        address = f"/api/v1/jobs/{other.job}/{end}"
        yield _refused(f"{method} {address}", _sender(method, address), other, other.job)


def _foreign_pages(me: House, other: House) -> Iterator[Probe]:
    """The back office: change, history and delete page of a record of the other house; own lists."""
    for path, view in resources().items():
        label = view.model._meta.label_lower.replace(".", "_")
        for end in ("change", "history", "delete"):
            for pk in other.ids[path][:1]:
                try:
                    address = reverse(f"admin:{label}_{end}", args=[pk])
                except NoReverseMatch:
                    continue
                yield f"page {address}", _page_probe(me, address, other, pk)
        try:
            address = reverse(f"admin:{label}_changelist")
        except NoReverseMatch:
            continue
        yield f"page {address}", _page_probe(me, address, other, "")


def _page_probe(me: House, address: str, other: House, pk: Any) -> Callable[[Client], str]:
    def run(_client: Client) -> str:
        answer = me.browser(me.session).get(address)
        if answer.status_code >= 500 or (pk and answer.status_code == 200):
            return f"{address}: {answer.status_code}"
        return _told(address, answer, other, pk)

    return run


def _own_lists(me: House, other: House) -> Iterator[Probe]:
    """Own reads while the other house reads the same addresses: never a word of it."""
    for path in resources():
        addresses = [f"/api/v1/{path}/?per_page=200"]
        addresses += [f"/api/v1/{path}/export/?format={form}" for form in ("csv", "json", "xlsx")]
        addresses += [f"/api/v1/{path}/{pk}/" for pk in me.ids[path][:2]]
        for address in addresses:
            yield address, _own_probe(address, me, other)


def _own_probe(
    address: str, me: House, other: House, *, refusal: int = 403, sent: str = ""
) -> Callable[[Client], str]:
    """A list or record of one's own house; ``sent``: what the address itself says of the other, and a link
    to the next page may repeat.
    """

    def run(client: Client) -> str:
        answer = client.get(address)
        if answer.status_code not in (200, 403, 404, refusal):
            return f"{address}: {answer.status_code} {answer.content[:200]!r}"
        single = address.rsplit("/", 2)[1].isdigit()
        if single and answer.status_code != 200:
            return f"{address}: {answer.status_code} for its own house"
        return _told(address, answer, other, sent)

    return run


def run_probes(me: House, found: list[Probe], seed: int) -> list[str]:
    """All of them in an order of their own; what was wrong."""
    order = list(found)
    random.Random(seed).shuffle(order)
    client = me.client()
    wrong = []
    for label, probe in order:
        try:
            wrong.append(probe(client))
        except Exception as error:
            wrong.append(f"{label}: {type(error).__name__} {str(error)[:200]}")
    return [text for text in wrong if text]

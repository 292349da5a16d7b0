"""What people of customers and vendors ask for themselves, at ``portal/``."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from apps.accounts.services.profile import profile_save
from apps.core.api.paging import paginate
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.serializers import known_fields
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.formats import zone_names
from apps.core.surfaces import PORTAL, Declared
from apps.core.uow import run_in_unit_of_work
from apps.customer_portal import showing
from apps.customer_portal.registry import Section
from apps.customer_portal.selectors import Visit, balances_of, cards_of, record_of, visit_of
from apps.customer_portal.services import acting
from apps.customer_portal.services.statements import statement_asked, statement_of, statement_print
from apps.customer_portal.throttling import ActThrottle
from apps.documents.pdf import pdf_answer
from apps.messaging.catalogue import notification_events
from apps.messaging.services.notifications import Ways, choices_of, choices_set, texts_demand

LIST_PARAMS = {"page", "per_page", "cursor", "count", "show"}


class PortalView(ViewSet):
    """Base: a person of a customer or vendor; 403 for anybody else."""

    bahi_app = "customer_portal"
    section: Section | None = None
    verb: str = ""
    visit: Visit

    @classmethod
    def declared_access(cls, action: str, verb: str) -> Declared:
        return PORTAL

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_portal:
            raise NotAllowed(_("This is for customers and vendors."))
        self.visit = visit_of(request.user)
        if self.section is not None:
            self.visit.section(self.section.key)

    def get_throttles(self) -> list[Any]:
        more = [ActThrottle()] if self.request.method == "POST" else []
        return [*super().get_throttles(), *more]


class HomeApi(PortalView):
    """Who one is, what is open, what waits."""

    def list(self, request: Any) -> Response:
        known_fields(request.query_params, set())
        visit = self.visit
        return Response(
            envelope(
                {
                    "person": {"name": visit.member.user.name, "email": visit.member.user.email},
                    "party": {"id": visit.party.pk, "name": visit.party.display_name},
                    "sees": visit.member.sees,
                    "sections": [{"key": s.key, "title": str(s.title)} for s in visit.sections],
                    "statement": visit.account is not None,
                    "attention": [
                        {
                            "section": card["section"].key,
                            "show": card["part"].name,
                            "title": str(card["part"].title),
                            "count": card["count"],
                        }
                        for card in cards_of(visit)
                    ],
                    "balances": [
                        {"currency": row["currency"], "amount": format(row["amount"], "f")}
                        for row in balances_of(visit)
                    ],
                }
            )
        )


class SectionApi(PortalView):
    """Documents of one section: list, one, its PDF, comments, acts."""

    section: Section

    def list(self, request: Any) -> Response:
        """``show`` takes a part of the list (open, to_answer …)."""
        known_fields(request.query_params, LIST_PARAMS)
        rows, name = (
            self.section.rows(request.user).order_by("-date", "-id"),
            request.query_params.get("show"),
        )
        if name:
            part = self.section.part(name)
            if part is None:
                raise InvalidInput(_("This is not one of the choices."), field="show", code="invalid_choice")
            rows = part.apply(rows)
        page = paginate(rows, request, ["-date", "-id"])
        data = [showing.row_raw(self.section, record) for record in page.rows]
        return Response(envelope(data, pagination=page.pagination))

    def retrieve(self, request: Any, pk: int) -> Response:
        record = record_of(self.visit, self.section, pk)
        run_in_unit_of_work(lambda: acting.document_seen(self.visit, record))
        return Response(envelope(self._one(record)))

    def _one(self, record: Any) -> dict[str, Any]:
        acts = acting.acts_open(self.section, record, self.request.user)
        return showing.record_raw(self.visit, self.section, record, acts)

    def run_read(self, request: Any, pk: int) -> HttpResponse:
        """The PDF."""
        return pdf_answer(*acting.document_print(self.visit, self.section, pk))

    def run_verb(self, request: Any, pk: int) -> Response:
        """An act: ``{"text", "name", "signature", "chosen", "options"}``. ``signature``:
        data:image/png;base64,…; ``chosen``: ids of the lines taken where there are alternatives, ``options``:
        of the optional lines taken (left out: as they stand)."""
        record = record_of(self.visit, self.section, pk)
        known_fields(request.data, {"text", "name", "signature", "chosen", "options"})
        act = acting.act_of(self.section, self.verb)
        answer = acting.answer_read(**dict(request.data.items()))

        def work() -> tuple[int, Any, str]:
            acting.document_act(self.visit, self.section, record, act, answer)
            return 200, self._one(record_of(self.visit, self.section, pk)), str(act.done)

        return api_write(request, work)


class SectionCommentsApi(SectionApi):
    """What both sides wrote and did about a document, oldest first; POST writes a comment."""

    def list(self, request: Any, pk: int) -> Response:  # type: ignore[override]  # of one document
        known_fields(request.query_params, set())
        return Response(envelope(self._story(record_of(self.visit, self.section, pk))))

    def create(self, request: Any, pk: int) -> Response:
        record = record_of(self.visit, self.section, pk)
        known_fields(request.data, {"text"})

        def work() -> tuple[int, Any, str]:
            acting.document_comment(self.visit, record, text=request.data.get("text"))
            return 201, self._story(record), _("Your comment was sent.")

        return api_write(request, work)

    def _story(self, record: Any) -> Any:
        return [
            {"at": iso_time(row["at"]), "who": row["who"], "text": row["text"], "comment": row["comment"]}
            for row in showing.story(self.section, record)
        ]


class StatementApi(PortalView):
    """The statement of account by ``company``, ``from`` and ``to``."""

    def list(self, request: Any) -> Response:
        known_fields(request.query_params, {"company", "from", "to"})
        asked = statement_asked(self.visit, request.query_params)
        statement = statement_of(self.visit, asked)
        return Response(
            envelope(
                {
                    "company": {"id": asked.company.pk, "name": asked.company.trade_name}
                    if asked.company
                    else None,
                    "from": asked.start.isoformat(),
                    "to": asked.end.isoformat(),
                    "parts": [self._part(part) for part in statement.parts] if statement else [],
                }
            )
        )

    @staticmethod
    def _part(part: Any) -> dict[str, Any]:
        amounts = {
            name: format(getattr(part, name), "f") for name in ("opening", "debit", "credit", "closing")
        }
        rows = [
            {
                "date": row.date.isoformat(),
                "what": row.what,
                "number": row.number,
                "due_date": row.due_date.isoformat() if row.due_date else None,
                "debit": format(row.debit, "f"),
                "credit": format(row.credit, "f"),
                "balance": format(row.balance, "f"),
            }
            for row in part.rows
        ]
        return {"currency": part.currency.code, **amounts, "rows": rows}

    def run_read(self, request: Any) -> HttpResponse:
        known_fields(request.query_params, {"company", "from", "to"})
        return pdf_answer(*statement_print(self.visit, statement_asked(self.visit, request.query_params)))


class PreferencesApi(PortalView):
    """One's own name, phone, language, time zone, theme, and of what one is told by mail and text."""

    NAMES = ("name", "phone", "language", "time_zone", "theme")

    def list(self, request: Any) -> Response:
        return Response(envelope(self._read(request.user)))

    def change(self, request: Any) -> Response:
        known_fields(request.data, {*self.NAMES, "mail", "text"})
        values = {name: request.data[name] for name in self.NAMES if name in request.data}
        for name, value in values.items():
            if not isinstance(value, str):
                raise InvalidInput(_("A text is needed."), field=name)
        if values.get("time_zone") and values["time_zone"] not in zone_names():
            raise InvalidInput(_("This is not one of the choices."), field="time_zone", code="invalid_choice")
        chosen = self._chosen(request)

        def work() -> tuple[int, Any, str]:
            saved = profile_save(user=request.user, values=values)
            choices_set(by=saved, choices=chosen)
            return 200, self._read(saved), _("Saved.")

        return api_write(request, work)

    def _chosen(self, request: Any) -> dict[str, Ways]:
        """Of the events that are named; whoever turns texts on needs a confirmed number."""
        held = {
            event.name: ways for event, ways in choices_of(request.user, notification_events(portal=True))
        }
        mail, text = (self._given(request.data.get(way, {}), way, held) for way in ("mail", "text"))
        texts_demand(request.user, held, text, "text.{}")
        return {
            name: Ways(held[name].in_app, mail.get(name, held[name].mail), text.get(name, held[name].text))
            for name in {**mail, **text}
        }

    @staticmethod
    def _given(given: Any, way: str, known: Any) -> dict[str, bool]:
        if not isinstance(given, dict):
            raise InvalidInput(_("Send an object of events."), field=way)
        for name, value in given.items():
            if name not in known:
                raise InvalidInput(_("There is no such event."), field=f"{way}.{name[:80]}", code="unknown")
            if not isinstance(value, bool):
                raise InvalidInput(_("Must be true or false."), field=f"{way}.{name}")
        return given

    def _read(self, user: Any) -> dict[str, Any]:
        held = choices_of(user, notification_events(portal=True))
        told = {
            way: [
                {"event": event.name, "title": str(event.title), way: getattr(ways, way)}
                for event, ways in held
            ]
            for way in ("mail", "text")
        }
        return {**{name: getattr(user, name) for name in self.NAMES}, **told}

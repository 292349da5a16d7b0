"""Base of the API of every document: drafts, verbs from the transition table, preview, duplicate, PDF."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.company.models import Company
from apps.company.selectors import company_today
from apps.core.access import may
from apps.core.admin.urls import admin_url
from apps.core.api.rendering import envelope
from apps.core.api.representation import add_labels
from apps.core.api.resource import ResourceViewSet
from apps.core.api.serializers import record_chosen
from apps.core.api.transaction import api_write
from apps.core.contribute import contributions_to
from apps.core.errors import NotAllowed, Refused
from apps.core.locks import lock_row
from apps.core.records import previews_of, rows_build, rows_keep, values_set
from apps.core.registry import resource_of
from apps.core.rows import row_make
from apps.core.working import working_company_id
from apps.documents.form_fields import chosen_from
from apps.documents.lifecycle import lifecycle_of, transition_run
from apps.documents.pdf import pdf_answer
from apps.documents.permissions import PRINT
from apps.documents.services.drafts import draft_save
from apps.documents.services.duplicate import document_duplicate


class DocumentViewSet(ResourceViewSet):
    """Besides the declarations of a resource: ``compute(document, children)`` fills defaults and totals."""

    form_sections: ClassVar[dict[Any, tuple[str, ...]]] = {}
    form_columns: ClassVar[dict[str, tuple[str, ...]]] = {}
    form_more: ClassVar[dict[str, tuple[str, ...]]] = {}
    form_labels: ClassVar[dict[str, Any]] = {}
    form_wanted: ClassVar[dict[str, tuple[str, tuple[str, ...]]]] = {}
    form_totals: ClassVar[tuple[str, ...]] = ()
    form_lookups: ClassVar[dict[str, dict[str, Any]]] = {}
    form_proposals: ClassVar[dict[str, dict[str, Any]]] = {}
    form_notes: ClassVar[dict[str, dict[str, str]]] = {}  # child → {column: what previews tell under it}
    notes_verb: ClassVar[str] = ""  # the read that tells the same of a kept draft
    duplicable: ClassVar[bool] = True
    reads: ClassVar[dict[str, str]] = {"pdf": "pdf"}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "model" in cls.__dict__:
            table = lifecycle_of(cls.model)  # type: ignore[arg-type]  # the class is a document's here
            cls.verbs = dict.fromkeys(table.by_name, "transition") | {"duplicate": "duplicate"} | cls.verbs
            meta = cls.model._meta
            own = {"duplicate": f"{meta.app_label}.add_{meta.model_name}", "pdf": PRINT}
            moves = {name: item.permission for name, item in table.by_name.items()}
            cls.verb_permissions = own | moves | cls.verb_permissions

    # --- hooks ------------------------------------------------------------------------------------

    def compute(self, document: Any, children: dict[str, list[Any]]) -> None:
        """Fill defaults and totals of the document and its lines; raise InvalidInput with paths."""

    def compute_kept(self, document: Any, children: dict[str, list[Any]]) -> None:
        """``compute`` for a draft that is kept; stricter where a preview while typing needn't agree yet."""
        self.compute(document, children)

    def compute_preview(self, document: Any, children: dict[str, list[Any]]) -> None:
        """``compute`` for a draft that nobody keeps; with what its rows are to tell (``Child.told``)."""
        self.compute(document, children)

    def print_bytes(self, document: Any) -> tuple[bytes, str]:
        """The PDF and its file name; ``?variant=`` names another paper of the document."""
        from apps.documents.services.printing import document_pdf

        variant = self.request.query_params.get("variant", "")[:40]
        return document_pdf(document, by=self.request.user, variant=variant)

    def defaults(self, user: Any) -> dict[str, Any]:
        """What a new document's form shows at first."""
        companies = chosen_from(Company, user)
        company = companies.filter(pk=working_company_id(user)).first() or companies.first()
        return {
            **self._choice_defaults(),
            "company": company.pk if company else None,
            "date": company_today().isoformat(),
            "currency": company.currency_id if company else None,
        }

    def _choice_defaults(self) -> dict[str, Any]:
        """What the model takes for a choice or a tick that nobody makes (mode of payment, moves stock)."""
        found: dict[str, Any] = {}
        for name in self.fields:
            field = next(
                (f for f in self.model._meta.concrete_fields if f.name == self.rename.get(name, name)), None
            )
            if field is None or name in self.read_only or not field.has_default():
                continue
            if field.choices:
                found[name] = str(field.get_default())
            elif field.get_default() is True:
                found[name] = True
        return found

    def form_remark(self, document: Any) -> dict[str, str] | None:
        """Hook: what is said beside the state on the document's page: ``label`` and ``tone``."""
        return None

    def form_tools(self, document: Any, user: Any) -> list[dict[str, Any]]:
        """Hook: further entries of the menu on the document's page (``form_config.document_tools``)."""
        return []

    def one(self, row: Any) -> dict[str, Any]:
        data = super().one(row)
        if self.wants_labels():
            data["admin_url"] = admin_url(row)
        return data

    # --- writes -----------------------------------------------------------------------------------

    def create_one(self, data: Any) -> Any:
        """A new document takes over what its source gives (``order`` of an invoice)."""
        if isinstance(data, dict):
            for name, item in contributions_to(self.model, self.request.user).items():
                if item.fill is not None and data.get(name) is not None:
                    data = {**item.fill(data[name], self.request.user), **data}
        return super().create_one(data)

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        contributed = contributions_to(self.model)
        extra = {name: values.pop(name) for name in list(values) if name in contributed}
        saved = self.save_draft(instance, values, children, version)
        for name, value in extra.items():
            contributed[name].write(saved, value, self.request.user)  # type: ignore[misc]  # only fields with a writer are in the input
        if extra:
            rows_keep(saved, {})  # what was written may have changed the lines
        return saved

    def save_draft(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        return draft_save(
            instance,
            values=values,
            children=children,
            specs={child.name: child for child in self.children},
            compute=self.compute_kept,
            version=version,
            by=self.request.user,
        )

    def preview(self, request: Any) -> Response:
        """Work out a draft without keeping it: the totals as saving would give them."""
        self.require("view")
        kept = self._previewed_row(request.data.get("id"))
        values, children, _version = self.read_input(
            {k: v for k, v in request.data.items() if k != "id"}, partial=True, row=kept
        )
        return Response(envelope(self._previewed(values, children, kept)))

    def _previewed(self, values: dict[str, Any], children: dict[str, Any], kept: Any) -> dict[str, Any]:
        document = self.model()
        previews_of(document, kept.pk if kept is not None else None)
        values_set(document, values)
        instances = {}
        for child in self.children:
            given = children.get(child.name) or []
            rows = [{k: v for k, v in row.items() if k != "id"} for row in given]
            instances[child.name] = rows_build(document, child, rows)
            for instance, row in zip(instances[child.name], given, strict=True):
                previews_of(instance, row.get("id"))
        self.compute_preview(document, instances)
        data = self.representer().unsaved(document, instances, self.request.user)
        if self.wants_labels():
            add_labels(self.representer(), [data])
        return data

    def _previewed_row(self, pk: Any) -> Any:
        """The kept draft that a form previews, so that what it sends back unchanged is no change."""
        return self.queryset().filter(pk=pk).first() if isinstance(pk, int) else None

    def delete_record(self, row: Any) -> Any:
        row = lock_row(type(row), row.pk)  # nobody confirms or shares it meanwhile
        if row.number or not lifecycle_of(type(row)).editable(row.status):
            raise Refused(_("Only a draft without a number can be deleted."), code="invalid_transition")
        pk = row.pk
        row.delete()
        return {"id": pk}

    # --- verbs ------------------------------------------------------------------------------------

    def transition(self, request: Any, pk: int) -> Response:
        self.require("view")
        row = row_make(self.model, id=pk)  # the runner reads it under its lock, if the user may see it
        table = lifecycle_of(self.model).by_name[self.verb]  # type: ignore[arg-type]  # the class is a document's here
        data = dict(request.data)
        version = data.pop("version", None)

        def work() -> tuple[int, Any, str]:
            made = transition_run(
                row, self.verb, by=request.user, version=self._version(version), data=self.verb_input(data)
            )
            return self._answer(made, row, str(table.past or table.label))

        return api_write(request, work)

    def verb_input(self, data: dict[str, Any]) -> dict[str, Any]:
        """Hook: turn ids in a verb's body into records in scope; those of asks for a record are."""
        table = lifecycle_of(self.model).by_name[self.verb]  # type: ignore[arg-type]  # the class is a document's here
        asked = [ask for ask in table.asks if ask.kind == "record" and data.get(ask.name) is not None]
        user = self.request.user
        found = {
            ask.name: record_chosen(apps.get_model(ask.related), data[ask.name], user, ask.name)
            for ask in asked
        }
        return {**data, **found}

    def _answer(self, made: Any, row: Any, message: str) -> tuple[int, Any, str]:
        if type(made) is type(row) and made.pk == row.pk:
            return 200, self.one(made), message
        view_class = resource_of(type(made))
        if view_class is None:
            return 201, {"id": made.pk}, message
        view = view_class()
        view.request = self.request
        return 201, view.one(made), message

    def duplicate(self, request: Any, pk: int) -> Response:
        """A new draft with the same content."""
        self.require("view")
        row = self.record(pk)
        self.require("add")

        def work() -> tuple[int, Any, str]:
            copy = document_duplicate(row, view=self, by=request.user)
            return 201, self.one(copy), _("Duplicated.")

        return api_write(request, work)

    def pdf(self, request: Any, pk: int) -> Any:
        self.require("view")
        row = self.record(pk)
        if not may(request.user, PRINT):
            raise NotAllowed(_("You may not print documents."))
        return pdf_answer(*self.print_bytes(row))

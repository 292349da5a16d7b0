"""What the books hold of people stays; whoever owes or is owed something isn't erased."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.personal import Books, register_books, register_erasure_guard

register_books(
    Books(
        ("accounting", "inventory", "sales"),
        gettext_lazy(
            "Books, documents and the trail of their changes: Companies Act 2013 s.128(5) (eight financial "
            "years), Companies (Accounts) Rules 2014 r.3(1) (trail), CGST Act 2017 s.36 (72 months from the "
            "annual return)"
        ),
    )
)


def _open_items(pk: int) -> list[str]:
    from apps.accounting.models import OpenItem

    count = OpenItem.objects.filter(party_id=pk).exclude(open_amount=0).count()
    return [_("%(n)d documents are not settled yet.") % {"n": count}] if count else []


register_erasure_guard("parties.party", _open_items)

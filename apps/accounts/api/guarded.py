"""Views that ask for permissions by method and, where the page does, for a fresh proof of the person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.views import APIView

from apps.accounts.api.bases import Input
from apps.accounts.api.confirming import confirmed_or_refuse
from apps.core.access import may
from apps.core.errors import NotAllowed
from apps.core.surfaces import Declared, codes


class GuardedView(Input, APIView):
    """``needs``: {method: codes}, ``""`` for methods that aren't named. ``proof``: methods that only go on
    when the person showed lately that it is he; never by an API key."""

    bahi_app = "accounts"
    needs: ClassVar[dict[str, tuple[str, ...]]] = {}
    proof: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def access_by_method(cls, method: str) -> Declared:
        """What ``core.surfaces`` tells of it."""
        return codes(*cls.needs.get(method, cls.needs.get("", ())))

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = request.method.lower()
        if not all(may(request.user, code) for code in self.access_by_method(method).all_of):
            raise NotAllowed(_("You may not do this."))
        if method in self.proof:
            confirmed_or_refuse(request)

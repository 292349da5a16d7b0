"""Grants on single records: a table for each kind of record, with direct keys (guardian).

A model whose scope can narrow gets its table by one declaration below it::

    OrderUserGrant = grant_table(Order)

The scope of documents and of parties leads to it (``grants="user_grants"``); ``for_user``, the API of grants,
the panel "Shared with" and the page "what can this user do" follow.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from guardian.models import UserObjectPermissionBase


class ObjectGrant(UserObjectPermissionBase):
    """``permission`` on one record for one person: who gave it, and when."""

    kind: ClassVar[str] = "link"

    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    given_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True
        default_permissions = ()


def grant_table(model: type[models.Model]) -> type[ObjectGrant]:
    """The grant table of a model, in the model's own module; it goes with the record and with the person."""
    key: Any = models.ForeignKey(model, on_delete=models.CASCADE, related_name="user_grants")
    return type(
        f"{model.__name__}UserGrant",
        (ObjectGrant,),
        {"__module__": model.__module__, "__doc__": ObjectGrant.__doc__, "content_object": key},
    )

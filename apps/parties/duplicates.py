"""Parties that may be the same firm: which fields agree, and how sure that makes it.

Every field that agrees has a weight, the chance that two parties with it are one; together they are
1 − Π(1 − weight). Firms in India are one by their GSTIN; a PAN is shared by the branches of one firm, a phone
or an address by sister firms, so these ask for a look and no more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from math import prod
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.access import may
from apps.core.india.identifiers import phone_digits
from apps.parties.models import Party, PartyContact

WEIGHTS = {"gstin": 0.98, "pan": 0.6, "phone": 0.6, "email": 0.6, "name": 0.7}
SHOWN_FROM, NAMES_ALIKE = 50, 0.86
CANDIDATES, CROWD = 200, 40
FIELDS = {"gstin": "GSTIN", "pan": "PAN", "phone": _("phone"), "email": _("e-mail"), "name": _("name")}

_FORM_OF_FIRM = frozenset({
    "m", "s", "ms", "messrs", "the", "and", "co", "company", "corp", "corporation", "inc", "pvt", "private",
    "ltd", "limited", "llp", "llc", "plc", "gmbh", "india",
})  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """What a party is known by, in the form in which two ways to write it are the same."""

    names: frozenset[str]
    gstin: str = ""
    pan: str = ""
    phone: frozenset[str] = frozenset()
    email: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Likeness:
    """``score`` in percent; ``fields`` are keys of ``FIELDS``."""

    party: Party
    score: int
    fields: tuple[str, ...]

    @property
    def said(self) -> str:
        """The fields that agree, as people read them."""
        return ", ".join(str(FIELDS[name]) for name in self.fields)


def name_key(name: str) -> str:
    """``M/s. Sharma Traders (P) Ltd`` and ``Sharma Traders Private Limited`` are both ``sharma traders``."""
    words = re.findall(r"\w+", name.lower())
    kept = [word for word in words if word not in _FORM_OF_FIRM and len(word) > 1]
    return " ".join(kept or words)


def identity_of(party: Party, *, with_pan: bool) -> Identity:
    """Of the party and its contacts (best fetched before). ``with_pan``: the reader may see PANs."""
    contacts = list(party.contacts.all()) if party.pk else []
    phones = {phone_digits(row.phone) for row in (party, *contacts)}
    emails = {row.email.lower() for row in (party, *contacts)}
    return Identity(
        names=frozenset(key for name in (party.legal_name, party.display_name) if (key := name_key(name))),
        gstin=party.gstin,
        pan=party.pan if with_pan else "",
        phone=frozenset(phones - {""}),
        email=frozenset(emails - {""}),
    )


def likeness(one: Identity, other: Identity) -> tuple[int, tuple[str, ...]]:
    """(score in percent, the fields that agree)."""
    # A GSTIN holds the PAN: where it agrees, the PAN tells nothing more.
    agree = next(
        ([n] for n in ("gstin", "pan") if getattr(one, n) and getattr(one, n) == getattr(other, n)), []
    )
    agree += [name for name in ("phone", "email") if getattr(one, name) & getattr(other, name)]
    weights = [WEIGHTS[name] for name in agree]
    alike = max((_ratio(a, b) for a in one.names for b in other.names), default=0.0)
    if alike >= NAMES_ALIKE:
        agree.append("name")
        weights.append(WEIGHTS["name"] * alike)
    return round(100 * (1 - prod(1 - weight for weight in weights))), tuple(agree)


def _ratio(one: str, other: str) -> float:
    return 1.0 if one == other else SequenceMatcher(None, one, other).ratio()


def possible_duplicates(party: Party, *, user: Any, limit: int = 5) -> list[Likeness]:
    """Parties in the user's reach that may be this one, likeliest first."""
    with_pan = may(user, "parties.see_pan")
    own = identity_of(party, with_pan=with_pan)
    found = []
    for other in _candidates(party, own, user):
        score, fields = likeness(own, identity_of(other, with_pan=with_pan))
        if score >= SHOWN_FROM:
            found.append(Likeness(other, score, fields))
    return sorted(found, key=lambda item: (-item.score, item.party.display_name))[:limit]


def _candidates(party: Party, own: Identity, user: Any) -> Iterable[Party]:
    """Parties that share something, by the trigram index of the search column."""
    shared = Q()
    for text in (own.gstin.lower(), *own.phone, *own.email):
        if text:
            shared |= Q(search_text__contains=text)
    for name in own.names:
        shared |= Q(search_text__trigram_word_similar=name)
    if own.pan:
        shared |= Q(pan=own.pan)
    contacts = Q()
    for text in (*own.phone, *own.email):
        contacts |= Q(search_text__contains=text)
    if contacts:
        known = PartyContact.objects.filter(contacts).values_list("party_id", flat=True)
        shared |= Q(pk__in=list(known[:CANDIDATES]))
    rows = Party.objects.for_user(user).filter(shared, deleted_at=None) if shared else Party.objects.none()
    return rows.exclude(pk=party.pk).order_by().prefetch_related("contacts")[:CANDIDATES]


def duplicate_pairs(user: Any) -> list[tuple[Party, Likeness]]:
    """All pairs in the user's reach, likeliest first.

    Only parties are compared that share a number, an address or the first letters of a word of their name,
    and only where fewer than ``CROWD`` do: what a whole crowd shares tells nothing.
    """
    with_pan = may(user, "parties.see_pan")
    rows = Party.objects.for_user(user).filter(deleted_at=None).prefetch_related("contacts").order_by("id")
    known = {party.pk: (party, identity_of(party, with_pan=with_pan)) for party in rows}
    shared: dict[tuple[str, str], list[int]] = defaultdict(list)
    for pk, (_party, identity) in known.items():
        for mark in set(_marks(identity)):
            shared[mark].append(pk)
    pairs = {pair for keys in shared.values() if len(keys) <= CROWD for pair in combinations(keys, 2)}
    found = []
    for first, second in sorted(pairs):
        (party, own), (other, others) = known[first], known[second]
        score, fields = likeness(own, others)
        if score >= SHOWN_FROM:
            found.append((party, Likeness(other, score, fields)))
    return sorted(found, key=lambda pair: (-pair[1].score, pair[0].display_name))


def _marks(identity: Identity) -> Iterator[tuple[str, str]]:
    for name in ("gstin", "pan"):
        if getattr(identity, name):
            yield name, getattr(identity, name)
    for name in ("phone", "email"):
        for value in getattr(identity, name):
            yield name, value
    for key in identity.names:
        yield "name", key
        for word in key.split():
            if len(word) >= 4:
                yield "word", word[:5]

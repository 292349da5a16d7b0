"""What the sign-in of ``accounts`` asks about identity providers."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from apps.accounts.models import SignInSession, User
from apps.accounts.ways import Button, OtherWay
from apps.core.tenant import signer
from apps.sso.choices import Force
from apps.sso.models import IdentityProvider
from apps.sso.refusals import SsoRequired
from apps.sso.services import policy
from apps.sso.services.signing import of_sign_in, sign_in_begun


class SsoWay(OtherWay):
    def buttons(self, page: str) -> list[Button]:
        found = IdentityProvider.objects.filter(active=True, deleted_at=None).only("code", "name")
        return [Button(one.name, _with_page("sso_start", one.code, page)) for one in found]

    def is_for_all(self) -> bool:
        return policy.policy_get().force == Force.ALL

    def local_refuse(self, user: User) -> None:
        if not policy.is_covered(user):
            return
        pages = [{"name": button.name, "url": button.url} for button in self.buttons("")]
        raise SsoRequired(
            _("Your organisation requires you to sign in through its identity provider."),
            data={"sign_in": pages},
        )

    def factor_required(self, user: User) -> bool:
        return policy.keeps_password(user)

    def started(self, session: SignInSession, ref: int) -> None:
        sign_in_begun(session, ref)

    def sign_out_page(self, session: SignInSession) -> str:
        row = of_sign_in(session)
        if row is None or not row.identity.provider.sign_out_there:
            return ""
        return f"{reverse('sso_signed_out')}?{urlencode({'of': signer('sso-out').sign(str(row.pk))})}"

    def confirm_page(self, session: SignInSession, page: str) -> str:
        row = of_sign_in(session)
        if row is None or not row.identity.provider.active:
            return ""
        return _with_page("sso_confirm", row.identity.provider.code, page)

    def rights_changed(self) -> None:
        policy.password_administrator_must_remain()


def _with_page(name: str, code: str, page: str) -> str:
    address = reverse(name, kwargs={"code": code})
    return f"{address}?{urlencode({'next': page})}" if page and page != "/" else address

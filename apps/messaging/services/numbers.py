"""Confirming the phone for notifications: the codes, limits and waits are those of sign-in codes."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import ChallengePurpose, FactorMethod
from apps.accounts.services.challenges import ChallengeOver, challenge_answer, challenge_send, challenge_start
from apps.accounts.services.factors import phone_clean
from apps.core.uow import run_in_unit_of_work
from apps.messaging.models import TextNumber
from apps.messaging.services.notices import number_set


def code_ask(user: Any, phone: str, request: Any) -> tuple[str, str]:
    """Text a code to ``phone`` → (token, masked number).

    Raises InvalidInput (``phone``), Refused (no gateway), TooManyAttempts.
    """
    number = phone_clean(phone)
    token = challenge_start(user, ChallengePurpose.ENROL, method=FactorMethod.SMS, phone=number)
    sent = challenge_send(token, ChallengePurpose.ENROL, FactorMethod.SMS, request)
    return token, sent["sent_to"]


def code_typed(user: Any, token: str, code: str, request: Any) -> TextNumber:
    """The number is confirmed. Raises ChallengeOver, SignInRefused, TooManyAttempts.

    Not in a unit of work: a wrong code has to be counted, whatever is answered.
    """
    proven = challenge_answer(
        token,
        ChallengePurpose.ENROL,
        method=FactorMethod.SMS,
        answer=code,
        request=request,
        expected=user,
    )
    if not proven.challenge.phone:
        raise ChallengeOver("no phone")
    return run_in_unit_of_work(lambda: number_set(user, proven.challenge.phone))

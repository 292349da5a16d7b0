from apps.parties.models.bank import PartyBankAccount
from apps.parties.models.party import Party, PartyAddress, PartyContact, PartyUserGrant
from apps.parties.models.terms import PaymentTerms

__all__ = ["Party", "PartyAddress", "PartyBankAccount", "PartyContact", "PartyUserGrant", "PaymentTerms"]

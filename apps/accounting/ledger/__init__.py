"""The ledger's public side: ``post`` and ``reverse`` are the only writers of journal entries."""

from apps.accounting.ledger.door import guards_deferred, post, reversal_day, reverse, reverse_all
from apps.accounting.ledger.posting import Posting, PostingLine
from apps.accounting.ledger.roles import AccountBook, account_books_kept, account_for

__all__ = [
    "AccountBook",
    "Posting",
    "PostingLine",
    "account_books_kept",
    "account_for",
    "guards_deferred",
    "post",
    "reversal_day",
    "reverse",
    "reverse_all",
]

from apps.audit.models.entry import AuditEntry, AuditSeal, AuditWaiting

__all__ = ["AuditEntry", "AuditSeal", "AuditWaiting"]

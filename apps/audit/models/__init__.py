from apps.audit.models.entry import AuditEntry, AuditErasure, AuditSeal, AuditWaiting

__all__ = ["AuditEntry", "AuditErasure", "AuditSeal", "AuditWaiting"]

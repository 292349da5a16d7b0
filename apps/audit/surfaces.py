"""Access of the page and the job that verify the trail."""

from apps.core.surfaces import codes, declare, declare_jobs

declare({"audit_auditentry_verify": codes("audit.verify_audit")})
declare_jobs({"audit.run_verification": codes("audit.verify_audit")})

"""Reports that take long: worked out by a background job, kept as its result, shown from there.

A person sees what he himself had worked out: the answer holds only what he may see. Jobs and with them the
answers are kept for 60 days (``runtime.services.cleaning``).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import NotAllowed, Refused
from apps.datatools.reports.definition import (
    Answer,
    Check,
    Column,
    Record,
    Report,
    Row,
    report_allowed,
    reports,
)
from apps.datatools.reports.params import values_read
from apps.datatools.reports.render import plain, report_data
from apps.runtime.models import ENDED, Job, JobState
from apps.runtime.services.jobs import job_progress, job_start, task

TASK = "datatools.report_run"


def given_of(report: Report, values: dict[str, Any]) -> dict[str, Any]:
    """The parameters that a person chose, as JSON values: what an answer is found by."""
    found = {param.name: _given(values.get(param.name)) for param in report.params if not param.hidden}
    return {name: value for name, value in found.items() if value is not None}


def _given(value: Any) -> Any:
    """A value as an address says it: days of an ageing are ``30,60,90``."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else plain(value)


def values_again(report: Report, given: dict[str, Any], user: Any) -> dict[str, Any]:
    """The values of what ``given_of`` kept, as they hold for this person now. Raises InvalidInput."""
    return values_read(report, {name: str(value) for name, value in given.items()}, user)


def stored_start(report: Report, values: dict[str, Any], *, by: Any) -> Job:
    """Have the report worked out; the job that is at it already, if there is one."""
    given = given_of(report, values)
    running = _jobs(report, given, by).exclude(state__in=ENDED).first()
    return running or job_start(report_run, title=str(report.title), by=by, name=report.name, given=given)


def stored_jobs(report: Report, values: dict[str, Any], user: Any) -> tuple[Job | None, Job | None]:
    """(the newest finished job with these parameters, the one that is running or failed after it)."""
    jobs = _jobs(report, given_of(report, values), user)
    newest = jobs.first()
    if newest is None or newest.state == JobState.DONE:
        return newest, None
    return jobs.filter(state=JobState.DONE).first(), newest


def _jobs(report: Report, given: dict[str, Any], user: Any) -> Any:
    arguments = {"name": report.name, "given": given}
    return Job.objects.filter(task=TASK, owner_id=user.pk, arguments=arguments).order_by("-pk")


def answer_of(report: Report, values: dict[str, Any], user: Any) -> Answer:
    """Worked out in one transaction; a slow report as its last job left it (else Refused ``not_run``)."""
    if report.slow:
        done, _running = stored_jobs(report, values, user)
        if done is None:
            raise Refused(_("Have this report worked out first."), code="not_run")
        return stored_answer(done, values.get("company"))
    with transaction.atomic():
        return report.build(values, user)


def stored_answer(job: Job, company: Any) -> Answer:
    """The kept answer as reports are shown and exported."""
    data = job.result["answer"]
    columns = [Column(c["key"], c["label"], c.get("kind", "text"), c["weight"]) for c in data["columns"]]
    figures = [column.key for column in columns if column.numeric]
    return Answer(
        columns=columns,
        rows=[
            Row(
                row["cells"] | {key: _figure(row["cells"].get(key)) for key in figures},
                row["kind"],
                row["level"],
                {key: Record(kind, pk) for key, (kind, pk) in row["links"].items()},
            )
            for row in data["rows"]
        ],
        totals=data["totals"],
        checks=[Check(check["label"], _figure(check["difference"])) for check in data["checks"]],
        company=company,
        period=data["period"],
        subtitle=data["subtitle"],
    )


def _figure(value: Any) -> Any:
    """An amount that was kept as a text; whole numbers were kept as they are."""
    if value is None or isinstance(value, int):
        return value
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def answer_data(answer: Answer) -> dict[str, Any]:
    """An answer as JSON, the other way round than ``stored_answer``."""
    return {
        "columns": [
            {"key": c.key, "label": str(c.label), "kind": c.kind, "weight": c.weight} for c in answer.columns
        ],
        "rows": [
            {
                "cells": {key: plain(value) for key, value in row.cells.items()},
                "kind": row.kind,
                "level": row.level,
                "links": {
                    key: [link.kind, link.pk] for key, link in row.links.items() if isinstance(link, Record)
                },
            }
            for row in answer.rows
        ],
        "totals": plain(answer.totals),
        "checks": [{"label": str(c.label), "difference": plain(c.difference)} for c in answer.checks],
        "period": str(answer.period),
        "subtitle": str(answer.subtitle),
    }


def stored_data(report: Report, values: dict[str, Any], user: Any) -> dict[str, Any]:
    """What the API answers: the kept report (without one: no rows, ``balanced`` null) and the job."""
    done, running = stored_jobs(report, values, user)
    if done is None:
        empty = Answer(columns=[], rows=[])
        data = report_data(report, empty, values) | {"balanced": None}
    else:
        data = report_data(report, stored_answer(done, values.get("company")), values)
    return data | {
        "worked_out_at": done.finished_at.isoformat() if done is not None and done.finished_at else None,
        "job": running.pk if running is not None else None,
        "job_status": running.state if running is not None else None,
    }


@task
def report_run(job: Job, *, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Work a report out for the job's owner, with his rights as they are now."""
    from django.contrib.auth import get_user_model
    from django.urls import reverse
    from django.utils.http import urlencode

    report = reports()[name]
    owner = get_user_model().objects.get(pk=job.owner_id)
    if not report_allowed(report, owner):
        raise NotAllowed(_("You may not see this report."))
    values = values_again(report, given, owner)
    values["progress"] = lambda done, total: job_progress(job, done, total)
    answer = report.build(values, owner)
    address = f"{reverse(report.url_name)}?{urlencode(given)}"
    return {"answer": answer_data(answer), "balanced": answer.balanced, "url": address}

"""Three ways to one schema: built at once, replayed, migrated; and still one after an upgrade."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from apps.core.tenant import organisation_context
from apps.tenancy.models import Organisation
from apps.tenancy.services.provisioning import organisation_create, organisation_provision
from apps.tenancy.services.schema_build import schema_build, schema_replay, template_build
from apps.tenancy.services.upgrade import pending_names, plan_collect, schemas_upgrade
from tests.kit.facts import differences, schema_facts

pytestmark = pytest.mark.commits


def facts(connection: Any, schema: str, **kwargs: Any) -> dict[str, set[Any]]:
    with connection.cursor() as cursor:
        return schema_facts(cursor, schema, **kwargs)


def test_built_and_replayed_schemas_are_equal(owner):
    schema_replay("org_replayed")
    template, replayed = facts(owner, "bahi_template"), facts(owner, "org_replayed")
    assert len(template["columns"]) > 500
    assert len(template["triggers"]) > 5
    assert template["privileges"]
    assert differences(template, replayed) == {}
    assert differences(template, facts(owner, "org_acme")) == {}


def test_facts_see_every_kind_of_difference(owner):
    before = facts(owner, "org_acme")
    with owner.cursor() as cursor:
        cursor.execute("SET search_path = org_acme, public")
        cursor.execute("ALTER TABLE parties_party ADD COLUMN extra integer DEFAULT 3 CHECK (extra > 1)")
        cursor.execute("CREATE INDEX extra_i ON parties_party (extra)")
        cursor.execute("CREATE SEQUENCE extra_s")
        cursor.execute("REVOKE ALL ON parties_party FROM PUBLIC")
        cursor.execute("GRANT SELECT ON parties_party TO PUBLIC")
        cursor.execute(
            "CREATE FUNCTION extra_f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        cursor.execute("CREATE TRIGGER extra_t AFTER INSERT ON parties_party EXECUTE FUNCTION extra_f()")
    owner.set_schema_to_public()
    assert set(differences(before, facts(owner, "org_acme"))) == {
        "columns", "constraints", "indexes", "triggers", "functions", "sequences", "privileges",
    }  # fmt: skip


@pytest.mark.full
def test_true_migrate_gives_the_built_schema(owner):
    with owner.cursor() as cursor:
        cursor.execute("CREATE SCHEMA org_migrated")
    call_command("migrate_schemas", schema_name="org_migrated", verbosity=0, interactive=False)
    owner.set_schema_to_public()
    from apps.tenancy.services.schema_build import grant_run_time

    grant_run_time("org_migrated")
    template = facts(owner, "bahi_template", positions=False)
    assert differences(template, facts(owner, "org_migrated", positions=False)) == {}


class Added(migrations.Migration):
    """One upgrade: a column, a constraint, an index, a table with a trigger-less key to an old one."""

    dependencies = [("parties", "0001_initial")]
    operations = [
        migrations.AddField("party", "rating", models.PositiveSmallIntegerField(default=3)),
        migrations.AddConstraint(
            "party",
            models.CheckConstraint(condition=models.Q(rating__lte=5), name="parties_rating_to_five"),
        ),
        migrations.AddIndex("party", models.Index(fields=["rating"], name="parties_rating_i")),
        migrations.AlterField("party", "phone", models.CharField(max_length=30, blank=True, default="")),
        migrations.CreateModel(
            "Remark",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("text", models.CharField(max_length=50)),
                ("party", models.ForeignKey("parties.party", on_delete=models.CASCADE)),
            ],
        ),
        migrations.RunSQL("UPDATE parties_party SET rating = 4", migrations.RunSQL.noop),
    ]


@pytest.fixture
def added(monkeypatch):
    """The plan has one migration more, as a newer version would bring it."""
    load = MigrationLoader.load_disk

    def load_disk(self):
        load(self)
        self.disk_migrations["parties", "0002_added"] = Added("0002_added", "parties")

    monkeypatch.setattr(MigrationLoader, "load_disk", load_disk)


def test_upgraded_schema_equals_a_fresh_one_and_keeps_its_rows(owner, added):
    from apps.parties.models import Party

    with organisation_context("org_acme"):
        Party.objects.create(legal_name="Kept", display_name="Kept")
    assert pending_names("org_acme") == [("parties", "0002_added")]
    results = list(schemas_upgrade())
    assert [(r.slug, r.replayed, r.error) for r in results] == [("acme", True, ""), ("zenith", True, "")]
    assert pending_names("org_acme") == []
    assert list(schemas_upgrade()) == []
    schema_build("org_fresh")
    fresh = facts(owner, "org_fresh", positions=False)
    assert {row[0] for row in fresh["columns"]} >= {"parties_remark"}
    assert differences(fresh, facts(owner, "org_acme", positions=False)) == {}
    template_build()
    schema_replay("org_new")
    assert differences(facts(owner, "bahi_template"), facts(owner, "org_new")) == {}
    assert differences(fresh, facts(owner, "org_new", positions=False)) == {}
    with owner.cursor() as cursor:
        cursor.execute("SELECT rating FROM org_acme.parties_party WHERE display_name = 'Kept'")
        assert cursor.fetchall() == [(4,)]
    call_command("migrate_schemas", schema_name="org_acme", verbosity=0, interactive=False)


@pytest.mark.full
def test_replay_and_ordinary_upgrade_give_the_same(owner, added):
    call_command("migrate_schemas", schema_name="org_acme", verbosity=0, interactive=False)
    owner.set_schema_to_public()
    from apps.tenancy.services.schema_build import grant_run_time

    grant_run_time("org_acme")
    (result,) = list(schemas_upgrade())
    assert (result.slug, result.replayed) == ("zenith", True)
    assert differences(facts(owner, "org_acme"), facts(owner, "org_zenith")) == {}


def test_one_failing_organisation_stops_alone_and_is_not_served(owner, added, client):
    with owner.cursor() as cursor:
        cursor.execute("ALTER TABLE org_acme.parties_party ADD COLUMN rating integer")
    results = {result.slug: result for result in schemas_upgrade(parallel=2)}
    assert "already exists" in results["acme"].error
    assert results["zenith"].error == ""
    acme = Organisation.objects.get(slug="acme")
    assert "already exists" in acme.upgrade_error
    assert pending_names("org_acme") == [("parties", "0002_added")]
    assert client.get("/", HTTP_HOST="acme.localhost").status_code == 503
    owner.set_schema_to_public()
    with owner.cursor() as cursor:
        cursor.execute("ALTER TABLE org_acme.parties_party DROP COLUMN rating")
    (again,) = list(schemas_upgrade())
    assert (again.slug, again.error) == ("acme", "")
    assert Organisation.objects.get(slug="acme").upgrade_error == ""
    assert client.get("/", HTTP_HOST="acme.localhost").status_code == 302


@pytest.mark.full
def test_plan_with_python_goes_the_ordinary_way(owner, added, monkeypatch):
    ran = []
    step = migrations.RunPython(lambda apps, editor: ran.append(editor.connection.schema_name))
    monkeypatch.setattr(Added, "operations", [*Added.operations[:1], step])
    assert plan_collect("org_acme").statements == []
    results = list(schemas_upgrade())
    assert {(r.slug, r.replayed, r.error) for r in results} == {("acme", False, ""), ("zenith", False, "")}
    assert sorted(ran) == ["org_acme", "org_zenith"]


def test_provisioning_can_be_repeated_after_a_crash(owner):
    organisation = organisation_create(slug="third", name="Third")
    schema_replay("org_third")
    steps: list[str] = []
    organisation_provision(organisation, progress=steps.append)
    assert steps == ["Building the tables", "Filling the masters"]
    with organisation_context("org_third"):
        from apps.company.models import Currency

        assert Currency.objects.filter(code="INR").exists()
    assert differences(facts(owner, "org_acme"), facts(owner, "org_third")) == {}

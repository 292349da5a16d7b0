import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('company', '0001_initial'),
        ('parties', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CostCentre',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('search_text', models.TextField(blank=True, default='', editable=False)),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, verbose_name='custom fields')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='tags')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='dimensions.costcentre', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'cost centre',
                'verbose_name_plural': 'cost centres',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HistoricalCostCentre',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, verbose_name='custom fields')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='tags')),
                ('code', models.CharField(db_index=True, max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='dimensions.costcentre', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'historical cost centre',
                'verbose_name_plural': 'historical cost centres',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalProject',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, verbose_name='custom fields')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='tags')),
                ('code', models.CharField(db_index=True, max_length=30, verbose_name='code')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('active', 'Active'), ('on_hold', 'On hold'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], default='planned', max_length=12, verbose_name='state')),
                ('start', models.DateField(blank=True, null=True, verbose_name='from')),
                ('end', models.DateField(blank=True, null=True, verbose_name='to')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('company', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='company.company', verbose_name='company')),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('party', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.party', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'historical project',
                'verbose_name_plural': 'historical projects',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('search_text', models.TextField(blank=True, default='', editable=False)),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, verbose_name='custom fields')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='tags')),
                ('code', models.CharField(max_length=30, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('active', 'Active'), ('on_hold', 'On hold'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], default='planned', max_length=12, verbose_name='state')),
                ('start', models.DateField(blank=True, null=True, verbose_name='from')),
                ('end', models.DateField(blank=True, null=True, verbose_name='to')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='company.company', verbose_name='company')),
                ('party', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.party', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'project',
                'verbose_name_plural': 'projects',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='costcentre',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='costcentre_srch_dimensions', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddConstraint(
            model_name='costcentre',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='dimensions_costcentre_not_own_parent'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='costcentre',
            trigger=pgtrigger.compiler.Trigger(name='no_circle', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.parent_id IS NOT NULL AND NEW.parent_id IS DISTINCT FROM OLD.parent_id)', declare='DECLARE above bigint;', func="\n            PERFORM pg_advisory_xact_lock(hashtextextended(TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, 0));\n            above := NEW.parent_id;\n            FOR step IN 1..1000 LOOP\n                EXIT WHEN above IS NULL OR above = NEW.id;\n                EXECUTE format('SELECT parent_id FROM %I.%I WHERE id = $1', TG_TABLE_SCHEMA, TG_TABLE_NAME)\n                    INTO above USING above;\n            END LOOP;\n            IF above IS NOT NULL THEN\n                RAISE EXCEPTION 'a row of % would lie inside itself', TG_TABLE_NAME\n                    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_no_circle';\n            END IF;\n            RETURN NEW;", hash='3934e576b7af07238eb009007854aa0785abcffb', operation='UPDATE', pgid='pgtrigger_no_circle_1325b', table='dimensions_costcentre', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalcostcentre',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'dimensions.costcentre\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM dimensions_historicalcostcentre h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='b61b77be2bdc9cd398ceb43283878eb2de2c93b8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_86739', referencing='REFERENCING NEW TABLE AS written ', table='dimensions_historicalcostcentre', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalproject',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'dimensions.project\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM dimensions_historicalproject h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='465dc47cf31a83941c125c6cbc17a8899f9e4bcc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_f8ea3', referencing='REFERENCING NEW TABLE AS written ', table='dimensions_historicalproject', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='project',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='project_srch_dimensions', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('start__isnull', True), ('end__isnull', True), ('end__gte', models.F('start')), _connector='OR'), name='dimensions_project_dates', violation_error_message='The end is before the start.'),
        ),
    ]

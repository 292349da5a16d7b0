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
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='dimensions_centre_not_own_parent'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalcostcentre',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE before jsonb; after jsonb; delta jsonb; who jsonb;', func='\nafter := to_jsonb(NEW) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'];\nIF NEW.history_type = \'~\' THEN\n  SELECT to_jsonb(h) INTO before FROM dimensions_historicalcostcentre h\n   WHERE h.id = NEW.id AND h.history_id < NEW.history_id ORDER BY h.history_id DESC LIMIT 1;\nEND IF;\nSELECT coalesce(jsonb_object_agg(key, jsonb_build_array(before -> key, value)), \'{}\') INTO delta\n  FROM jsonb_each(after) WHERE value IS DISTINCT FROM coalesce(before -> key, \'null\')\n   AND (before IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'));\nIF NEW.history_type = \'~\' AND delta = \'{}\' THEN RETURN NULL; END IF;\nwho := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id, label,\n    address, request_id, path, changes, detail, content_hash)\nVALUES (CASE NEW.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'dimensions.costcentre\', NEW.id,\n    left(coalesce(nullif(after ->> \'number\', \'\'), nullif(after ->> \'name\', \'\'), after ->> \'code\', \'\'), 200),\n    NEW.actor_kind, NEW.history_user_id, NEW.actor_label, coalesce(who ->> \'address\', \'\'),\n    coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'), delta, \'{}\', \'\');\nRETURN NULL;\n', hash='f34b1a9db9219a6e702a7efb9df566753342f6cb', operation='INSERT', pgid='pgtrigger_audited_86739', table='dimensions_historicalcostcentre', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalproject',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE before jsonb; after jsonb; delta jsonb; who jsonb;', func='\nafter := to_jsonb(NEW) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'];\nIF NEW.history_type = \'~\' THEN\n  SELECT to_jsonb(h) INTO before FROM dimensions_historicalproject h\n   WHERE h.id = NEW.id AND h.history_id < NEW.history_id ORDER BY h.history_id DESC LIMIT 1;\nEND IF;\nSELECT coalesce(jsonb_object_agg(key, jsonb_build_array(before -> key, value)), \'{}\') INTO delta\n  FROM jsonb_each(after) WHERE value IS DISTINCT FROM coalesce(before -> key, \'null\')\n   AND (before IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'));\nIF NEW.history_type = \'~\' AND delta = \'{}\' THEN RETURN NULL; END IF;\nwho := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id, label,\n    address, request_id, path, changes, detail, content_hash)\nVALUES (CASE NEW.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'dimensions.project\', NEW.id,\n    left(coalesce(nullif(after ->> \'number\', \'\'), nullif(after ->> \'name\', \'\'), after ->> \'code\', \'\'), 200),\n    NEW.actor_kind, NEW.history_user_id, NEW.actor_label, coalesce(who ->> \'address\', \'\'),\n    coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'), delta, \'{}\', \'\');\nRETURN NULL;\n', hash='1d50fdbaac369d4d9db283b6d8881b905ec1b536', operation='INSERT', pgid='pgtrigger_audited_f8ea3', table='dimensions_historicalproject', when='AFTER')),
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

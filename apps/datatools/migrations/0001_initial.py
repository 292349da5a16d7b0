import django.core.serializers.json
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('files', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalImportMapping',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('target', models.CharField(max_length=80, verbose_name='what')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('columns', models.JSONField(default=dict, verbose_name='columns')),
                ('options', models.JSONField(blank=True, default=dict, verbose_name='options')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical column map',
                'verbose_name_plural': 'historical column maps',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ImportMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('target', models.CharField(max_length=80, verbose_name='what')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('columns', models.JSONField(default=dict, verbose_name='columns')),
                ('options', models.JSONField(blank=True, default=dict, verbose_name='options')),
            ],
            options={
                'verbose_name': 'column map',
                'verbose_name_plural': 'column maps',
                'constraints': [models.UniqueConstraint(fields=('target', 'name'), name='datatools_mapping_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target', models.CharField(max_length=80, verbose_name='what')),
                ('origin', models.CharField(choices=[('file', 'File'), ('edit', 'Bulk edit')], default='file', max_length=4, verbose_name='rows from')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('columns', models.JSONField(default=dict)),
                ('options', models.JSONField(default=dict)),
                ('corrections', models.JSONField(default=dict, verbose_name='corrected cells')),
                ('mode', models.CharField(choices=[('all_or_nothing', 'All or nothing'), ('skip_bad', 'Skip bad rows')], default='all_or_nothing', max_length=16, verbose_name='mode')),
                ('dry_run', models.BooleanField(default=False, verbose_name='dry run')),
                ('state', models.CharField(choices=[('checked', 'Checked'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='running', max_length=10, verbose_name='state')),
                ('record_count', models.PositiveIntegerField(default=0, verbose_name='records')),
                ('done_count', models.PositiveIntegerField(default=0, verbose_name='handled')),
                ('created_count', models.PositiveIntegerField(default=0, verbose_name='created')),
                ('updated_count', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('skipped_count', models.PositiveIntegerField(default=0, verbose_name='skipped')),
                ('errors', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('notes', models.JSONField(default=list, verbose_name='notes')),
                ('job_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('finished_at', models.DateTimeField(null=True)),
                ('undo_state', models.CharField(blank=True, choices=[('running', 'Being taken back'), ('partly', 'Partly taken back'), ('done', 'Taken back')], default='', max_length=8, verbose_name='taken back')),
                ('undo_job_id', models.BigIntegerField(null=True)),
                ('undone_at', models.DateTimeField(null=True, verbose_name='taken back at')),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ImportedRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('target_kind', models.CharField(max_length=80)),
                ('target_id', models.BigIntegerField()),
                ('created', models.BooleanField(verbose_name='created')),
                ('binned', models.BooleanField(default=False)),
                ('history_id', models.BigIntegerField(null=True)),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('undone_at', models.DateTimeField(null=True, verbose_name='taken back at')),
                ('refusal', models.TextField(blank=True, default='', verbose_name='why it stayed')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='datatools.importrun')),
            ],
            options={
                'verbose_name': 'imported record',
                'verbose_name_plural': 'imported records',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list_kind', models.CharField(max_length=80)),
                ('name', models.CharField(blank=True, default='', max_length=80, verbose_name='name')),
                ('is_shared', models.BooleanField(default=False, verbose_name='shared')),
                ('query', models.CharField(blank=True, default='', max_length=6000)),
                ('columns', models.JSONField(blank=True, default=list)),
                ('widths', models.JSONField(blank=True, default=dict)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('roles', models.ManyToManyField(blank=True, related_name='+', to='accounts.role', verbose_name='roles')),
            ],
        ),
        migrations.CreateModel(
            name='DefaultView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list_kind', models.CharField(max_length=80)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('role', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.role')),
                ('view', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='defaults', to='datatools.savedview')),
            ],
        ),
        migrations.CreateModel(
            name='ExportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('list', 'List'), ('api', 'API'), ('report', 'Report')], max_length=6, verbose_name='rows from')),
                ('key', models.CharField(max_length=120, verbose_name='what')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('form', models.CharField(max_length=4, verbose_name='format')),
                ('asked', models.JSONField(default=dict)),
                ('rights', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('row_count', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('job_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('ready_at', models.DateTimeField(null=True, verbose_name='ready')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='kept until')),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('file', None), models.Q(('expires_at__isnull', False), ('ready_at__isnull', False)), _connector='OR'), name='datatools_export_file_expires')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalimportmapping',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'datatools.importmapping\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM datatools_historicalimportmapping h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='b37bd79a066d1010db6327ff2a9d9453ce996e86', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_f314e', referencing='REFERENCING NEW TABLE AS written ', table='datatools_historicalimportmapping', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='importedrecord',
            constraint=models.UniqueConstraint(fields=('target_id', 'target_kind', 'run'), name='datatools_imported_record_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('list_kind', 'owner', 'name'), name='datatools_view_once'),
        ),
        migrations.AddConstraint(
            model_name='defaultview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owner__isnull', False), ('role', None)), models.Q(('owner', None), ('role__isnull', False), ('view__isnull', False)), _connector='OR'), name='datatools_default_of_one'),
        ),
        migrations.AddConstraint(
            model_name='defaultview',
            constraint=models.UniqueConstraint(fields=('list_kind', 'owner'), name='datatools_default_owner_once'),
        ),
        migrations.AddConstraint(
            model_name='defaultview',
            constraint=models.UniqueConstraint(fields=('list_kind', 'role'), name='datatools_default_role_once'),
        ),
    ]

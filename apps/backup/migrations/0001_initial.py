import apps.core.secrets
import datetime
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DataExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner_id', models.BigIntegerField()),
                ('job_id', models.BigIntegerField(null=True)),
                ('path', models.CharField(blank=True, default='', max_length=100)),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('sha256', models.CharField(blank=True, default='', max_length=64)),
                ('tables', models.PositiveIntegerField(default=0, verbose_name='tables')),
                ('rows', models.PositiveBigIntegerField(default=0, verbose_name='rows')),
                ('files', models.PositiveIntegerField(default=0, verbose_name='files')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('ready_at', models.DateTimeField(null=True, verbose_name='ready')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='kept until')),
                ('taken_at', models.DateTimeField(null=True, verbose_name='downloaded')),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'data export',
                'verbose_name_plural': 'data exports',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='BackupPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('at', models.TimeField(default=datetime.time(1, 40), verbose_name='nightly at')),
                ('keep_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days kept')),
                ('place', models.CharField(choices=[('installation', 'where the installation keeps its backups'), ('bucket', 'a bucket of our own (S3)')], default='installation', max_length=12, verbose_name='kept')),
                ('endpoint', models.CharField(blank=True, default='', max_length=200, validators=[django.core.validators.RegexValidator('^[!-~]+$')], verbose_name='address of the store')),
                ('region', models.CharField(blank=True, default='us-east-1', max_length=40, validators=[django.core.validators.RegexValidator('^[a-z0-9-]+$', 'a-z, 0-9, -')], verbose_name='region')),
                ('bucket', models.CharField(blank=True, default='', max_length=63, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9.-]{2,62}$', '3 to 63 of a-z, 0-9, . and -')], verbose_name='bucket')),
                ('prefix', models.CharField(blank=True, default='', max_length=100, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$', 'Names of A-Z, a-z, 0-9, _ and - with /')], verbose_name='folder in it')),
                ('access_key', models.CharField(blank=True, default='', max_length=128, validators=[django.core.validators.RegexValidator('^[!-~]+$')], verbose_name='access key')),
                ('secret', apps.core.secrets.SecretField()),
                ('warned_at', models.DateTimeField(editable=False, null=True)),
                ('only', models.BooleanField(default=True, editable=False, unique=True)),
            ],
            options={
                'verbose_name': 'backup plan',
                'verbose_name_plural': 'backup plan',
                'constraints': [models.CheckConstraint(condition=models.Q(('secret', ''), ('secret__startswith', 'v1.'), _connector='OR'), name='backup_plan_sealed'), models.CheckConstraint(condition=models.Q(('only', True)), name='backup_plan_only_one'), models.CheckConstraint(condition=models.Q(('keep_days__isnull', True), ('keep_days__gte', 1), _connector='OR'), name='backup_plan_kept'), models.CheckConstraint(condition=models.Q(models.Q(('place', 'bucket'), _negated=True), models.Q(models.Q(('endpoint', ''), _negated=True), models.Q(('bucket', ''), _negated=True), models.Q(('access_key', ''), _negated=True), models.Q(('secret', ''), _negated=True)), _connector='OR'), name='backup_plan_whole_bucket')],
            },
        ),
        migrations.CreateModel(
            name='BackupRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('nightly', models.BooleanField(default=False)),
                ('place', models.CharField(choices=[('installation', 'where the installation keeps its backups'), ('bucket', 'a bucket of our own (S3)')], max_length=12)),
                ('name', models.CharField(blank=True, default='', max_length=200, verbose_name='file')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('error', models.CharField(blank=True, default='', max_length=300, verbose_name='why not')),
            ],
            options={
                'verbose_name': 'backup that was made',
                'verbose_name_plural': 'backups that were made',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('error__gt', ''), ('name', '')), models.Q(('error', ''), ('name__gt', '')), _connector='OR'), name='backup_run_name_or_error')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalBackupPlan',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('at', models.TimeField(default=datetime.time(1, 40), verbose_name='nightly at')),
                ('keep_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days kept')),
                ('place', models.CharField(choices=[('installation', 'where the installation keeps its backups'), ('bucket', 'a bucket of our own (S3)')], default='installation', max_length=12, verbose_name='kept')),
                ('endpoint', models.CharField(blank=True, default='', max_length=200, validators=[django.core.validators.RegexValidator('^[!-~]+$')], verbose_name='address of the store')),
                ('region', models.CharField(blank=True, default='us-east-1', max_length=40, validators=[django.core.validators.RegexValidator('^[a-z0-9-]+$', 'a-z, 0-9, -')], verbose_name='region')),
                ('bucket', models.CharField(blank=True, default='', max_length=63, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9.-]{2,62}$', '3 to 63 of a-z, 0-9, . and -')], verbose_name='bucket')),
                ('prefix', models.CharField(blank=True, default='', max_length=100, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$', 'Names of A-Z, a-z, 0-9, _ and - with /')], verbose_name='folder in it')),
                ('access_key', models.CharField(blank=True, default='', max_length=128, validators=[django.core.validators.RegexValidator('^[!-~]+$')], verbose_name='access key')),
                ('secret', apps.core.secrets.SecretField()),
                ('warned_at', models.DateTimeField(editable=False, null=True)),
                ('only', models.BooleanField(db_index=True, default=True, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical backup plan',
                'verbose_name_plural': 'historical backup plan',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalbackupplan',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'backup.backupplan\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM backup_historicalbackupplan h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='b2738273d5e7daded6e107a6f6854cd7ef1bc9cb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_eed8d', referencing='REFERENCING NEW TABLE AS written ', table='backup_historicalbackupplan', when='AFTER')),
        ),
    ]

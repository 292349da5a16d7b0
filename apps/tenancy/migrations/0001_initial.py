import apps.core.validators
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django_tenants.postgresql_backend.base
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='BrandPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('logo', 'Logo'), ('mark', 'Mark')], max_length=4)),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='DeletionRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=40, verbose_name='short name')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('requested_by', models.CharField(blank=True, default='', max_length=200, verbose_name='asked by')),
                ('facts', models.JSONField(default=dict, verbose_name='facts')),
                ('deleted_at', models.DateTimeField(verbose_name='deleted')),
                ('signature', models.CharField(max_length=200)),
            ],
            options={
                'verbose_name': 'record of a deletion',
                'verbose_name_plural': 'records of deletions',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(db_index=True, max_length=253, unique=True)),
                ('is_primary', models.BooleanField(db_index=True, default=True)),
            ],
            options={
                'verbose_name': 'domain',
                'verbose_name_plural': 'domains',
            },
        ),
        migrations.CreateModel(
            name='DomainClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(max_length=253, validators=[django.core.validators.RegexValidator('^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$', 'A name such as erp.example.in.')], verbose_name='domain')),
                ('token', models.CharField(max_length=64)),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='last looked up')),
                ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='verified')),
                ('error', models.CharField(blank=True, default='', max_length=200, verbose_name='last answer')),
            ],
            options={
                'verbose_name': 'own domain',
                'verbose_name_plural': 'own domains',
                'ordering': ['domain'],
            },
        ),
        migrations.CreateModel(
            name='ErasureRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_kind', models.CharField(max_length=60)),
                ('subject_id', models.BigIntegerField()),
                ('salt', models.CharField(max_length=32)),
                ('digest', models.CharField(max_length=64)),
                ('erased_at', models.DateTimeField()),
                ('signature', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schema_name', models.CharField(db_index=True, max_length=63, unique=True, validators=[django_tenants.postgresql_backend.base._check_schema_name])),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('slug', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,38}[a-z0-9]$', '3 to 40 of a-z, 0-9 and -.')], verbose_name='short name')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('state', models.CharField(choices=[('requested', 'Requested'), ('approved', 'Approved'), ('provisioning', 'Being set up'), ('failed', 'Set-up failed'), ('active', 'Active'), ('suspended', 'Suspended'), ('archived', 'Archived'), ('scheduled', 'To be deleted'), ('deleting', 'Being deleted'), ('removing', 'Being removed'), ('deleted', 'Deleted')], default='provisioning', max_length=16, verbose_name='state')),
                ('state_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='reason')),
                ('state_before', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('progress', models.CharField(blank=True, default='', max_length=200, verbose_name='progress')),
                ('setup', models.JSONField(blank=True, default=dict, editable=False)),
                ('delete_after', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted after')),
                ('upgrade_error', models.TextField(blank=True, default='', editable=False, verbose_name='last upgrade failed')),
                ('is_default', models.BooleanField(default=False, verbose_name='opens on localhost and by IP address')),
                ('is_demo', models.BooleanField(default=False, verbose_name='demo')),
                ('own_limits', models.JSONField(blank=True, default=dict, editable=False, verbose_name='limits of its own')),
                ('maintenance', models.BooleanField(default=False, verbose_name='maintenance')),
                ('maintenance_text', models.CharField(blank=True, default='', max_length=300, verbose_name='what people read')),
                ('maintenance_until', models.DateTimeField(blank=True, null=True, verbose_name='expected end')),
                ('operator_access', models.CharField(choices=[('allow', 'May enter; administrators are told'), ('ask', 'May enter after an administrator has approved it'), ('forbid', 'May not enter')], default='allow', max_length=8, verbose_name="platform's operator")),
                ('enabled_modules', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='modules')),
                ('country', models.CharField(default='IN', max_length=2, validators=[django.core.validators.RegexValidator('^[A-Za-z]{2}', 'Two letters, such as IN.')], verbose_name='country')),
                ('currency', models.CharField(default='INR', max_length=3, verbose_name='currency')),
                ('time_zone', models.CharField(default='Asia/Kolkata', max_length=60, validators=[apps.core.validators.zone_validator], verbose_name='time zone')),
                ('language', models.CharField(default='en', max_length=8, validators=[apps.core.validators.language_validator], verbose_name='language')),
                ('fiscal_year_start', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='fiscal year starts in month')),
                ('number_format', models.CharField(choices=[('indian', 'Indian: 1,23,45,678.50'), ('western', 'Western: 12,345,678.50')], default='indian', max_length=8, verbose_name='numbers')),
                ('date_format', models.CharField(choices=[('day_dash', '31-12-2026'), ('day_slash', '31/12/2026'), ('day_dot', '31.12.2026'), ('iso', '2026-12-31')], default='day_dash', max_length=10, verbose_name='dates')),
                ('logo_digest', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('mark_digest', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('accent', models.CharField(default='#0b63a5', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$')], verbose_name='accent colour')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='OrganisationJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=40, verbose_name='short name')),
                ('work', models.CharField(choices=[('provision', 'Set-up'), ('delete', 'Deletion'), ('restore', 'Restoring'), ('erase', 'Erasure of a person')], max_length=12, verbose_name='work')),
                ('source', models.CharField(blank=True, default='', max_length=200, verbose_name='backup')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=8, verbose_name='state')),
                ('step', models.CharField(blank=True, default='', max_length=200, verbose_name='step')),
                ('steps', models.JSONField(default=list, verbose_name='steps')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('error', models.CharField(blank=True, default='', max_length=300, verbose_name='error')),
                ('asked_by', models.CharField(blank=True, default='', max_length=200, verbose_name='asked by')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('queued_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(null=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'job on an organisation',
                'verbose_name_plural': 'jobs on organisations',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9-]+$', 'a-z, 0-9, -')], verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('users', models.PositiveIntegerField(blank=True, null=True, verbose_name='users')),
                ('companies', models.PositiveIntegerField(blank=True, null=True, verbose_name='companies')),
                ('storage', models.PositiveIntegerField(blank=True, null=True, verbose_name='storage (MB)')),
                ('documents', models.PositiveIntegerField(blank=True, null=True, verbose_name='documents a month')),
                ('api_calls', models.PositiveIntegerField(blank=True, null=True, verbose_name='API calls a day')),
                ('modules', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='allowed modules')),
                ('on_sign_up', models.BooleanField(default=False, verbose_name='given to organisations that sign up')),
            ],
            options={
                'verbose_name': 'plan',
                'verbose_name_plural': 'plans',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='PlatformState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('maintenance', models.BooleanField(default=False, verbose_name='maintenance of the whole platform')),
                ('maintenance_text', models.CharField(blank=True, default='', max_length=300, verbose_name='what people read')),
                ('maintenance_until', models.DateTimeField(blank=True, null=True, verbose_name='expected end')),
                ('sign_up', models.BooleanField(default=False, verbose_name='anybody may ask for an organisation')),
                ('backup_own_bucket', models.BooleanField(default=False, verbose_name="backups may go to a bucket of one's own")),
                ('backup_keep_days', models.PositiveSmallIntegerField(default=30, verbose_name='most days that backups are kept')),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'platform settings',
                'verbose_name_plural': 'platform settings',
            },
        ),
        migrations.CreateModel(
            name='SchemaBuild',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('sql', models.TextField()),
                ('built_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Usage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('metric', models.CharField(choices=[('users', 'Users'), ('companies', 'Companies'), ('storage', 'Storage (MB)'), ('documents', 'Documents this month'), ('api_calls', 'API calls today')], max_length=20)),
                ('period', models.CharField(max_length=10)),
                ('used', models.PositiveIntegerField(default=0)),
                ('warned', models.BooleanField(default=False)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deletionrecord',
            trigger=pgtrigger.compiler.Trigger(name='deletionrecord_no_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='9f070efb646fdaeeb2a755e59536059a93bc1d14', operation='UPDATE OR DELETE', pgid='pgtrigger_deletionrecord_no_change_aa325', table='tenancy_deletionrecord', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deletionrecord',
            trigger=pgtrigger.compiler.Trigger(name='deletionrecord_no_trunc', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='1a7d2dd1a3ba50efa950a77508cb61126fb1a205', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_deletionrecord_no_trunc_11ecb', table='tenancy_deletionrecord', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='erasurerecord',
            index=models.Index(fields=['subject_kind', 'subject_id'], name='tenancy_erasure_of'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='erasurerecord',
            trigger=pgtrigger.compiler.Trigger(name='erasurerecord_no_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='d0b520a3ea989460e9627a0952f422bd55354a3c', operation='UPDATE OR DELETE', pgid='pgtrigger_erasurerecord_no_change_b00cc', table='tenancy_erasurerecord', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='erasurerecord',
            trigger=pgtrigger.compiler.Trigger(name='erasurerecord_no_trunc', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='25a280b80273521287d877b573eab4870072a898', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_erasurerecord_no_trunc_2e898', table='tenancy_erasurerecord', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='domainclaim',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domain_claims', to='tenancy.organisation'),
        ),
        migrations.AddField(
            model_name='domain',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='tenancy.organisation'),
        ),
        migrations.AddField(
            model_name='brandpicture',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='tenancy.organisation'),
        ),
        migrations.AddField(
            model_name='organisationjob',
            name='organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='jobs', to='tenancy.organisation'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(condition=models.Q(('on_sign_up', True)), fields=('on_sign_up',), name='tenancy_one_sign_up_plan'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='plan',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.plan', verbose_name='plan'),
        ),
        migrations.AddConstraint(
            model_name='platformstate',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='tenancy_one_platform'),
        ),
        migrations.AddConstraint(
            model_name='platformstate',
            constraint=models.CheckConstraint(condition=models.Q(('backup_keep_days__gte', 1), ('backup_keep_days__lte', 3650)), name='tenancy_backups_kept'),
        ),
        migrations.AddField(
            model_name='usage',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organisation'),
        ),
        migrations.AddConstraint(
            model_name='domainclaim',
            constraint=models.UniqueConstraint(fields=('organisation', 'domain'), name='tenancy_claim_once'),
        ),
        migrations.AddConstraint(
            model_name='brandpicture',
            constraint=models.UniqueConstraint(fields=('organisation', 'part'), name='tenancy_picture_once'),
        ),
        migrations.AddConstraint(
            model_name='organisationjob',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'running'))), fields=('organisation',), name='tenancy_one_open_job'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='tenancy_one_default'),
        ),
        migrations.AddConstraint(
            model_name='usage',
            constraint=models.UniqueConstraint(fields=('organisation', 'metric', 'period'), name='tenancy_usage_once'),
        ),
    ]

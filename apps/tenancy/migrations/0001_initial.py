import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django_tenants.postgresql_backend.base
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
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
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schema_name', models.CharField(db_index=True, max_length=63, unique=True, validators=[django_tenants.postgresql_backend.base._check_schema_name])),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('slug', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,38}[a-z0-9]$', '3 to 40 of a-z, 0-9 and -.')], verbose_name='short name')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('state', models.CharField(choices=[('provisioning', 'Being set up'), ('active', 'Active'), ('suspended', 'Suspended'), ('scheduled', 'To be deleted'), ('failed', 'Set-up failed'), ('removing', 'Being removed'), ('deleted', 'Deleted')], default='provisioning', max_length=16, verbose_name='state')),
                ('state_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='reason')),
                ('progress', models.CharField(blank=True, default='', max_length=200, verbose_name='progress')),
                ('setup', models.JSONField(blank=True, default=dict, editable=False)),
                ('delete_after', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted after')),
                ('upgrade_error', models.TextField(blank=True, default='', editable=False, verbose_name='last upgrade failed')),
                ('is_default', models.BooleanField(default=False, verbose_name='opens on localhost and by IP address')),
                ('is_demo', models.BooleanField(default=False, verbose_name='demo')),
                ('enabled_modules', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='modules')),
                ('country', models.CharField(default='IN', max_length=2, verbose_name='country')),
                ('currency', models.CharField(default='INR', max_length=3, verbose_name='currency')),
                ('time_zone', models.CharField(default='Asia/Kolkata', max_length=60, verbose_name='time zone')),
                ('language', models.CharField(default='en', max_length=8, verbose_name='language')),
                ('fiscal_year_start', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='fiscal year starts in month')),
                ('accent', models.CharField(default='#0b63a5', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$')], verbose_name='accent colour')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='tenancy_one_default')],
            },
        ),
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(db_index=True, max_length=253, unique=True)),
                ('is_primary', models.BooleanField(db_index=True, default=True)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='tenancy.organisation')),
            ],
            options={
                'verbose_name': 'domain',
                'verbose_name_plural': 'domains',
            },
        ),
    ]

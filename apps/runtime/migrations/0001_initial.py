import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ScheduleState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='task')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('ran_at', models.DateTimeField(null=True, verbose_name='last run')),
                ('seconds', models.DecimalField(decimal_places=3, max_digits=9, null=True, verbose_name='seconds')),
                ('error', models.TextField(blank=True, default='', verbose_name='error')),
            ],
            options={
                'verbose_name': 'repeated task',
                'verbose_name_plural': 'repeated tasks',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField()),
                ('method', models.CharField(max_length=8)),
                ('path', models.CharField(max_length=300)),
                ('key', models.CharField(max_length=120)),
                ('body_hash', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('answer', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user_id', 'method', 'path', 'key'), name='runtime_idempotency_once')],
            },
        ),
        migrations.CreateModel(
            name='InboxEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.BigIntegerField()),
                ('consumer', models.CharField(max_length=120)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('event_id', 'consumer'), name='runtime_inbox_once')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.CharField(max_length=120)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('owner_id', models.BigIntegerField(null=True)),
                ('scopes', models.JSONField(editable=False, null=True)),
                ('visit_id', models.BigIntegerField(editable=False, null=True)),
                ('arguments', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='waiting', max_length=12, verbose_name='state')),
                ('done_count', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('total_count', models.PositiveIntegerField(default=0, verbose_name='of')),
                ('message', models.CharField(blank=True, default='', max_length=300, verbose_name='message')),
                ('result', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='result')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('crashes', models.PositiveSmallIntegerField(default=0)),
                ('started_under', models.CharField(blank=True, default='', max_length=100)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('queued_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(null=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('cancel_asked_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['owner_id', '-id'], name='runtime_job_owner'), models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['id'], name='runtime_job_open')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='event')),
                ('payload', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(blank=True, default='', max_length=200)),
                ('request_id', models.CharField(blank=True, default='', max_length=40)),
                ('occurred_at', models.DateTimeField(auto_now_add=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField(auto_now_add=True)),
                ('last_error', models.TextField(blank=True, default='')),
                ('done_at', models.DateTimeField(null=True, verbose_name='delivered')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['not_before', 'id'], name='runtime_outbox_waiting')],
            },
        ),
    ]

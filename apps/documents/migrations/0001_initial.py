import django.core.serializers.json
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('files', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_kind', models.CharField(max_length=80)),
                ('target_id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='files.storedfile')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_kind', models.CharField(max_length=80)),
                ('target_id', models.BigIntegerField()),
                ('text', models.TextField(max_length=10000, verbose_name='text')),
                ('public', models.BooleanField(default=False, verbose_name='the customer sees it')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('edited_at', models.DateTimeField(null=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='DocumentLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source_kind', models.CharField(max_length=80)),
                ('source_id', models.BigIntegerField()),
                ('target_kind', models.CharField(max_length=80)),
                ('target_id', models.BigIntegerField()),
                ('relation', models.CharField(default='made', max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['target_kind', 'target_id'], name='documents_link_target')],
                'constraints': [models.UniqueConstraint(fields=('source_kind', 'source_id', 'target_kind', 'target_id', 'relation'), name='documents_link_once')],
            },
        ),
        migrations.CreateModel(
            name='TimelineEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_kind', models.CharField(max_length=80)),
                ('target_id', models.BigIntegerField()),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(blank=True, default='', max_length=200, verbose_name='who')),
                ('verb', models.CharField(max_length=40, verbose_name='what')),
                ('text', models.TextField(blank=True, default='', verbose_name='text')),
                ('data', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['target_kind', 'target_id', '-id'], name='documents_timeline_target')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timelineentry',
            trigger=pgtrigger.compiler.Trigger(name='timeline_no_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF current_setting('bahi.erasing', true) <> '' AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='416df3552f7f8ca0957c0c31032e0dea1a5d214d', operation='UPDATE OR DELETE', pgid='pgtrigger_timeline_no_change_e7a75', table='documents_timelineentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timelineentry',
            trigger=pgtrigger.compiler.Trigger(name='timeline_no_trunc', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='0856dd9fbf255f67c454b566b1950e1052e9ac58', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_timeline_no_trunc_9edec', table='documents_timelineentry', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['target_kind', 'target_id'], name='documents_attachment_target'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['target_kind', 'target_id', '-id'], name='documents_comment_target'),
        ),
    ]

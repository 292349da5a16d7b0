import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditErasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_hash', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'erasure in the audit trail',
                'verbose_name_plural': 'erasures in the audit trail',
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('sequence', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='link')),
                ('previous_hash', models.CharField(max_length=64, verbose_name='hash of the link before')),
                ('chain_hash', models.CharField(max_length=64, verbose_name='hash of the link')),
                ('sealed_at', models.DateTimeField(verbose_name='sealed at')),
            ],
            options={
                'verbose_name': 'audit link',
                'verbose_name_plural': 'audit links',
                'ordering': ['-sequence'],
            },
        ),
        migrations.CreateModel(
            name='AuditWaiting',
            fields=[
                ('entry_id', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'audit entry to be linked',
                'verbose_name_plural': 'audit entries to be linked',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, verbose_name='at')),
                ('event', models.CharField(max_length=40, verbose_name='event')),
                ('record_kind', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='kind of record')),
                ('record_id', models.BigIntegerField(null=True, verbose_name='record')),
                ('record_label', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='record')),
                ('actor_kind', models.CharField(db_default='system', default='system', max_length=12, verbose_name='by way of')),
                ('user_id', models.BigIntegerField(null=True, verbose_name='user')),
                ('label', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='who')),
                ('address', models.CharField(blank=True, db_default='', default='', max_length=45, verbose_name='address')),
                ('agent', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='device')),
                ('path', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='path')),
                ('request_id', models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='request')),
                ('changes', models.JSONField(default=dict, verbose_name='changes')),
                ('detail', models.JSONField(default=dict, verbose_name='detail')),
                ('content_hash', models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='hash')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit trail',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['record_kind', 'record_id', 'id'], name='audit_entry_record'), models.Index(condition=models.Q(('user_id', None), _negated=True), fields=['user_id', 'id'], name='audit_entry_user')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='audit_entry_no_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF current_setting('bahi.erasing', true) <> '' AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='60d71ea315ad1dacf813816f8f57af5b6bc73cde', operation='UPDATE OR DELETE', pgid='pgtrigger_audit_entry_no_change_f587b', table='audit_auditentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='audit_entry_no_trunc', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='28f5e9cc6581bf9d014dbb836a7b8fef082edd78', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_audit_entry_no_trunc_8466a', table='audit_auditentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='audit_entry_hashed', sql=pgtrigger.compiler.UpsertTriggerSql(func="NEW.content_hash := encode(sha256(convert_to(jsonb_build_array(NEW.id, extract(epoch FROM NEW.at)::numeric(20, 6)::text, NEW.event, NEW.record_kind, NEW.record_id, NEW.record_label, NEW.actor_kind, NEW.user_id, NEW.label, NEW.address, NEW.agent, NEW.path, NEW.request_id, NEW.changes, NEW.detail)::text, 'UTF8')), 'hex'); RETURN NEW;", hash='bbd4d1271cb2a8b5aa60000f069773c12d3af858', operation='INSERT', pgid='pgtrigger_audit_entry_hashed_9dc72', table='audit_auditentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='audit_entry_queued', sql=pgtrigger.compiler.UpsertTriggerSql(func="INSERT INTO audit_auditwaiting (entry_id) SELECT id FROM written; IF current_schema() <> 'public' THEN PERFORM pg_notify('bahi_outbox', current_schema()); END IF; RETURN NULL;", hash='87374401b306b5b63a4820e61c69e865a6f2451a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audit_entry_queued_8fe05', referencing='REFERENCING NEW TABLE AS written ', table='audit_auditentry', when='AFTER')),
        ),
        migrations.AddField(
            model_name='auditerasure',
            name='entry',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='erasures', to='audit.auditentry'),
        ),
        migrations.AddField(
            model_name='auditerasure',
            name='record',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.auditentry'),
        ),
        migrations.AddField(
            model_name='auditseal',
            name='entry',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='seal', to='audit.auditentry'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditerasure',
            trigger=pgtrigger.compiler.Trigger(name='audit_erasure_no_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='3864398c2fddb978d16d5d3b61c6e6da5770183e', operation='UPDATE OR DELETE', pgid='pgtrigger_audit_erasure_no_change_8e963', table='audit_auditerasure', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditerasure',
            trigger=pgtrigger.compiler.Trigger(name='audit_erasure_no_trunc', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='092b2bfbdf3e879c976e84241bc459cf58f843dd', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_audit_erasure_no_trunc_9a8fa', table='audit_auditerasure', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditseal',
            trigger=pgtrigger.compiler.Trigger(name='audit_seal_no_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='3311d36588869b2da114592ba26bd98524b4b8a1', operation='UPDATE OR DELETE', pgid='pgtrigger_audit_seal_no_change_00cea', table='audit_auditseal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditseal',
            trigger=pgtrigger.compiler.Trigger(name='audit_seal_no_trunc', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='a8f695ea9e6968a84e19a0969cd8f647495f9a7b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_audit_seal_no_trunc_470f6', table='audit_auditseal', when='BEFORE')),
        ),
    ]

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalPortalFirm',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('closed', models.BooleanField(default=False, verbose_name='portal closed for this party')),
                ('own_features', models.BooleanField(default=False, verbose_name='other features than the settings')),
                ('features', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name='features')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('party', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'historical exception of a party',
                'verbose_name_plural': 'historical exceptions of parties',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPortalMember',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('sees', models.CharField(choices=[('firm', 'all documents of the firm'), ('own', 'own documents only')], default='firm', max_length=8, verbose_name='sees')),
                ('state', models.CharField(choices=[('invited', 'Invited'), ('active', 'Active'), ('ended', 'Ended')], default='invited', editable=False, max_length=8, verbose_name='state')),
                ('active_at', models.DateTimeField(editable=False, null=True, verbose_name='active since')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                ('party', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.party', verbose_name='party')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'historical person of the portal',
                'verbose_name_plural': 'historical people of the portal',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PortalFirm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('closed', models.BooleanField(default=False, verbose_name='portal closed for this party')),
                ('own_features', models.BooleanField(default=False, verbose_name='other features than the settings')),
                ('features', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name='features')),
                ('party', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='portal_firm', to='parties.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'exception of a party',
                'verbose_name_plural': 'exceptions of parties',
                'ordering': ['party__display_name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PortalMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('sees', models.CharField(choices=[('firm', 'all documents of the firm'), ('own', 'own documents only')], default='firm', max_length=8, verbose_name='sees')),
                ('state', models.CharField(choices=[('invited', 'Invited'), ('active', 'Active'), ('ended', 'Ended')], default='invited', editable=False, max_length=8, verbose_name='state')),
                ('active_at', models.DateTimeField(editable=False, null=True, verbose_name='active since')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('invited_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='portal_members', to='parties.party', verbose_name='party')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='portal_member', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'person of the portal',
                'verbose_name_plural': 'people of the portal',
                'ordering': ['party__display_name', 'user__name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PortalRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(db_index=True, max_length=254, verbose_name='e-mail')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('firm', models.CharField(max_length=200, verbose_name='firm')),
                ('message', models.TextField(blank=True, default='', max_length=1000, verbose_name='message')),
                ('language', models.CharField(default='en', max_length=8)),
                ('state', models.CharField(choices=[('unverified', 'Mail not confirmed'), ('waiting', 'Waits for approval'), ('approved', 'Approved'), ('refused', 'Refused')], default='unverified', max_length=12, verbose_name='state')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('address', models.CharField(blank=True, db_index=True, default='', max_length=45, verbose_name='address')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('verified_at', models.DateTimeField(editable=False, null=True, verbose_name='mail confirmed')),
                ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided')),
                ('decided_by', models.CharField(blank=True, default='', editable=False, max_length=200, verbose_name='decided by')),
                ('reason', models.CharField(blank=True, default='', max_length=300, verbose_name='reason')),
                ('party', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'registration',
                'verbose_name_plural': 'registrations',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PortalShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_kind', models.CharField(max_length=80)),
                ('target_id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='customer_portal.portalmember')),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalportalfirm',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'customer_portal.portalfirm\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM customer_portal_historicalportalfirm h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='72130ba456ac1bd2748449b371599c04eda37c1e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_6b5f1', referencing='REFERENCING NEW TABLE AS written ', table='customer_portal_historicalportalfirm', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalportalmember',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'customer_portal.portalmember\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM customer_portal_historicalportalmember h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='d2002264212ff7d40307bb8146ad4df8c34aff9e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_a51ba', referencing='REFERENCING NEW TABLE AS written ', table='customer_portal_historicalportalmember', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='portalmember',
            constraint=models.CheckConstraint(condition=models.Q(('sees__in', ['firm', 'own']), ('state__in', ['invited', 'active', 'ended'])), name='customer_portal_member_sound'),
        ),
        migrations.AddConstraint(
            model_name='portalrequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['unverified', 'waiting', 'approved', 'refused']), models.Q(('state', 'unverified'), ('verified_at__isnull', False), _connector='OR')), name='customer_portal_request_sound'),
        ),
        migrations.AddIndex(
            model_name='portalshare',
            index=models.Index(fields=['target_kind', 'target_id'], name='customer_portal_share_target'),
        ),
        migrations.AddConstraint(
            model_name='portalshare',
            constraint=models.UniqueConstraint(fields=('member', 'target_kind', 'target_id'), name='customer_portal_share_once'),
        ),
    ]

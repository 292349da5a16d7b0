import apps.core.secrets
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
        ('files', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalTextGateway',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('gateway', models.CharField(choices=[('simulator', 'Simulator: texts stay in the list, nothing is sent'), ('http', 'HTTPS gateway')], default='simulator', max_length=10, verbose_name='gateway')),
                ('url', models.URLField(blank=True, default='', max_length=300, verbose_name='address')),
                ('sender', models.CharField(blank=True, default='', max_length=20, verbose_name='sender (header)')),
                ('entity_id', models.CharField(blank=True, default='', max_length=30, verbose_name='DLT entity id')),
                ('template_id', models.CharField(blank=True, default='', max_length=30, verbose_name='DLT template id')),
                ('notice_template_id', models.CharField(blank=True, default='', help_text='Empty: the same as that of codes.', max_length=30, verbose_name='DLT template id of notifications')),
                ('token', apps.core.secrets.SecretField()),
                ('only', models.BooleanField(db_index=True, default=True, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical text gateway',
                'verbose_name_plural': 'historical text gateway',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='MailMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), size=None, verbose_name='to')),
                ('cc', django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), default=list, size=None, verbose_name='copy to')),
                ('reply_to', models.EmailField(blank=True, default='', max_length=254)),
                ('subject', models.CharField(max_length=250, verbose_name='subject')),
                ('text', models.TextField(verbose_name='text')),
                ('html', models.TextField(blank=True, default='')),
                ('secret', models.BooleanField(default=False, editable=False)),
                ('purpose', models.CharField(blank=True, default='', editable=False, max_length=40)),
                ('message_id', models.CharField(editable=False, max_length=120, unique=True)),
                ('target_kind', models.CharField(blank=True, default='', max_length=80)),
                ('target_id', models.BigIntegerField(null=True)),
                ('by_id', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sent', 'Sent'), ('failed', 'Failed')], default='queued', max_length=8, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('not_before', models.DateTimeField(auto_now_add=True)),
                ('error', models.TextField(blank=True, default='', verbose_name='error')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
                ('bounced_at', models.DateTimeField(null=True, verbose_name='bounced')),
                ('bounce_reason', models.CharField(blank=True, default='', max_length=300)),
            ],
            options={
                'verbose_name': 'mail',
                'verbose_name_plural': 'mails',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['not_before'], name='messaging_mail_waiting'), models.Index(fields=['target_kind', 'target_id'], name='messaging_mail_target')],
            },
        ),
        migrations.CreateModel(
            name='MailAttachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='messaging.mailmessage')),
            ],
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=80, verbose_name='event')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('body', models.TextField(blank=True, default='', verbose_name='text')),
                ('tone', models.CharField(default='info', max_length=10)),
                ('target_kind', models.CharField(blank=True, default='', max_length=80)),
                ('target_id', models.BigIntegerField(null=True)),
                ('url', models.CharField(blank=True, default='', max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('read_at', models.DateTimeField(null=True, verbose_name='read')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='NotificationChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=80)),
                ('in_app', models.BooleanField(default=True)),
                ('mail', models.BooleanField(default=False)),
                ('text', models.BooleanField(default=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='TextGateway',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('gateway', models.CharField(choices=[('simulator', 'Simulator: texts stay in the list, nothing is sent'), ('http', 'HTTPS gateway')], default='simulator', max_length=10, verbose_name='gateway')),
                ('url', models.URLField(blank=True, default='', max_length=300, verbose_name='address')),
                ('sender', models.CharField(blank=True, default='', max_length=20, verbose_name='sender (header)')),
                ('entity_id', models.CharField(blank=True, default='', max_length=30, verbose_name='DLT entity id')),
                ('template_id', models.CharField(blank=True, default='', max_length=30, verbose_name='DLT template id')),
                ('notice_template_id', models.CharField(blank=True, default='', help_text='Empty: the same as that of codes.', max_length=30, verbose_name='DLT template id of notifications')),
                ('token', apps.core.secrets.SecretField()),
                ('only', models.BooleanField(default=True, editable=False, unique=True)),
            ],
            options={
                'verbose_name': 'text gateway',
                'verbose_name_plural': 'text gateway',
                'constraints': [models.CheckConstraint(condition=models.Q(('token', ''), ('token__startswith', 'v1.'), _connector='OR'), name='messaging_gateway_sealed'), models.CheckConstraint(condition=models.Q(('only', True)), name='messaging_gateway_only_one'), models.CheckConstraint(condition=models.Q(models.Q(('gateway', 'http'), _negated=True), models.Q(('url', ''), _negated=True), _connector='OR'), name='messaging_gateway_http_address')],
            },
        ),
        migrations.CreateModel(
            name='TextMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(max_length=20, verbose_name='to')),
                ('text', models.CharField(blank=True, default='', max_length=640, verbose_name='text')),
                ('purpose', models.CharField(choices=[('code', 'code'), ('notification', 'notification'), ('over_limit', 'notifications over the daily limit')], max_length=20, verbose_name='purpose')),
                ('user_id', models.BigIntegerField(editable=False, null=True)),
                ('gateway', models.CharField(choices=[('simulator', 'Simulator: texts stay in the list, nothing is sent'), ('http', 'HTTPS gateway')], max_length=10, verbose_name='gateway')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sent', 'Sent'), ('failed', 'Failed')], default='queued', max_length=8, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('not_before', models.DateTimeField(auto_now_add=True)),
                ('error', models.CharField(blank=True, default='', max_length=300, verbose_name='error')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
            ],
            options={
                'verbose_name': 'text message',
                'verbose_name_plural': 'text messages',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['not_before'], name='messaging_text_waiting'), models.Index(condition=models.Q(('purpose__in', ['notification', 'over_limit'])), fields=['created_at'], name='messaging_text_notices')],
            },
        ),
        migrations.CreateModel(
            name='TextNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone', models.CharField(max_length=20, verbose_name='phone')),
                ('confirmed_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicaltextgateway',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'messaging.textgateway\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM messaging_historicaltextgateway h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='d8f2b5271308098e92d57d78464cf1112c340cc4', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_57d08', referencing='REFERENCING NEW TABLE AS written ', table='messaging_historicaltextgateway', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['user', '-id'], name='messaging_note_user'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('read_at', None)), fields=['user'], name='messaging_note_unread'),
        ),
        migrations.AddConstraint(
            model_name='notificationchoice',
            constraint=models.UniqueConstraint(fields=('user', 'event'), name='messaging_choice_once'),
        ),
        migrations.AddConstraint(
            model_name='textnumber',
            constraint=models.CheckConstraint(condition=models.Q(('phone', ''), _negated=True), name='messaging_number_given'),
        ),
    ]

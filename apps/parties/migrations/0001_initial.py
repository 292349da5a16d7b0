import apps.core.fields
import apps.core.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('company', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalPaymentTerms',
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
                ('days', models.PositiveSmallIntegerField(default=0, verbose_name='days')),
                ('from_month_end', models.BooleanField(default=False, verbose_name='counted from the end of the month')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical payment terms',
                'verbose_name_plural': 'historical payment terms',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Party',
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
                ('code', models.CharField(blank=True, default='', max_length=40, verbose_name='code')),
                ('legal_name', models.CharField(max_length=200, verbose_name='legal name')),
                ('display_name', models.CharField(max_length=120, unique=True, verbose_name='display name')),
                ('is_customer', models.BooleanField(default=True, verbose_name='customer')),
                ('is_vendor', models.BooleanField(default=False, verbose_name='vendor')),
                ('is_person', models.BooleanField(default=False, verbose_name='person')),
                ('gstin', models.CharField(blank=True, default='', max_length=15, validators=[apps.core.validators.gstin_validator], verbose_name='GSTIN')),
                ('pan', models.CharField(blank=True, default='', max_length=10, validators=[apps.core.validators.pan_validator], verbose_name='PAN')),
                ('tax_treatment', models.CharField(choices=[('regular', 'Regular'), ('composition', 'Composition'), ('unregistered', 'Unregistered'), ('consumer', 'Consumer'), ('sez', 'SEZ'), ('export', 'Overseas'), ('deemed_export', 'Deemed export')], default='unregistered', max_length=16, verbose_name='tax treatment')),
                ('place_of_supply', models.CharField(blank=True, default='', max_length=2, validators=[apps.core.validators.state_code_validator], verbose_name='place of supply')),
                ('msme_number', models.CharField(blank=True, default='', max_length=20, verbose_name='MSME number')),
                ('phone', models.CharField(blank=True, default='', max_length=20, verbose_name='phone')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                ('credit_limit', apps.core.fields.MoneyField(blank=True, decimal_places=2, max_digits=20, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='credit limit')),
                ('credit_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='credit days')),
                ('credit_policy', models.CharField(choices=[('allow', 'Allow'), ('warn', 'Warn'), ('hold', 'Hold')], default='hold', max_length=8, verbose_name='over the limit')),
                ('territory', models.CharField(blank=True, default='', max_length=60, verbose_name='territory')),
                ('language', models.CharField(blank=True, default='', max_length=8, verbose_name='language of prints')),
                ('external_id', models.CharField(blank=True, db_index=True, default='', max_length=80, verbose_name='external id')),
                ('billing_company', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='company.company', verbose_name='billed by')),
                ('currency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='company.currency', verbose_name='currency')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.department', verbose_name='department')),
                ('salesperson', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='salesperson')),
            ],
            options={
                'verbose_name': 'party',
                'verbose_name_plural': 'parties',
                'ordering': ['display_name'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PartyAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_kind', models.CharField(choices=[('billing', 'Billing'), ('shipping', 'Shipping'), ('site', 'Site')], default='billing', max_length=12, verbose_name='kind')),
                ('line1', models.CharField(max_length=200, verbose_name='address')),
                ('line2', models.CharField(blank=True, default='', max_length=200, verbose_name='address, second line')),
                ('city', models.CharField(blank=True, default='', max_length=100, verbose_name='city')),
                ('state_code', models.CharField(blank=True, default='', max_length=2, validators=[apps.core.validators.state_code_validator], verbose_name='state')),
                ('postal_code', models.CharField(blank=True, default='', max_length=12, verbose_name='PIN code')),
                ('country', models.CharField(default='IN', max_length=2, verbose_name='country')),
                ('gstin', models.CharField(blank=True, default='', max_length=15, validators=[apps.core.validators.gstin_validator], verbose_name='GSTIN')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='parties.party')),
            ],
            options={
                'verbose_name': 'address',
                'verbose_name_plural': 'addresses',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PartyContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('role', models.CharField(blank=True, default='', max_length=80, verbose_name='role')),
                ('phone', models.CharField(blank=True, default='', max_length=20, verbose_name='phone')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                ('is_primary', models.BooleanField(default=False, verbose_name='main contact')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='parties.party')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PartyUserGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='user_grants', to='parties.party')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PaymentTerms',
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
                ('days', models.PositiveSmallIntegerField(default=0, verbose_name='days')),
                ('from_month_end', models.BooleanField(default=False, verbose_name='counted from the end of the month')),
            ],
            options={
                'verbose_name': 'payment terms',
                'verbose_name_plural': 'payment terms',
                'ordering': ['days', 'code'],
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='paymentterms_srch_parties', opclasses=['gin_trgm_ops'])],
            },
        ),
        migrations.AddField(
            model_name='party',
            name='payment_terms',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.paymentterms', verbose_name='payment terms'),
        ),
        migrations.CreateModel(
            name='HistoricalParty',
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
                ('code', models.CharField(blank=True, default='', max_length=40, verbose_name='code')),
                ('legal_name', models.CharField(max_length=200, verbose_name='legal name')),
                ('display_name', models.CharField(db_index=True, max_length=120, verbose_name='display name')),
                ('is_customer', models.BooleanField(default=True, verbose_name='customer')),
                ('is_vendor', models.BooleanField(default=False, verbose_name='vendor')),
                ('is_person', models.BooleanField(default=False, verbose_name='person')),
                ('gstin', models.CharField(blank=True, default='', max_length=15, validators=[apps.core.validators.gstin_validator], verbose_name='GSTIN')),
                ('pan', models.CharField(blank=True, default='', max_length=10, validators=[apps.core.validators.pan_validator], verbose_name='PAN')),
                ('tax_treatment', models.CharField(choices=[('regular', 'Regular'), ('composition', 'Composition'), ('unregistered', 'Unregistered'), ('consumer', 'Consumer'), ('sez', 'SEZ'), ('export', 'Overseas'), ('deemed_export', 'Deemed export')], default='unregistered', max_length=16, verbose_name='tax treatment')),
                ('place_of_supply', models.CharField(blank=True, default='', max_length=2, validators=[apps.core.validators.state_code_validator], verbose_name='place of supply')),
                ('msme_number', models.CharField(blank=True, default='', max_length=20, verbose_name='MSME number')),
                ('phone', models.CharField(blank=True, default='', max_length=20, verbose_name='phone')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                ('credit_limit', apps.core.fields.MoneyField(blank=True, decimal_places=2, max_digits=20, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='credit limit')),
                ('credit_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='credit days')),
                ('credit_policy', models.CharField(choices=[('allow', 'Allow'), ('warn', 'Warn'), ('hold', 'Hold')], default='hold', max_length=8, verbose_name='over the limit')),
                ('territory', models.CharField(blank=True, default='', max_length=60, verbose_name='territory')),
                ('language', models.CharField(blank=True, default='', max_length=8, verbose_name='language of prints')),
                ('external_id', models.CharField(blank=True, db_index=True, default='', max_length=80, verbose_name='external id')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('billing_company', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='company.company', verbose_name='billed by')),
                ('currency', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='company.currency', verbose_name='currency')),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.department', verbose_name='department')),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('salesperson', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='salesperson')),
                ('payment_terms', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.paymentterms', verbose_name='payment terms')),
            ],
            options={
                'verbose_name': 'historical party',
                'verbose_name_plural': 'historical parties',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalpaymentterms',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'parties.paymentterms\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM parties_historicalpaymentterms h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='dd5c2442d7aff067a9faf38379124b96039fe1d7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_c89ad', referencing='REFERENCING NEW TABLE AS written ', table='parties_historicalpaymentterms', when='AFTER')),
        ),
        migrations.AlterUniqueTogether(
            name='partyusergrant',
            unique_together={('user', 'permission', 'content_object')},
        ),
        migrations.AddIndex(
            model_name='party',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='party_srch_parties', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('pan', ''), _negated=True), fields=['pan'], name='parties_party_pan'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('code',), name='parties_party_code_once'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.CheckConstraint(condition=models.Q(('credit_limit__isnull', True), ('credit_limit__gte', 0), _connector='OR'), name='parties_limit_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalparty',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'parties.party\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM parties_historicalparty h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='fe87efc817906ffa008a648e189210ccf1043d66', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_f095b', referencing='REFERENCING NEW TABLE AS written ', table='parties_historicalparty', when='AFTER')),
        ),
    ]

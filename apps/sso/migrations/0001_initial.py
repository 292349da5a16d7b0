import apps.core.secrets
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
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
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalIdentityProvider',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, verbose_name='custom fields')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='tags')),
                ('code', models.CharField(db_index=True, help_text='Part of the addresses that you enter at the provider: small letters, figures, hyphens.', max_length=40, validators=[django.core.validators.RegexValidator('^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$')], verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name on the button')),
                ('preset', models.CharField(choices=[('google', 'Google Workspace'), ('microsoft', 'Microsoft Entra ID'), ('okta', 'Okta'), ('auth0', 'Auth0'), ('keycloak', 'Keycloak'), ('zoho', 'Zoho Directory'), ('other', 'another provider')], default='other', max_length=12, verbose_name='provider')),
                ('protocol', models.CharField(choices=[('oidc', 'OpenID Connect'), ('saml', 'SAML 2.0')], default='oidc', max_length=4, verbose_name='protocol')),
                ('base_url', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('issuer', models.CharField(blank=True, default='', max_length=500, verbose_name='issuer or entity id')),
                ('client_id', models.CharField(blank=True, default='', max_length=300, verbose_name='client id')),
                ('client_secret', apps.core.secrets.SecretField()),
                ('token_auth', models.CharField(choices=[('basic', 'in the header (client_secret_basic)'), ('post', 'in the body (client_secret_post)'), ('none', 'no secret, PKCE only')], default='basic', max_length=5, verbose_name='client secret is sent')),
                ('scopes', models.CharField(blank=True, default='openid email profile', max_length=200, verbose_name='scopes')),
                ('metadata_url', models.CharField(blank=True, default='', max_length=500, verbose_name='address of the metadata')),
                ('sso_url', models.CharField(blank=True, default='', max_length=500, verbose_name='sign-in address')),
                ('slo_url', models.CharField(blank=True, default='', max_length=500, verbose_name='sign-out address')),
                ('certificates', models.TextField(blank=True, default='', verbose_name='signing certificates (PEM)')),
                ('sign_requests', models.BooleanField(default=True, verbose_name='sign our requests')),
                ('idp_initiated', models.BooleanField(default=False, verbose_name='people may start at the provider')),
                ('claim_email', models.CharField(blank=True, default='', max_length=200, verbose_name='e-mail address')),
                ('claim_name', models.CharField(blank=True, default='', max_length=200, verbose_name='name')),
                ('claim_phone', models.CharField(blank=True, default='', max_length=200, verbose_name='phone')),
                ('claim_department', models.CharField(blank=True, default='', max_length=200, verbose_name='code of the department')),
                ('claim_employee_code', models.CharField(blank=True, default='', max_length=200, verbose_name='employee code')),
                ('claim_groups', models.CharField(blank=True, default='', max_length=200, verbose_name='groups')),
                ('email_domains', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, size=None, verbose_name='e-mail domains')),
                ('trust_email', models.BooleanField(default=False, verbose_name='addresses in these domains are verified')),
                ('provision', models.BooleanField(default=False, verbose_name='enter unknown people as new users')),
                ('sync_profile', models.BooleanField(default=True, verbose_name='take over name, phone and department')),
                ('trust_second_factor', models.BooleanField(default=False, verbose_name="trust the provider's second factor")),
                ('second_factor_values', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None, verbose_name='values that mean a second factor')),
                ('sign_out_there', models.BooleanField(default=False, verbose_name='offer to sign out at the provider too')),
                ('active', models.BooleanField(default=False, verbose_name='active')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('default_role', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.role', verbose_name='role of new users')),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical identity provider',
                'verbose_name_plural': 'historical identity providers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSsoPolicy',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('actor_kind', models.CharField(default='system', editable=False, max_length=12)),
                ('actor_label', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed')),
                ('force', models.CharField(choices=[('nobody', 'nobody: passwords stay allowed beside it'), ('roles', 'people with one of the roles below'), ('domains', 'people whose e-mail address is in one of the domains below'), ('all', 'everybody')], default='nobody', max_length=8, verbose_name='single sign-on is required for')),
                ('domains', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, size=None, verbose_name='e-mail domains')),
                ('only', models.BooleanField(db_index=True, default=True, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical rule of single sign-on',
                'verbose_name_plural': 'historical rules of single sign-on',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='IdentityProvider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('search_text', models.TextField(blank=True, default='', editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, verbose_name='custom fields')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='tags')),
                ('code', models.CharField(help_text='Part of the addresses that you enter at the provider: small letters, figures, hyphens.', max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$')], verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name on the button')),
                ('preset', models.CharField(choices=[('google', 'Google Workspace'), ('microsoft', 'Microsoft Entra ID'), ('okta', 'Okta'), ('auth0', 'Auth0'), ('keycloak', 'Keycloak'), ('zoho', 'Zoho Directory'), ('other', 'another provider')], default='other', max_length=12, verbose_name='provider')),
                ('protocol', models.CharField(choices=[('oidc', 'OpenID Connect'), ('saml', 'SAML 2.0')], default='oidc', max_length=4, verbose_name='protocol')),
                ('base_url', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('issuer', models.CharField(blank=True, default='', max_length=500, verbose_name='issuer or entity id')),
                ('client_id', models.CharField(blank=True, default='', max_length=300, verbose_name='client id')),
                ('client_secret', apps.core.secrets.SecretField()),
                ('token_auth', models.CharField(choices=[('basic', 'in the header (client_secret_basic)'), ('post', 'in the body (client_secret_post)'), ('none', 'no secret, PKCE only')], default='basic', max_length=5, verbose_name='client secret is sent')),
                ('scopes', models.CharField(blank=True, default='openid email profile', max_length=200, verbose_name='scopes')),
                ('metadata_url', models.CharField(blank=True, default='', max_length=500, verbose_name='address of the metadata')),
                ('sso_url', models.CharField(blank=True, default='', max_length=500, verbose_name='sign-in address')),
                ('slo_url', models.CharField(blank=True, default='', max_length=500, verbose_name='sign-out address')),
                ('certificates', models.TextField(blank=True, default='', verbose_name='signing certificates (PEM)')),
                ('sign_requests', models.BooleanField(default=True, verbose_name='sign our requests')),
                ('idp_initiated', models.BooleanField(default=False, verbose_name='people may start at the provider')),
                ('claim_email', models.CharField(blank=True, default='', max_length=200, verbose_name='e-mail address')),
                ('claim_name', models.CharField(blank=True, default='', max_length=200, verbose_name='name')),
                ('claim_phone', models.CharField(blank=True, default='', max_length=200, verbose_name='phone')),
                ('claim_department', models.CharField(blank=True, default='', max_length=200, verbose_name='code of the department')),
                ('claim_employee_code', models.CharField(blank=True, default='', max_length=200, verbose_name='employee code')),
                ('claim_groups', models.CharField(blank=True, default='', max_length=200, verbose_name='groups')),
                ('email_domains', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, size=None, verbose_name='e-mail domains')),
                ('trust_email', models.BooleanField(default=False, verbose_name='addresses in these domains are verified')),
                ('provision', models.BooleanField(default=False, verbose_name='enter unknown people as new users')),
                ('sync_profile', models.BooleanField(default=True, verbose_name='take over name, phone and department')),
                ('trust_second_factor', models.BooleanField(default=False, verbose_name="trust the provider's second factor")),
                ('second_factor_values', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None, verbose_name='values that mean a second factor')),
                ('sign_out_there', models.BooleanField(default=False, verbose_name='offer to sign out at the provider too')),
                ('active', models.BooleanField(default=False, verbose_name='active')),
                ('default_role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.role', verbose_name='role of new users')),
            ],
            options={
                'verbose_name': 'identity provider',
                'verbose_name_plural': 'identity providers',
                'ordering': ['name'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GroupRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(max_length=300, verbose_name='group at the provider')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.role', verbose_name='role')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_roles', to='sso.identityprovider')),
            ],
            options={
                'verbose_name': 'role of a group',
                'verbose_name_plural': 'roles of groups',
            },
        ),
        migrations.CreateModel(
            name='ExternalIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=300, verbose_name='id at the provider')),
                ('email', models.CharField(blank=True, default='', max_length=254, verbose_name='e-mail at the provider')),
                ('employee_code', models.CharField(blank=True, default='', max_length=60, verbose_name='employee code')),
                ('groups', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), default=list, size=None, verbose_name='groups')),
                ('provisioned', models.BooleanField(default=False, verbose_name='entered by the provider')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='linked')),
                ('last_seen_at', models.DateTimeField(null=True, verbose_name='last sign-in')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='sso.identityprovider', verbose_name='provider')),
            ],
            options={
                'verbose_name': 'linked identity',
                'verbose_name_plural': 'linked identities',
                'ordering': ['-last_seen_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ProviderState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('description', models.JSONField(default=dict)),
                ('described_at', models.DateTimeField(null=True)),
                ('keys', models.JSONField(default=dict)),
                ('keys_at', models.DateTimeField(null=True)),
                ('tested_at', models.DateTimeField(null=True)),
                ('tested_with', models.CharField(blank=True, default='', max_length=64)),
                ('provider', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='state', to='sso.identityprovider')),
            ],
            options={
                'verbose_name': 'state of a provider',
                'verbose_name_plural': 'states of providers',
            },
        ),
        migrations.CreateModel(
            name='SamlKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('current', 'in use'), ('next', 'published, not yet in use')], max_length=8)),
                ('private_key', apps.core.secrets.SecretField()),
                ('certificate', models.TextField()),
                ('fingerprint', models.CharField(max_length=95)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('not_after', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'SAML key',
                'verbose_name_plural': 'SAML keys',
                'constraints': [models.CheckConstraint(condition=models.Q(('private_key', ''), ('private_key__startswith', 'v1.'), _connector='OR'), name='sso_key_sealed'), models.UniqueConstraint(fields=('state',), name='sso_key_one_a_state'), models.CheckConstraint(condition=models.Q(('private_key', ''), _negated=True), name='sso_key_private')],
            },
        ),
        migrations.CreateModel(
            name='SsoAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('sign_in', 'sign-in'), ('confirm', 'proof of who he is'), ('test', 'test')], max_length=8)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('browser_hash', models.CharField(blank=True, default='', max_length=64)),
                ('request_id', models.CharField(blank=True, default='', max_length=80)),
                ('page', models.CharField(default='/', max_length=500)),
                ('claims', apps.core.secrets.SecretField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sso.identityprovider')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'attempt to sign in by a provider',
                'verbose_name_plural': 'attempts to sign in by a provider',
            },
        ),
        migrations.CreateModel(
            name='SsoPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('force', models.CharField(choices=[('nobody', 'nobody: passwords stay allowed beside it'), ('roles', 'people with one of the roles below'), ('domains', 'people whose e-mail address is in one of the domains below'), ('all', 'everybody')], default='nobody', max_length=8, verbose_name='single sign-on is required for')),
                ('domains', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, size=None, verbose_name='e-mail domains')),
                ('only', models.BooleanField(default=True, editable=False, unique=True)),
                ('password_users', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='administrators who keep their password')),
                ('roles', models.ManyToManyField(blank=True, related_name='+', to='accounts.role', verbose_name='roles')),
            ],
            options={
                'verbose_name': 'rule of single sign-on',
                'verbose_name_plural': 'rules of single sign-on',
            },
        ),
        migrations.CreateModel(
            name='SsoSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('idp_session', models.CharField(blank=True, db_index=True, default='', max_length=300)),
                ('name_id', models.CharField(blank=True, default='', max_length=300)),
                ('name_id_format', models.CharField(blank=True, default='', max_length=120)),
                ('id_token', apps.core.secrets.SecretField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='sso.externalidentity')),
                ('sign_in', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sso', to='accounts.signinsession')),
            ],
            options={
                'verbose_name': 'sign-in by a provider',
                'verbose_name_plural': 'sign-ins by providers',
            },
        ),
        migrations.CreateModel(
            name='UsedAssertion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proof_hash', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sso.identityprovider')),
            ],
            options={
                'verbose_name': 'used assertion',
                'verbose_name_plural': 'used assertions',
            },
        ),
        migrations.CreateModel(
            name='GivenRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='given_roles', to='sso.externalidentity')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.role')),
            ],
            options={
                'verbose_name': 'role by a group',
                'verbose_name_plural': 'roles by groups',
                'constraints': [models.UniqueConstraint(fields=('identity', 'role'), name='sso_givenrole_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalidentityprovider',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'sso.identityprovider\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM sso_historicalidentityprovider h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='50345cb0e58afe1441d65b0f83b0001d29a6cbc2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_b894b', referencing='REFERENCING NEW TABLE AS written ', table='sso_historicalidentityprovider', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='historicalssopolicy',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE who jsonb;', func='who := coalesce(nullif(current_setting(\'bahi.actor\', true), \'\'), \'{}\')::jsonb;\nINSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,\n    label, address, request_id, path, changes, detail, content_hash)\nSELECT CASE n.history_type WHEN \'+\' THEN \'created\' WHEN \'-\' THEN \'deleted\' ELSE \'changed\' END,\n    \'sso.ssopolicy\', n.id, left(coalesce(nullif(now.row ->> \'number\', \'\'), nullif(now.row ->> \'name\', \'\'),\n    now.row ->> \'code\', \'\'), 200), n.actor_kind, n.history_user_id, n.actor_label,\n    coalesce(who ->> \'address\', \'\'), coalesce(who ->> \'request_id\', \'\'), coalesce(who ->> \'path\', \'\'),\n    coalesce(changed.columns, \'{}\'), \'{}\', \'\'\n  FROM written n\n  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[\'history_id\', \'history_date\', \'history_type\', \'history_user_id\', \'history_change_reason\', \'actor_kind\', \'actor_label\', \'search_text\', \'password\', \'last_login\', \'created_at\', \'updated_at\', \'version\'] AS row) now\n  LEFT JOIN LATERAL (\n    SELECT to_jsonb(h) AS row FROM sso_historicalssopolicy h\n     WHERE n.history_type = \'~\' AND h.id = n.id AND h.history_id < n.history_id\n     ORDER BY h.history_id DESC LIMIT 1) before ON true\n  LEFT JOIN LATERAL (\n    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns\n      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, \'null\')\n       AND (before.row IS NOT NULL OR value NOT IN (\'""\', \'[]\', \'{}\'))) changed ON true\n WHERE n.history_type <> \'~\' OR changed.columns IS NOT NULL\n ORDER BY n.history_id;\nRETURN NULL;\n', hash='2caa8ae74331407c506719ee121d6e031368f567', level='STATEMENT', operation='INSERT', pgid='pgtrigger_audited_550b7', referencing='REFERENCING NEW TABLE AS written ', table='sso_historicalssopolicy', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='identityprovider',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='identityprovider_srch_sso', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddConstraint(
            model_name='identityprovider',
            constraint=models.CheckConstraint(condition=models.Q(('client_secret', ''), ('client_secret__startswith', 'v1.'), _connector='OR'), name='sso_provider_sealed'),
        ),
        migrations.AddConstraint(
            model_name='identityprovider',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('active', True), ('protocol', 'oidc'), _negated=True), models.Q(models.Q(('issuer', ''), _negated=True), models.Q(('client_id', ''), _negated=True)), _connector='OR'), name='sso_provider_oidc_complete', violation_error_message='Issuer and client id are needed before it can be switched on.'),
        ),
        migrations.AddConstraint(
            model_name='identityprovider',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('active', True), ('protocol', 'saml'), _negated=True), models.Q(models.Q(('issuer', ''), _negated=True), models.Q(('sso_url', ''), _negated=True), models.Q(('certificates', ''), _negated=True)), _connector='OR'), name='sso_provider_saml_complete', violation_error_message='Entity id, sign-in address and certificate are needed before it can be switched on.'),
        ),
        migrations.AddConstraint(
            model_name='identityprovider',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('provision', False), ('trust_email', False)), models.Q(('email_domains', []), _negated=True), _connector='OR'), name='sso_provider_domains', violation_error_message='Name the e-mail domains: else whoever has an account at the provider could come in.'),
        ),
        migrations.AddConstraint(
            model_name='grouprole',
            constraint=models.UniqueConstraint(fields=('provider', 'group', 'role'), name='sso_grouprole_once'),
        ),
        migrations.AddConstraint(
            model_name='grouprole',
            constraint=models.CheckConstraint(condition=models.Q(('group', ''), _negated=True), name='sso_grouprole_named'),
        ),
        migrations.AddConstraint(
            model_name='externalidentity',
            constraint=models.UniqueConstraint(fields=('provider', 'subject'), name='sso_identity_subject'),
        ),
        migrations.AddConstraint(
            model_name='externalidentity',
            constraint=models.UniqueConstraint(fields=('provider', 'user'), name='sso_identity_user'),
        ),
        migrations.AddConstraint(
            model_name='ssoattempt',
            constraint=models.CheckConstraint(condition=models.Q(('claims', ''), ('claims__startswith', 'v1.'), _connector='OR'), name='sso_attempt_sealed'),
        ),
        migrations.AddConstraint(
            model_name='ssoattempt',
            constraint=models.CheckConstraint(condition=models.Q(('purpose', 'sign_in'), ('user__isnull', False), _connector='OR'), name='sso_attempt_whose'),
        ),
        migrations.AddConstraint(
            model_name='ssoattempt',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='sso_attempt_ends'),
        ),
        migrations.AddConstraint(
            model_name='ssopolicy',
            constraint=models.CheckConstraint(condition=models.Q(('only', True)), name='sso_policy_only_one'),
        ),
        migrations.AddConstraint(
            model_name='ssopolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('force', 'domains'), _negated=True), models.Q(('domains', []), _negated=True), _connector='OR'), name='sso_policy_some_domain'),
        ),
        migrations.AddConstraint(
            model_name='ssosession',
            constraint=models.CheckConstraint(condition=models.Q(('id_token', ''), ('id_token__startswith', 'v1.'), _connector='OR'), name='sso_session_sealed'),
        ),
        migrations.AddConstraint(
            model_name='usedassertion',
            constraint=models.UniqueConstraint(fields=('provider', 'proof_hash'), name='sso_assertion_once'),
        ),
    ]

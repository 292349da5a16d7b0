import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('text', models.CharField(blank=True, default='', max_length=600, verbose_name='text')),
                ('tone', models.CharField(choices=[('info', 'Information'), ('warning', 'Warning'), ('danger', 'Trouble')], default='info', max_length=8, verbose_name='tone')),
                ('audience', models.CharField(choices=[('everybody', 'Everybody'), ('administrators', 'Administrators only')], default='everybody', max_length=16, verbose_name='for')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='to')),
                ('may_dismiss', models.BooleanField(default=True, verbose_name='may be put away')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisations', models.ManyToManyField(blank=True, help_text='None chosen: all.', related_name='+', to='tenancy.organisation', verbose_name='organisations')),
            ],
            options={
                'verbose_name': 'announcement',
                'verbose_name_plural': 'announcements',
                'ordering': ['-starts_at'],
            },
        ),
        migrations.CreateModel(
            name='AnnouncementSeen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seen', to='platform.announcement')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Figures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('users', models.PositiveIntegerField(default=0, verbose_name='users')),
                ('sessions', models.PositiveIntegerField(default=0, verbose_name='signed in')),
                ('companies', models.PositiveIntegerField(default=0, verbose_name='companies')),
                ('documents', models.PositiveIntegerField(default=0, verbose_name='documents this month')),
                ('storage', models.PositiveBigIntegerField(default=0, verbose_name='storage (bytes)')),
                ('database', models.PositiveBigIntegerField(default=0, verbose_name='tables (bytes)')),
                ('sign_ins', models.PositiveIntegerField(default=0, verbose_name='sign-ins of the day')),
                ('failed_jobs', models.PositiveIntegerField(default=0, verbose_name='failed jobs')),
                ('waiting_jobs', models.PositiveIntegerField(default=0, verbose_name='waiting jobs')),
                ('failed_events', models.PositiveIntegerField(default=0, verbose_name='events given up')),
                ('waiting_mails', models.PositiveIntegerField(default=0, verbose_name='mails that wait')),
                ('backup_at', models.DateTimeField(null=True, verbose_name='last good backup')),
                ('backup_nightly', models.BooleanField(default=False, verbose_name='backed up each night')),
                ('at', models.DateTimeField(auto_now=True, verbose_name='counted')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='tenancy.organisation')),
            ],
            options={
                'verbose_name': 'figures',
                'verbose_name_plural': 'figures',
                'ordering': ['-day'],
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('operator', models.CharField(max_length=200, verbose_name='operator')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('minutes', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(240)], verbose_name='minutes')),
                ('may_write', models.BooleanField(default=False, verbose_name='may change records')),
                ('state', models.CharField(choices=[('asked', 'Waits for the organisation'), ('granted', 'May enter'), ('open', 'Inside'), ('ended', 'Ended'), ('refused', 'Refused by the organisation')], default='asked', max_length=8, verbose_name='state')),
                ('decided_by', models.CharField(blank=True, default='', max_length=200, verbose_name='decided by')),
                ('token_hash', models.CharField(blank=True, default='', max_length=64)),
                ('link_until', models.DateTimeField(null=True)),
                ('session_key', models.CharField(blank=True, default='', max_length=40)),
                ('address', models.CharField(blank=True, default='', max_length=45, verbose_name='address')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('entered_at', models.DateTimeField(null=True, verbose_name='entered')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='ends')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('ended_why', models.CharField(blank=True, default='', max_length=40, verbose_name='why it ended')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='tenancy.organisation')),
            ],
            options={
                'verbose_name': "operator's visit",
                'verbose_name_plural': "operator's visits",
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='SignInLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(blank=True, default='', max_length=300, verbose_name='text under the name')),
                ('accent', models.CharField(blank=True, default='', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$', 'A colour such as #0b63a5.')], verbose_name='colour of buttons')),
                ('background', models.CharField(blank=True, default='', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$', 'A colour such as #0b63a5.')], verbose_name='colour of the page')),
                ('logo', models.BinaryField(null=True)),
                ('logo_digest', models.CharField(blank=True, default='', max_length=16)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('organisation', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='look', to='tenancy.organisation')),
            ],
            options={
                'verbose_name': 'look of the sign-in pages',
                'verbose_name_plural': 'look of the sign-in pages',
            },
        ),
        migrations.CreateModel(
            name='SignUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='organisation')),
                ('slug', models.CharField(max_length=40, verbose_name='short name')),
                ('person', models.CharField(max_length=120, verbose_name='person')),
                ('email', models.EmailField(db_index=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, default='', max_length=20, verbose_name='phone')),
                ('message', models.TextField(blank=True, default='', max_length=2000, verbose_name='message')),
                ('language', models.CharField(default='en', max_length=8)),
                ('state', models.CharField(choices=[('unconfirmed', 'E-mail not confirmed'), ('waiting', 'Waits for a decision'), ('approved', 'Approved'), ('refused', 'Refused')], default='unconfirmed', max_length=12, verbose_name='state')),
                ('reason', models.CharField(blank=True, default='', max_length=300, verbose_name='reason')),
                ('decided_by', models.CharField(blank=True, default='', max_length=200, verbose_name='decided by')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('address', models.CharField(blank=True, db_index=True, default='', max_length=45, verbose_name='address')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='e-mail confirmed')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('organisation', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sign_up', to='tenancy.organisation')),
            ],
            options={
                'verbose_name': 'sign-up',
                'verbose_name_plural': 'sign-ups',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='platform_announcement_ends', violation_error_message='The end must be after the beginning.'),
        ),
        migrations.AddConstraint(
            model_name='announcementseen',
            constraint=models.UniqueConstraint(fields=('organisation', 'user_id', 'announcement'), name='platform_seen_once'),
        ),
        migrations.AddConstraint(
            model_name='figures',
            constraint=models.UniqueConstraint(fields=('organisation', 'day'), name='platform_figures_once'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='platform_override_reason'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'open'), _negated=True), ('expires_at__isnull', False), _connector='OR'), name='platform_override_ends'),
        ),
        migrations.AddConstraint(
            model_name='signinlook',
            constraint=models.UniqueConstraint(models.Value(1), condition=models.Q(('organisation', None)), name='platform_one_own_look'),
        ),
    ]

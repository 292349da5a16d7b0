import apps.core.secrets
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='FileKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', apps.core.secrets.SecretField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'key of files',
                'verbose_name_plural': 'keys of files',
                'constraints': [models.CheckConstraint(condition=models.Q(('secret', ''), ('secret__startswith', 'v1.'), _connector='OR'), name='files_filekey_sealed')],
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('path', models.CharField(editable=False, max_length=200, unique=True)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('sealed_key', models.CharField(blank=True, default='', editable=False, max_length=160)),
                ('owner_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'file',
                'verbose_name_plural': 'files',
                'indexes': [models.Index(condition=models.Q(('sealed_key', '')), fields=['id'], name='files_storedfile_plain')],
            },
        ),
    ]

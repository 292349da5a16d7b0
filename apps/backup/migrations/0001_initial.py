from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DataExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner_id', models.BigIntegerField()),
                ('job_id', models.BigIntegerField(null=True)),
                ('path', models.CharField(blank=True, default='', max_length=100)),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('sha256', models.CharField(blank=True, default='', max_length=64)),
                ('tables', models.PositiveIntegerField(default=0, verbose_name='tables')),
                ('rows', models.PositiveBigIntegerField(default=0, verbose_name='rows')),
                ('files', models.PositiveIntegerField(default=0, verbose_name='files')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('ready_at', models.DateTimeField(null=True, verbose_name='ready')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='kept until')),
                ('taken_at', models.DateTimeField(null=True, verbose_name='downloaded')),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'data export',
                'verbose_name_plural': 'data exports',
                'ordering': ['-id'],
            },
        ),
    ]

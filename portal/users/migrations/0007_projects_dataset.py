import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0006_kind_for_good'),
    ]

    operations = [
        migrations.AlterField(
            model_name='apitoken',
            name='datasets',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('compliance', 'compliance'), ('centers', 'centers'), ('filings', 'filings'), ('register', 'register'), ('casework', 'casework'), ('warnings', 'early warnings'), ('projects', 'projects'), ('simulation', 'simulation')], max_length=20), default=list, size=None, verbose_name='data sets'),
        ),
    ]

# Until when the feed was read, for endpoints that stood still too long.

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0002_sealed'),
    ]

    operations = [
        # Of those that stand still already nobody knows since when: they are not cut off.
        migrations.AddField(
            model_name='endpoint',
            name='read_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
    ]

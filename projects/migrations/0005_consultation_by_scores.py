from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0004_bid_withdrawn_by'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='procurement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('route', 'competitive_consultation'), _negated=True), ('choice', 'comprehensive'), _connector='OR'), name='procurement_consultation_by_scores'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0006_campaigns'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='event',
            field=models.CharField(choices=[('compliance.changed', 'compliance of centers changed'), ('center.changed', 'facts of centers changed'), ('filing.changed', 'filings changed'), ('round.changed', 'reporting rounds changed'), ('obligation.changed', 'obligations of centers changed'), ('organization.changed', 'the register of organizations changed'), ('team.changed', 'the register of activity teams changed'), ('casework.changed', 'work records of centers changed'), ('case.changed', 'cases of centers changed'), ('inspection.changed', 'annual inspections changed'), ('campaign.changed', 'campaigns of annual inspections changed'), ('warning.changed', 'early warnings changed'), ('project.changed', 'projects changed'), ('procurement.changed', 'procurements changed'), ('announcement.changed', 'something of a procurement was published'), ('contract.changed', 'contracts of projects changed'), ('district.changed', 'duties of districts changed'), ('division.changed', 'the list of divisions changed'), ('standard.changed', 'the standard or its parameters changed'), ('run.changed', 'an evaluation began or ended'), ('test', 'test delivery')], max_length=30, verbose_name='event'),
        ),
    ]

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

NAMES = (('removed_by', 'voided_by'), ('removed_at', 'voided_at'), ('remove_reason', 'void_reason'))


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0008_feed'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='fundingsource',
            name='removed_only',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='fundingsource',
            name='removed_once',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='tie',
            name='removed_only',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='tie',
            name='removed_once',
        ),
        migrations.RemoveConstraint(
            model_name='fundingsource',
            name='fundingsource_removed_who_when_why',
        ),
        migrations.RemoveConstraint(
            model_name='tie',
            name='tie_removed_who_when_why',
        ),
        *(
            migrations.RenameField(model_name=model, old_name=old, new_name=new)
            for model in ('fundingsource', 'tie')
            for old, new in NAMES
        ),
        migrations.AlterField(
            model_name='fundingsource',
            name='void_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='reason for voiding'),
        ),
        migrations.AlterField(
            model_name='fundingsource',
            name='voided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='voided at'),
        ),
        migrations.AlterField(
            model_name='fundingsource',
            name='voided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='voided by'),
        ),
        migrations.AlterField(
            model_name='tie',
            name='void_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='reason for voiding'),
        ),
        migrations.AlterField(
            model_name='tie',
            name='voided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='voided at'),
        ),
        migrations.AlterField(
            model_name='tie',
            name='voided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='voided by'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fundingsource',
            trigger=pgtrigger.compiler.Trigger(name='voided_only', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."project_id" IS DISTINCT FROM (NEW."project_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."amount_yuan" IS DISTINCT FROM (NEW."amount_yuan") OR OLD."payer" IS DISTINCT FROM (NEW."payer") OR OLD."doc_no" IS DISTINCT FROM (NEW."doc_no") OR OLD."entered_by_id" IS DISTINCT FROM (NEW."entered_by_id") OR OLD."entered_at" IS DISTINCT FROM (NEW."entered_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='74ce20f91077e14cf7bb84d8f2c1540bcd979356', operation='UPDATE', pgid='pgtrigger_voided_only_0ff4f', table='projects_fundingsource', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fundingsource',
            trigger=pgtrigger.compiler.Trigger(name='voided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."voided_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1941eeae85820b99ba533cc404488994c0b76c56', operation='UPDATE', pgid='pgtrigger_voided_once_1c6e0', table='projects_fundingsource', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tie',
            trigger=pgtrigger.compiler.Trigger(name='voided_only', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."expert_id" IS DISTINCT FROM (NEW."expert_id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."center_id" IS DISTINCT FROM (NEW."center_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."from_on" IS DISTINCT FROM (NEW."from_on") OR OLD."to_on" IS DISTINCT FROM (NEW."to_on") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."entered_by_id" IS DISTINCT FROM (NEW."entered_by_id") OR OLD."entered_at" IS DISTINCT FROM (NEW."entered_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='87f722d82ab1223d5319dd461c38933add5977e3', operation='UPDATE', pgid='pgtrigger_voided_only_2fd88', table='projects_tie', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tie',
            trigger=pgtrigger.compiler.Trigger(name='voided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."voided_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a2c045617c9507b30a7d707fdb5a475d76337ef1', operation='UPDATE', pgid='pgtrigger_voided_once_e475b', table='projects_tie', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='fundingsource',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided_at', None), ('voided_by', None)), models.Q(('voided_at__isnull', False), ('voided_by__isnull', False), models.Q(('void_reason', ''), _negated=True)), _connector='OR'), name='fundingsource_voided_who_when_why'),
        ),
        migrations.AddConstraint(
            model_name='tie',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided_at', None), ('voided_by', None)), models.Q(('voided_at__isnull', False), ('voided_by__isnull', False), models.Q(('void_reason', ''), _negated=True)), _connector='OR'), name='tie_voided_who_when_why'),
        ),
    ]

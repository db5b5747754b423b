import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0005_consultation_by_scores'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='invitee',
            trigger=pgtrigger.compiler.Trigger(name='drawn_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_drawn")', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='23a20007b12d962804ce6632881cfaa11ca69b23', operation='DELETE', pgid='pgtrigger_drawn_stays_7e73e', table='projects_invitee', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitee',
            trigger=pgtrigger.compiler.Trigger(name='drawn_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."procurement_id" IS DISTINCT FROM (NEW."procurement_id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."is_drawn" IS DISTINCT FROM (NEW."is_drawn") OR OLD."draw" IS DISTINCT FROM (NEW."draw"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1027823ee85869f59d2946454a5c57764cd2222f', operation='UPDATE', pgid='pgtrigger_drawn_once_e54a7', table='projects_invitee', when='BEFORE')),
        ),
    ]

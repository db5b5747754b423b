"""Who judged a review judges it no second time; what counts once; what stands with its round."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0017_notices_as_papers'),
        ('evidence', '0002_metered'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='mark',
            name='mark_of_its_stage',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='objection',
            name='objection_filed_once',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='review',
            name='review_transitions',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mark',
            trigger=pgtrigger.compiler.Trigger(name='mark_of_its_stage', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE asked evaluation_answer%ROWTYPE;', func="\nIF NOT EXISTS (SELECT 1 FROM evaluation_answer answer\n               JOIN evaluation_review review ON review.id = answer.review_id\n               WHERE answer.id = NEW.answer_id AND review.status = NEW.stage\n               FOR SHARE OF review) THEN\n    RAISE EXCEPTION 'the review is not at this stage'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_of_its_stage';\nEND IF;\nSELECT * INTO asked FROM evaluation_answer WHERE id = NEW.answer_id;\nIF NEW.points > asked.points THEN\n    RAISE EXCEPTION 'more points than the indicator has'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_within_points';\nEND IF;\nIF NEW.stage = 'township' AND asked.scorer = 'township'\n    AND NEW.points IS NULL AND NOT NEW.is_not_applicable THEN\n    RAISE EXCEPTION 'the street or town gives points here'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_scored_by_the_township';\nEND IF;\nIF NEW.number <> (CASE NEW.stage WHEN 'recheck' THEN\n        (SELECT greatest(recheck_number, 1) FROM evaluation_review WHERE id = asked.review_id)\n        ELSE 1 END) THEN\n    RAISE EXCEPTION 'a mark of another recheck'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_of_its_recheck';\nEND IF;\nIF NEW.stage = 'recheck' AND \n(EXISTS (SELECT 1 FROM evaluation_mark mark\n         JOIN evaluation_answer answer ON answer.id = mark.answer_id\n         WHERE answer.review_id = asked.review_id AND mark.marked_by_id = NEW.marked_by_id\n         AND (mark.stage = 'district' OR mark.stage = 'recheck' AND mark.number < NEW.number))\n OR EXISTS (SELECT 1 FROM evaluation_reviewstep step\n            WHERE step.review_id = asked.review_id AND step.taken_by_id = NEW.marked_by_id\n            AND step.status IN ('reply', 'settled')))\n THEN\n    RAISE EXCEPTION 'a recheck is by another'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_rechecked_by_another';\nEND IF;\nRETURN NEW;\n", hash='02c072dee2544de996006af943133cdee0989d99', operation='INSERT OR UPDATE', pgid='pgtrigger_mark_of_its_stage_f0540', table='evaluation_mark', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='objection_filed_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."review_id" IS DISTINCT FROM (NEW."review_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."filed_by_id" IS DISTINCT FROM (NEW."filed_by_id") OR OLD."filed_at" IS DISTINCT FROM (NEW."filed_at") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5a6c56147ed3b29d425273682f00f24a79886b33', operation='UPDATE', pgid='pgtrigger_objection_filed_once_bd6b3', table='evaluation_objection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='contact_only_forgotten', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.contact IS DISTINCT FROM OLD.contact AND NEW.contact <> ''::bytea)", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a4a280ed9f395ab6e78ede1598fae7e40e19ea85', operation='UPDATE', pgid='pgtrigger_contact_only_forgotten_05ce8', table='evaluation_objection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='answered_by_another', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" IN (\'upheld\', \'rejected\') AND OLD."status" = \'open\')', func="\nIF \n(EXISTS (SELECT 1 FROM evaluation_mark mark\n         JOIN evaluation_answer answer ON answer.id = mark.answer_id\n         WHERE answer.review_id = NEW.review_id AND mark.marked_by_id = NEW.answered_by_id\n         AND (mark.stage = 'district' OR mark.stage = 'recheck' AND TRUE))\n OR EXISTS (SELECT 1 FROM evaluation_reviewstep step\n            WHERE step.review_id = NEW.review_id AND step.taken_by_id = NEW.answered_by_id\n            AND step.status IN ('reply', 'settled')))\n THEN\n    RAISE EXCEPTION 'somebody else does this'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_answered_by_another';\nEND IF;\nRETURN NEW;\n", hash='81ba9d879a3d80b017811ace9acb6a7e92da7713', operation='UPDATE', pgid='pgtrigger_answered_by_another_d06f8', table='evaluation_objection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='review_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{approved:excluded,approved:final,approved:recheck,district:excluded,district:reply,district:self,recheck:excluded,recheck:settled,reply:excluded,reply:recheck,reply:settled,self:excluded,self:township,settled:approved,settled:excluded,settled:recheck,township:district,township:excluded,township:self}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='409dfd5b58d1ff8bebc74ed0231af532a74b203a', operation='UPDATE', pgid='pgtrigger_review_transitions_01fab', table='evaluation_review', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='rechecked_by_another', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'settled\' AND OLD."status" = \'recheck\')', func="\nIF \n(EXISTS (SELECT 1 FROM evaluation_mark mark\n         JOIN evaluation_answer answer ON answer.id = mark.answer_id\n         WHERE answer.review_id = NEW.id AND mark.marked_by_id = NEW.rechecked_by_id\n         AND (mark.stage = 'district' OR mark.stage = 'recheck' AND mark.number < NEW.recheck_number))\n OR EXISTS (SELECT 1 FROM evaluation_reviewstep step\n            WHERE step.review_id = NEW.id AND step.taken_by_id = NEW.rechecked_by_id\n            AND step.status IN ('reply', 'settled')))\n THEN\n    RAISE EXCEPTION 'somebody else does this'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'review_rechecked_by_another';\nEND IF;\nRETURN NEW;\n", hash='dc3242aab992830a24b4acc59b8226a1733c4f97', operation='UPDATE', pgid='pgtrigger_rechecked_by_another_775f4', table='evaluation_review', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='approved_by_another', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'approved\' AND OLD."status" = \'settled\')', func="\nIF \n(EXISTS (SELECT 1 FROM evaluation_mark mark\n         JOIN evaluation_answer answer ON answer.id = mark.answer_id\n         WHERE answer.review_id = NEW.id AND mark.marked_by_id = NEW.approved_by_id\n         AND (mark.stage = 'district' OR mark.stage = 'recheck' AND TRUE))\n OR EXISTS (SELECT 1 FROM evaluation_reviewstep step\n            WHERE step.review_id = NEW.id AND step.taken_by_id = NEW.approved_by_id\n            AND step.status IN ('reply', 'settled')))\n THEN\n    RAISE EXCEPTION 'somebody else does this'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'review_approved_by_another';\nEND IF;\nRETURN NEW;\n", hash='4261091d4383e238ba95d1ab2b7b73e2f97343c4', operation='UPDATE', pgid='pgtrigger_approved_by_another_42365', table='evaluation_review', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewevidence',
            trigger=pgtrigger.compiler.Trigger(name='review_evidence_of_an_open_review', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NOT EXISTS (SELECT 1 FROM evaluation_review\n               WHERE id = COALESCE(NEW.review_id, OLD.review_id) AND status IN ('self', 'township', 'district', 'recheck')\n               FOR SHARE) THEN\n    RAISE EXCEPTION 'the evidence of the review stands'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'review_evidence_of_an_open_review';\nEND IF;\nRETURN COALESCE(NEW, OLD);\n", hash='01b6304733a0d54aeb30019b4d4d1e14856656ce', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_review_evidence_of_an_open_review_b1010', table='evaluation_reviewevidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewextra',
            trigger=pgtrigger.compiler.Trigger(name='bonus_within_points', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF greatest(NEW.claimed_points, NEW.points)\n    > (SELECT points FROM evaluation_extra WHERE id = NEW.extra_id) THEN\n    RAISE EXCEPTION 'more points than the bonus has'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewextra_within_points';\nEND IF;\nRETURN NEW;\n", hash='7388090e84e5cf8e52af6fd4581059eea4804018', operation='INSERT OR UPDATE', pgid='pgtrigger_bonus_within_points_ec712', table='evaluation_reviewextra', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewround',
            trigger=pgtrigger.compiler.Trigger(name='cancelled_with_its_reviews', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'cancelled\' AND OLD."status" = \'open\')', func="\nIF EXISTS (SELECT 1 FROM evaluation_review\n           WHERE round_id = NEW.id AND status NOT IN ('excluded')) THEN\n    RAISE EXCEPTION 'a review of the round is not that far'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'round_reviews_are_through';\nEND IF;\nRETURN NEW;", hash='60bdad16a4c6f697628dec0d6dde9af75f65e768', operation='UPDATE', pgid='pgtrigger_cancelled_with_its_reviews_eaa8d', table='evaluation_reviewround', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.CheckConstraint(condition=models.Q(('source', ''), models.Q(('scoring__in', ['rubric', 'boolean', 'deduct', 'ratio', 'threshold']), ('source', 'manual')), models.Q(('scoring', 'items'), ('source__in', ['findings', 'functions'])), models.Q(('scoring__in', ['ratio', 'threshold']), ('source__in', ['projects', 'timeliness', 'disclosure', 'feedback', 'survey'])), _connector='OR'), name='indicator_scored_by_what_counts_it'),
        ),
        migrations.AddConstraint(
            model_name='reviewextra',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'refused'), _negated=True), fields=('review', 'extra'), name='reviewextra_counts_once'),
        ),
    ]

"""What the database asks of a review beyond its own row: whoever judged it for the bureau does not
judge it again, and every mark stands where it may."""

import pgtrigger

# Who gave points for the bureau or handed on what it found. ``before`` leaves later rechecks out.
JUDGED = """
(EXISTS (SELECT 1 FROM evaluation_mark mark
         JOIN evaluation_answer answer ON answer.id = mark.answer_id
         WHERE answer.review_id = {review} AND mark.marked_by_id = {person}
         AND (mark.stage = 'district' OR mark.stage = 'recheck' AND {before}))
 OR EXISTS (SELECT 1 FROM evaluation_reviewstep step
            WHERE step.review_id = {review} AND step.taken_by_id = {person}
            AND step.status IN ('reply', 'settled')))
"""
BY_ANOTHER = """
IF {judged} THEN
    RAISE EXCEPTION 'somebody else does this'
        USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
END IF;
RETURN NEW;
"""

# A mark is entered and changed while its review stands at that stage.
OF_ITS_STAGE = """
IF NOT EXISTS (SELECT 1 FROM evaluation_answer answer
               JOIN evaluation_review review ON review.id = answer.review_id
               WHERE answer.id = NEW.answer_id AND review.status = NEW.stage
               FOR SHARE OF review) THEN
    RAISE EXCEPTION 'the review is not at this stage'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_of_its_stage';
END IF;
SELECT * INTO asked FROM evaluation_answer WHERE id = NEW.answer_id;
IF NEW.points > asked.points THEN
    RAISE EXCEPTION 'more points than the indicator has'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_within_points';
END IF;
IF NEW.stage = 'township' AND asked.scorer = 'township'
    AND NEW.points IS NULL AND NOT NEW.is_not_applicable THEN
    RAISE EXCEPTION 'the street or town gives points here'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_scored_by_the_township';
END IF;
IF NEW.number <> (CASE NEW.stage WHEN 'recheck' THEN
        (SELECT greatest(recheck_number, 1) FROM evaluation_review WHERE id = asked.review_id)
        ELSE 1 END) THEN
    RAISE EXCEPTION 'a mark of another recheck'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_of_its_recheck';
END IF;
IF NEW.stage = 'recheck' AND {judged} THEN
    RAISE EXCEPTION 'a recheck is by another'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_rechecked_by_another';
END IF;
RETURN NEW;
"""
BONUS_WITHIN = """
IF greatest(NEW.claimed_points, NEW.points)
    > (SELECT points FROM evaluation_extra WHERE id = NEW.extra_id) THEN
    RAISE EXCEPTION 'more points than the bonus has'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewextra_within_points';
END IF;
RETURN NEW;
"""


def _by_another(
    noun: str, verb: str, condition: pgtrigger.Condition, **words: str
) -> pgtrigger.Trigger:
    name = f"{verb}_by_another"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=condition,
        func=BY_ANOTHER.format(name=f"{noun}_{name}", judged=JUDGED.format(**words)),
    )


def mark_where_it_may() -> pgtrigger.Trigger:
    """A mark is of its stage and recheck, within its points, of a recheck by another."""
    return pgtrigger.Trigger(
        name="mark_of_its_stage",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("asked", "evaluation_answer%ROWTYPE")],
        func=OF_ITS_STAGE.format(
            judged=JUDGED.format(
                review="asked.review_id",
                person="NEW.marked_by_id",
                before="mark.number < NEW.number",
            )
        ),
    )


def rechecked_by_another() -> pgtrigger.Trigger:
    """A recheck is closed by somebody who judged the review nowhere before."""
    return _by_another(
        "review",
        "rechecked",
        pgtrigger.Q(old__status="recheck", new__status="settled"),
        review="NEW.id",
        person="NEW.rechecked_by_id",
        before="mark.number < NEW.recheck_number",
    )


def approved_by_another() -> pgtrigger.Trigger:
    """A grade is approved by somebody who gave none of its points."""
    return _by_another(
        "review",
        "approved",
        pgtrigger.Q(old__status="settled", new__status="approved"),
        review="NEW.id",
        person="NEW.approved_by_id",
        before="TRUE",
    )


def answered_by_another() -> pgtrigger.Trigger:
    """An objection is answered by somebody whose judgment it does not attack."""
    return _by_another(
        "objection",
        "answered",
        pgtrigger.Q(old__status="open", new__status__in=["upheld", "rejected"]),
        review="NEW.review_id",
        person="NEW.answered_by_id",
        before="TRUE",
    )


def bonus_within_points() -> pgtrigger.Trigger:
    """No more is claimed or given for a bonus than the scheme has."""
    return pgtrigger.Trigger(
        name="bonus_within_points",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=BONUS_WITHIN,
    )

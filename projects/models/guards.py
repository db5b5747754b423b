"""What triggers of several tables ask in the same words."""

STILL = """
IF NOT EXISTS (SELECT 1 FROM projects_{noun}
               WHERE id = COALESCE(NEW.{noun}_id, OLD.{noun}_id) AND status = '{status}'
               FOR SHARE) THEN
    RAISE EXCEPTION '{said}'
        USING ERRCODE = 'check_violation', CONSTRAINT = '{noun}_still_{status}';
END IF;
RETURN COALESCE(NEW, OLD);
"""


def only_while(noun: str, status: str, said: str) -> str:
    """The body of a trigger: rows of a ``noun`` are written while it has this status, which is held
    until the transaction ends; else ``<noun>_still_<status>`` is broken."""
    return STILL.format(noun=noun, status=status, said=said)

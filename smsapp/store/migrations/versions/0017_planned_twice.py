"""What was planned twice before there were chains is told once."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SECOND = """
UPDATE reminder SET state = 'dropped', why = 'twice'
WHERE state = 'planned' AND report_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM reminder other
  WHERE other.person_id = reminder.person_id AND other.kind = reminder.kind
    AND other.report_id = reminder.report_id AND other.state = 'planned'
    AND (SELECT min(step.id) FROM reminder step WHERE step.person_id = other.person_id
         AND step.kind = other.kind AND step.period = other.period)
      < (SELECT min(step.id) FROM reminder step WHERE step.person_id = reminder.person_id
         AND step.kind = reminder.kind AND step.period = reminder.period))
"""  # of the chains under way about one report the first goes on


def upgrade() -> None:
    """0005 made chains of what it found: of a follow-up planned twice, two that both speak."""
    op.execute(SECOND)

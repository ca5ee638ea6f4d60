"""Words of a note go into the search index at once, not onto its pending list."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.execute("ALTER INDEX ix_note_words SET (fastupdate = off)")
    op.execute("SELECT gin_clean_pending_list('ix_note_words')")


def downgrade() -> None:
    """Change it back."""
    op.execute("ALTER INDEX ix_note_words RESET (fastupdate)")

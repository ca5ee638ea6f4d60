"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "failed_sign_in",
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("times", sa.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.PrimaryKeyConstraint("email_key", "client", name="pk_failed_sign_in"),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("email_key", name="uq_user_email_key"),
    )
    op.create_table(
        "idempotency",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_idempotency_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], unique=False)
    op.create_table(
        "pad",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100, collation="C"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_pad_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_pad"),
    )
    op.create_index("ix_pad_user_id_name_id", "pad", ["user_id", "name", "id"], unique=False)
    op.create_index("uq_pad_id_user_id", "pad", ["id", "user_id"], unique=True)
    op.create_table(
        "recovery",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_recovery_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key_hash", name="pk_recovery"),
    )
    op.create_index("ix_recovery_user_id", "recovery", ["user_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_session_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key_hash", name="pk_session"),
    )
    op.create_index("ix_session_user_id", "session", ["user_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_token_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("key_hash", name="uq_token_key_hash"),
    )
    op.create_index("ix_token_user_id", "token", ["user_id"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("pad_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100, collation="C"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pad_id", "user_id"],
            ["pad.id", "pad.user_id"],
            name="fk_note_pad_id_user_id",
            ondelete="SET NULL (pad_id)",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_note_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index(
        "ix_note_alive_name", "note", ["user_id", "name", "id"], unique=False, postgresql_where="deleted_at IS NULL"
    )
    op.create_index(
        "ix_note_alive_updated_at",
        "note",
        ["user_id", "updated_at", "id"],
        unique=False,
        postgresql_where="deleted_at IS NULL",
    )
    op.create_index("ix_note_pad_id", "note", ["pad_id", "user_id"], unique=False)
    op.create_index(
        "ix_note_trash",
        "note",
        ["user_id", "deleted_at", "id"],
        unique=False,
        postgresql_where="deleted_at IS NOT NULL",
    )
    op.create_index("ix_note_words", "note", ["words"], unique=False, postgresql_using="gin")
    # by a trigger, because it sees the notes that were made while the deletion waited for their transactions
    op.execute(
        """
        CREATE FUNCTION trash_notes_of_pad() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE note SET deleted_at = now(), version = version + 1 WHERE pad_id = OLD.id AND deleted_at IS NULL;
            RETURN OLD;
        END
        $$
        """
    )
    op.execute("CREATE TRIGGER trash_notes BEFORE DELETE ON pad FOR EACH ROW EXECUTE FUNCTION trash_notes_of_pad()")


def downgrade() -> None:
    """Change it back."""
    for table in ("note", "token", "session", "recovery", "pad", "idempotency", "user", "failed_sign_in"):
        op.drop_table(table)
    op.execute("DROP FUNCTION trash_notes_of_pad()")

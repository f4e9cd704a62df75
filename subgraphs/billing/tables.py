"""Billing's tables. Amounts are whole minor units; moments are aware UTC datetimes."""

from __future__ import annotations

import sqlalchemy as sa

from reelgraph_dgs.database import UtcDateTime

metadata = sa.MetaData()

accounts = sa.Table(
    "billing_accounts",
    metadata,
    sa.Column("member_id", sa.String(64), primary_key=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("plan_id", sa.String(32)),
    sa.Column("anchor", UtcDateTime),
    sa.Column("paid_through", UtcDateTime),
    sa.Column("card_token", sa.String(128)),
    sa.Column("cancelled_at", UtcDateTime),
    # The one charge in flight; taken by compare-and-set, so an account never pays twice at once.
    sa.Column("unsettled_charge_id", sa.String(36)),
    sa.Column("failed_attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", UtcDateTime),
)

periods = sa.Table(
    "billing_periods",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("member_id", sa.ForeignKey("billing_accounts.member_id"), nullable=False),
    sa.Column("plan_id", sa.String(32), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Index("billing_periods_by_member", "member_id", "starts_at"),
)

charges = sa.Table(
    "billing_charges",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("member_id", sa.ForeignKey("billing_accounts.member_id"), nullable=False),
    sa.Column("period_id", sa.ForeignKey("billing_periods.id"), nullable=False),
    sa.Column("purpose", sa.String(16), nullable=False),
    sa.Column("card_token", sa.String(128), nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("detail", sa.String(200)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("settled_at", UtcDateTime),
    sa.Index("billing_charges_by_member", "member_id", "created_at"),
    sa.Index("billing_charges_by_status", "status", "created_at"),
)

idempotency_keys = sa.Table(
    "billing_idempotency_keys",
    metadata,
    sa.Column("member_id", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("charge_id", sa.ForeignKey("billing_charges.id"), nullable=False),
)

ledger_entries = sa.Table(
    "ledger_entries",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("period_id", sa.ForeignKey("billing_periods.id"), nullable=False),
    sa.Column("charge_id", sa.ForeignKey("billing_charges.id")),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

ledger_lines = sa.Table(
    "ledger_lines",
    metadata,
    sa.Column("entry_id", sa.ForeignKey("ledger_entries.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("account", sa.String(96), nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Index("ledger_lines_by_account", "account"),
)

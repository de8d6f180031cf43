"""`tables.sql` and the migrations make one schema, and say why; enums are its CHECK lists."""

import re
from enum import StrEnum
from typing import Final

import pytest

from pomelo import (
    bulk,
    campaigns,
    exports,
    hooks,
    leads,
    messages,
    schedules,
    senders,
    sequences,
    tasks,
    teams,
    unsubscribes,
)
from pomelo.base.db import Db
from tests.shape import tables

COLUMNS = """
SELECT c.relname AS table, c.relpersistence::text, array_to_string(c.reloptions, ',') AS options,
  a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required,
  pg_get_expr(d.adbin, d.adrelid) AS default
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
"""
CONSTRAINTS = """
SELECT c.relname AS table, o.conname AS name, pg_get_constraintdef(o.oid) AS rule
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
WHERE o.connamespace = $1::regnamespace
"""
INDEXES = """
SELECT tablename AS table, indexname AS name, replace(indexdef, schemaname || '.', '') AS rule
FROM pg_indexes WHERE schemaname = $1::regnamespace::text
"""
OTHERS = """
SELECT relname AS table, relkind::text FROM pg_class
WHERE relnamespace = $1::regnamespace AND relkind NOT IN ('r', 'i', 't')
UNION ALL SELECT proname, 'function' FROM pg_proc WHERE pronamespace = $1::regnamespace
UNION ALL SELECT tgname, 'trigger' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE c.relnamespace = $1::regnamespace AND NOT tgisinternal
"""

# Columns whose values are a closed list, and the enum that code knows them by. Where there is
# none, the words themselves.
LISTS: Final[dict[tuple[str, str], type[StrEnum] | frozenset[str]]] = {
    ("teams", "uncertain"): teams.Uncertain,
    ("users", "role"): frozenset({"owner", "member"}),
    ("senders", "smtp_tls"): senders.TlsMode,
    ("senders", "imap_tls"): senders.TlsMode,
    ("senders", "paused_for"): senders.PausedFor,
    ("senders", "replies"): senders.Replies,
    ("senders", "saves_sent_copy"): senders.SavesSentCopy,
    ("grants", "provider"): senders.Provider,
    ("authorizations", "provider"): senders.Provider,
    ("unsubscribes", "source"): unsubscribes.Source,
    ("campaigns", "state"): campaigns.CampaignState,
    ("steps", "type"): sequences.StepType,
    ("leads", "source"): leads.Source,
    ("leads", "state"): leads.LeadState,
    ("leads", "waits_for"): leads.WaitsFor,
    ("campaigns", "lead_zones"): schedules.LeadZones,
    ("leads", "held_by"): leads.HeldBy,
    ("leads", "awaits"): leads.Awaited,
    ("leads", "email_status"): frozenset({"", "deliverable", "risky", "undeliverable"}),
    ("messages", "kind"): messages.MessageKind,
    ("tasks", "type"): tasks.TaskType,
    ("tasks", "state"): tasks.TaskState,
    ("messages", "state"): messages.MessageState,
    ("bulk_edits", "action"): bulk.Action,
    ("bulk_edits", "status"): bulk.EditStatus,
    ("exports", "state"): exports.ExportState,
    ("hooks", "disabled_for"): hooks.DisabledFor,
    ("hook_deliveries", "state"): hooks.DeliveryState,
}
LIST = re.compile(r"CHECK \(\((\w+) = (?:ANY \(ARRAY\[(.*)\]\)|('[^']*'::text))\)\)")
# Columns that say by their name what NULL means: it has not happened, there is none of it.
NULL_SAYS_ITSELF: Final = ("_at", "_id", "_by", "_until")


@pytest.mark.parametrize("question", [COLUMNS, CONSTRAINTS, INDEXES, OTHERS])
async def test_the_domains_tables_are_what_the_migrations_make(db: Db, question: str) -> None:
    await db.execute("CREATE SCHEMA by_domain; SET LOCAL search_path TO by_domain")
    for text in tables.texts().values():
        await db.execute(text)

    by_domain = {tuple(row) for row in await db.fetch(question, "by_domain")}
    await db.execute("SET LOCAL search_path TO public")
    by_migration = {
        tuple(row) for row in await db.fetch(question, "public") if row["table"] != tables.HISTORY
    }

    assert by_domain == by_migration


async def test_an_enum_is_the_databases_list(db: Db) -> None:
    rows = await db.fetch(CONSTRAINTS, "public")
    lists = {
        (row["table"], found.group(1)): frozenset(re.findall(r"'([^']*)'::text", found.group()))
        for row in rows
        if (found := LIST.fullmatch(row["rule"]))
    }

    assert lists == {column: frozenset(map(str, words)) for column, words in LISTS.items()}


@pytest.mark.parametrize("domain", tables.texts())
def test_every_table_says_what_it_is(domain: str) -> None:
    lines = tables.texts()[domain].splitlines()

    silent = [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if tables.CREATE.match(line) and not above.startswith("--")
    ]

    assert silent == []


@pytest.mark.parametrize("domain", tables.texts())
def test_a_column_that_may_be_null_says_what_that_means(domain: str) -> None:
    silent, is_told = [], False
    for line in tables.texts()[domain].splitlines():
        column = re.match(r"  (\w+) [a-z]+(\[\])?\b(?!.*(NOT NULL|PRIMARY KEY))", line)
        is_told = is_told if column else line.startswith("  --")
        name = column.group(1) if column else ""
        if column and name.islower() and not is_told and not name.endswith(NULL_SAYS_ITSELF):
            silent.append(line)

    assert silent == []

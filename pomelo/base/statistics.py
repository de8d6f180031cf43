"""What the planner believes about tables that have just grown.

It plans by what it was told last, and autovacuum tells it once a minute: for that long a table
that was empty counts as empty, and a statement may read all of it where one row is meant.
"""

from typing import Final

from pomelo.base.db import Db
from pomelo.base.sql import Query

LOOK_SECONDS: Final = 2.0

# One process at a time; a table is looked at again when it is twice as large as it was then.
_REFRESH: Final = Query(
    "refresh",
    """
    DO $$
    DECLARE
      grown regclass;
    BEGIN
      IF NOT pg_try_advisory_xact_lock(hashtextextended('pomelo statistics', 0)) THEN
        RETURN;
      END IF;
      FOR grown IN
        SELECT oid FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
          AND pg_relation_size(oid)
            > 2 * current_setting('block_size')::bigint * GREATEST(relpages, 4)
      LOOP
        EXECUTE format('ANALYZE %s', grown);
      END LOOP;
    END $$""",
)


async def refresh(db: Db) -> None:
    """Tell the planner about every table that is twice as large as it believes."""
    await _REFRESH.run(db)

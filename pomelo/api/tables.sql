-- Who called when: one row a key, or an address that came without a valid key, with the
-- requests granted in the last 2 s. UNLOGGED: after a crash everybody starts afresh, and
-- granting a request costs no write-ahead log and no wait for the disk.
CREATE UNLOGGED TABLE request_windows (
  -- 'key_…', or 'address:' and the address.
  key text PRIMARY KEY,
  -- Oldest first, by the database's clock, which all processes share.
  hits timestamptz[] NOT NULL,
  -- How many of those asked for last were granted; kept only to be returned.
  granted integer NOT NULL,
  used_at timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

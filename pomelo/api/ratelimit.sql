-- name: take
-- Grants up to the asked number of requests a key; rows are locked in the order of keys, so
-- that two processes never wait for each other. The clock is read once the row is locked: a
-- hit is never written behind a later one. A hit of the future (the clock was set back)
-- counts for 2 s at most.
INSERT INTO request_windows AS w (key, hits, granted, used_at)
SELECT key,
       array_fill(clock_timestamp(), ARRAY[least(asked, :most::integer)]),
       least(asked, :most::integer),
       clock_timestamp()
FROM unnest(:keys::text[], :asked::integer[]) AS n (key, asked)
ORDER BY key
ON CONFLICT (key) DO UPDATE SET (hits, granted, used_at) = (
  SELECT room.kept || array_fill(room.now, ARRAY[room.granted]), room.granted, room.now
  FROM (
    SELECT kept, now, greatest(0, least(excluded.granted, :most - cardinality(kept))) AS granted
    FROM (
      SELECT t.now, ARRAY(
        SELECT hit FROM unnest(w.hits) WITH ORDINALITY AS h (hit, n)
        WHERE hit > t.now - interval '2 seconds' AND hit < t.now + interval '2 seconds'
        ORDER BY n
      ) AS kept
      FROM (SELECT clock_timestamp() AS now) AS t
    ) AS window_now
  ) AS room
)
RETURNING key, granted, cardinality(hits) AS used, hits[1] AS oldest_at, used_at AS now;

-- name: forget
-- Drops rows that say nothing any more, without waiting for those in use.
DELETE FROM request_windows
WHERE key IN (
  SELECT key FROM request_windows
  WHERE used_at < clock_timestamp() - interval '1 minute'
  LIMIT 10000 FOR UPDATE SKIP LOCKED
);

-- name: lock
-- Waits for all who hold the list: whoever adds leads holds it shared, in `list_places` of
-- leads, until their transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(:team_id::text, 0));

-- name: insert
-- A key that is there stays as it is, but whoever unsubscribes outranks a bounce.
INSERT INTO unsubscribes (team_id, id, value, key, source, created_at)
SELECT :team_id, n.id, n.value, n.key, :source, :now
FROM unnest(:ids::text[], :values::text[], :keys::text[]) AS n (id, value, key)
ON CONFLICT (team_id, key) DO UPDATE SET source = EXCLUDED.source
WHERE unsubscribes.source = 'bounced' AND EXCLUDED.source <> 'bounced';

-- name: list_of_keys
SELECT id, value, key, source, created_at
FROM unsubscribes WHERE team_id = :team_id AND key = ANY(:keys::text[]);

-- name: delete
DELETE FROM unsubscribes WHERE team_id = :team_id AND key = :key
RETURNING id, value, key, source, created_at;

-- name: list_page
-- The API promises an offset here.
SELECT id, value, key, source, created_at
FROM unsubscribes WHERE team_id = :team_id
ORDER BY created_at, id OFFSET :offset LIMIT :limit;

-- name: list_after
SELECT id, value, key, source, created_at
FROM unsubscribes
WHERE team_id = :team_id AND (created_at, id) > (:created_at::timestamptz, :id::text)
ORDER BY created_at, id LIMIT :limit;

-- name: matching
SELECT u.team_id, u.key, u.source
FROM unnest(:team_ids::text[], :keys::text[]) AS n (team_id, key)
JOIN unsubscribes u ON u.team_id = n.team_id AND u.key = n.key;

-- name: insert
INSERT INTO hooks (team_id, id, target_url, type, campaign_id, is_first, zap_id, secret,
  signing_secret, created_at)
VALUES (:team_id, :id, :target_url, :type, :campaign_id, :is_first, :zap_id, :secret,
  :signing_secret, :now)
RETURNING team_id, id, target_url, type, campaign_id, is_first, zap_id, created_at,
  old_signs_until, disabled_at, disabled_for, fail_counter, first_failed_at;

-- name: list_of_team
SELECT team_id, id, target_url, type, campaign_id, is_first, zap_id, created_at,
  old_signs_until, disabled_at, disabled_for, fail_counter, first_failed_at
FROM hooks WHERE team_id = :team_id ORDER BY created_at, id;

-- name: find
SELECT team_id, id, target_url, type, campaign_id, is_first, zap_id, created_at,
  old_signs_until, disabled_at, disabled_for, fail_counter, first_failed_at
FROM hooks WHERE team_id = :team_id AND id = :id;

-- name: lock
-- Those who tell it things again, or put off what failed, take turns with who queues for it.
SELECT id FROM hooks h
JOIN unnest(:team_ids::text[], :ids::text[]) AS n (team_id, hook_id)
  ON h.team_id = n.team_id AND h.id = n.hook_id
ORDER BY h.team_id, h.id FOR NO KEY UPDATE OF h;

-- name: delete
-- What it was still to be told goes with it.
DELETE FROM hooks WHERE team_id = :team_id AND id = :id
RETURNING team_id, id, target_url, type, campaign_id, is_first, zap_id, created_at,
  old_signs_until, disabled_at, disabled_for, fail_counter, first_failed_at;

-- name: has_enabled
SELECT EXISTS (SELECT FROM hooks WHERE team_id = :team_id AND disabled_at IS NULL);

-- name: rotate
UPDATE hooks SET old_signing_secret = signing_secret, old_signs_until = :until,
  signing_secret = :signing_secret
WHERE team_id = :team_id AND id = :id
RETURNING team_id, id, target_url, type, campaign_id, is_first, zap_id, created_at,
  old_signs_until, disabled_at, disabled_for, fail_counter, first_failed_at;

-- name: enable
-- It starts with a clean slate; a worker that talks to it meanwhile writes its own over it.
UPDATE hooks SET disabled_at = NULL, disabled_for = NULL, fail_counter = 0,
  first_failed_at = NULL, rests_until = '-infinity', next_at = LEAST(next_at, :now)
WHERE team_id = :team_id AND id = :id;

-- name: take_turn
-- One worker at a time tells, so that things are told in the order in which they happened.
SELECT pg_try_advisory_xact_lock(hashtextextended('pomelo hooks', 0));

-- name: listeners
SELECT team_id, id, type, campaign_id, is_first FROM hooks
WHERE team_id = ANY(:team_ids::text[]) AND disabled_at IS NULL
ORDER BY team_id, id FOR NO KEY UPDATE;

-- name: insert_deliveries
-- What a lead did later waits for what it did before, while that is retried for its first hour.
INSERT INTO hook_deliveries (team_id, id, hook_id, activity_id, lead_id, type, next_at, queued_at,
  created_at)
SELECT n.team_id, n.id, n.hook_id, n.activity_id, n.lead_id, n.type,
  GREATEST(:now, (
    SELECT max(d.next_at) FROM hook_deliveries d
    WHERE d.team_id = n.team_id AND d.hook_id = n.hook_id AND d.lead_id = n.lead_id
      AND d.state = 'waiting' AND d.queued_at > :keeps_order_since)),
  :now, :now
FROM ROWS FROM (json_to_recordset(:rows) AS (
  team_id text, id text, hook_id text, activity_id text, lead_id text, type text))
  WITH ORDINALITY AS n (team_id, id, hook_id, activity_id, lead_id, type, place)
ORDER BY n.place;

-- name: wake
UPDATE hooks h SET next_at = LEAST(h.next_at, GREATEST(h.rests_until, :now))
FROM unnest(:team_ids::text[], :ids::text[]) AS n (team_id, id)
WHERE h.team_id = n.team_id AND h.id = n.id;

-- name: claim
-- Those that fail are claimed apart from the others, so that they take nobody's place; nor does
-- a team with many.
UPDATE hooks h SET leased_until = :until, fence = h.fence + 1
FROM (
  SELECT team_id, id FROM hooks
  WHERE next_at <= :now AND disabled_at IS NULL AND leased_until <= :now
    AND (fail_counter >= :rests_from) = :is_failing AND team_id <> ALL (:full::text[])
  ORDER BY next_at LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED
) AS due
WHERE h.team_id = due.team_id AND h.id = due.id
RETURNING h.team_id, h.id, h.target_url, h.secret, h.signing_secret, h.old_signing_secret,
  h.old_signs_until, h.fail_counter, h.first_failed_at, h.fence;

-- name: renew
UPDATE hooks h SET leased_until = :until
FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[]) AS n (team_id, id, fence)
WHERE h.team_id = n.team_id AND h.id = n.id AND h.fence = n.fence;

-- name: list_due
SELECT id, activity_id, lead_id, type, place, attempts, queued_at FROM hook_deliveries
WHERE team_id = :team_id AND hook_id = :hook_id AND state = 'waiting' AND next_at <= :now
ORDER BY next_at, place LIMIT :limit;

-- name: finish
-- Not of a claim that was lost, and not of what was queued again while it was told: that is to
-- be told once more.
UPDATE hook_deliveries d SET state = n.state, attempts = d.attempts + 1, next_at = n.next_at,
  tried_at = n.tried_at, ended_at = CASE WHEN n.state <> 'waiting' THEN n.tried_at END,
  status = n.status, latency_ms = n.latency_ms, fault = n.fault
FROM json_to_recordset(:rows) AS n (
  team_id text, hook_id text, fence bigint, id text, queued_at timestamptz, state text,
  next_at timestamptz, tried_at timestamptz, status integer, latency_ms integer, fault text)
JOIN hooks h ON h.team_id = n.team_id AND h.id = n.hook_id AND h.fence = n.fence
WHERE d.team_id = n.team_id AND d.id = n.id AND d.queued_at = n.queued_at
RETURNING d.id;

-- name: hold_back
-- What the lead did later is told after what has just failed.
UPDATE hook_deliveries d SET next_at = n.next_at
FROM json_to_recordset(:rows) AS n (
  team_id text, hook_id text, lead_id text, place bigint, next_at timestamptz)
WHERE d.team_id = n.team_id AND d.hook_id = n.hook_id AND d.lead_id = n.lead_id
  AND d.state = 'waiting' AND d.place > n.place AND d.next_at < n.next_at;

-- name: lock_claimed
-- First the lock, then (in the next statement) a look at what was told meanwhile.
SELECT id FROM hooks WHERE team_id = :team_id AND id = :id AND fence = :fence FOR NO KEY UPDATE;

-- name: release
UPDATE hooks SET leased_until = '-infinity', fail_counter = :fail_counter,
  first_failed_at = :first_failed_at, rests_until = :rests_until,
  disabled_at = CASE WHEN :disabled_for::text IS NOT NULL THEN :now::timestamptz END,
  disabled_for = :disabled_for,
  -- One with much left comes after those that wait already.
  next_at = GREATEST(:rests_until, :now, COALESCE((
    SELECT min(next_at) FROM hook_deliveries
    WHERE team_id = :team_id AND hook_id = :id AND state = 'waiting'), 'infinity'))
WHERE team_id = :team_id AND id = :id AND fence = :fence;

-- name: give_up_waiting
-- A disabled hook is told nothing more; what it was to be told can be told again. (What is just
-- being queued again has another queued_at, once its row is free.)
UPDATE hook_deliveries d SET state = 'failed', ended_at = :now
FROM (
  SELECT w.team_id, w.id, w.queued_at FROM hooks h
  JOIN hook_deliveries w ON w.team_id = h.team_id AND w.hook_id = h.id AND w.state = 'waiting'
  WHERE h.disabled_at IS NOT NULL LIMIT :limit
) AS n
WHERE d.team_id = n.team_id AND d.id = n.id AND d.queued_at = n.queued_at;

-- name: forget
-- Asked of the row itself, too: it may just be told again.
DELETE FROM hook_deliveries d
USING (
  SELECT team_id, id FROM hook_deliveries WHERE ended_at < :before ORDER BY ended_at LIMIT :limit
) AS n
WHERE d.team_id = n.team_id AND d.id = n.id AND d.ended_at < :before;

-- name: list_deliveries
-- The log, newest first; the API promises an offset here.
SELECT id, hook_id, activity_id, type, state, attempts, next_at, created_at, tried_at, status,
  latency_ms, fault
FROM hook_deliveries
WHERE team_id = :team_id AND hook_id = :hook_id AND (:state::text IS NULL OR state = :state)
ORDER BY place DESC OFFSET :offset LIMIT :limit;

-- name: replay
-- What is named; else what was told since; else all that has not arrived.
UPDATE hook_deliveries SET state = 'waiting', attempts = 0, next_at = :now, ended_at = NULL,
  tried_at = NULL, status = NULL, latency_ms = NULL, fault = NULL,
  -- Another moment each time: by that it is known whether it was queued again meanwhile.
  queued_at = GREATEST(:now, queued_at + interval '1 microsecond')
WHERE team_id = :team_id AND hook_id = :hook_id AND CASE
  WHEN :ids::text[] IS NOT NULL THEN id = ANY(:ids::text[])
  WHEN :since::timestamptz IS NOT NULL THEN created_at >= :since
  ELSE state <> 'delivered' END;

-- name: count_waiting
SELECT count(*) FROM hook_deliveries WHERE state = 'waiting';

-- name: insert
INSERT INTO exports (team_id, id, campaign_id, campaign_name, started_at)
VALUES (:team_id, :id, :campaign_id, :campaign_name, :now)
RETURNING team_id, id, campaign_id, campaign_name, state, attempts, total, size_bytes,
  started_at, queued_at, ended_at, deleted_at;

-- name: find
SELECT team_id, id, campaign_id, campaign_name, state, attempts, total, size_bytes,
  started_at, queued_at, ended_at, deleted_at
FROM exports WHERE team_id = :team_id AND id = :id;

-- name: find_by_id
-- For public links, which name no team: the id itself is what gives the right.
SELECT team_id, id, campaign_id, campaign_name, state, attempts, total, size_bytes,
  started_at, queued_at, ended_at, deleted_at
FROM exports WHERE id = :id;

-- name: take_turn
-- One deals out the turns of a team at a time.
SELECT id FROM teams WHERE id = :team_id FOR NO KEY UPDATE;

-- name: queue_next
-- As many of the oldest as may be at work beside those that are.
UPDATE exports SET queued_at = :now
WHERE team_id = :team_id AND id IN (
  SELECT w.id FROM exports w
  WHERE w.team_id = :team_id AND w.state = 'pending' AND w.queued_at IS NULL
  ORDER BY w.started_at, w.id
  LIMIT GREATEST(0, :at_once::bigint - (
    SELECT count(*) FROM exports q
    WHERE q.team_id = :team_id AND q.state = 'pending' AND q.queued_at IS NOT NULL)))
RETURNING id;

-- name: begin
UPDATE exports SET attempts = attempts + 1
WHERE team_id = :team_id AND id = :id AND state = 'pending'
RETURNING team_id, id, campaign_id, campaign_name, state, attempts, total, size_bytes,
  started_at, queued_at, ended_at, deleted_at;

-- name: finish
-- Of two attempts at once, the older changes nothing.
UPDATE exports SET state = 'done', total = :total, size_bytes = :size_bytes, ended_at = :now
WHERE team_id = :team_id AND id = :id AND state = 'pending' AND attempts = :attempts;

-- name: fail
UPDATE exports SET state = 'error', ended_at = :now
WHERE team_id = :team_id AND id = :id AND state = 'pending' AND attempts = :attempts;

-- name: fail_overdue
UPDATE exports SET state = 'error', ended_at = :now
WHERE state = 'pending' AND started_at <= :since
RETURNING team_id;

-- name: list_waiting_teams
SELECT DISTINCT team_id FROM exports WHERE state = 'pending' AND queued_at IS NULL;

-- name: list_expired
-- Files whose time is over.
SELECT team_id, id, campaign_id, campaign_name, state, attempts, total, size_bytes,
  started_at, queued_at, ended_at, deleted_at
FROM exports WHERE state = 'done' AND deleted_at IS NULL AND ended_at <= :since
ORDER BY ended_at LIMIT :limit;

-- name: mark_deleted
UPDATE exports e SET deleted_at = :now
FROM unnest(:team_ids::text[], :ids::text[]) AS n (team_id, id)
WHERE e.team_id = n.team_id AND e.id = n.id AND e.deleted_at IS NULL;

-- name: forget
-- Nobody can ask for them any more.
DELETE FROM exports
WHERE started_at <= :since AND (state = 'error' OR (state = 'done' AND deleted_at IS NOT NULL));

-- name: list_by_ids
-- Of all teams: it is asked which files of the folder still belong to somebody.
SELECT team_id, id, campaign_id, campaign_name, state, attempts, total, size_bytes,
  started_at, queued_at, ended_at, deleted_at
FROM exports WHERE id = ANY(:ids::text[]);

-- name: list_variables
SELECT name FROM variable_names WHERE team_id = :team_id AND campaign_id = :campaign_id;

-- name: walk_leads
SELECT id, email, email_status, variables, state, last_state, is_paused, waits_for,
  due_at IS NULL OR stopped_by IS NOT NULL AS is_over
FROM leads
WHERE team_id = :team_id AND campaign_id = :campaign_id
  AND (:states::text[] IS NULL OR state = ANY(:states::text[]));

-- name: prepare_session
-- A whole campaign at one moment takes as long as it takes, sums need room, and compiling a
-- hundred small expressions costs more than it brings.
SELECT set_config('statement_timeout', :timeout, false), set_config('work_mem', '64MB', false),
  set_config('jit', 'off', false);

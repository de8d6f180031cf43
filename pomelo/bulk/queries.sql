-- name: insert
INSERT INTO bulk_edits (
  team_id, id, campaign_id, action, states, to_sender_id, total, created_by, created_at)
SELECT :team_id, :id, :campaign_id, :action, :states::text[], :to_sender_id, count(*)::int,
  :created_by, :now
FROM leads
WHERE team_id = :team_id AND campaign_id = :campaign_id
  AND (:states::text[] IS NULL OR state = ANY(:states))
RETURNING team_id, id, campaign_id, action, states, to_sender_id, status, total, done, after_at, after_id,
  created_by, created_at, ended_at;

-- name: find
SELECT team_id, id, campaign_id, action, states, to_sender_id, status, total, done, after_at, after_id,
  created_by, created_at, ended_at
FROM bulk_edits WHERE team_id = :team_id AND id = :id;

-- name: list_of_campaign
SELECT team_id, id, campaign_id, action, states, to_sender_id, status, total, done, after_at, after_id,
  created_by, created_at, ended_at
FROM bulk_edits WHERE team_id = :team_id AND campaign_id = :campaign_id
ORDER BY created_at DESC, id DESC LIMIT :limit;

-- name: lock
SELECT team_id, id, campaign_id, action, states, to_sender_id, status, total, done, after_at, after_id,
  created_by, created_at, ended_at
FROM bulk_edits WHERE team_id = :team_id AND id = :id AND status = 'running'
FOR NO KEY UPDATE;

-- name: list_next
SELECT id, created_at FROM leads
WHERE team_id = :team_id AND campaign_id = :campaign_id
  AND (created_at, id) > (COALESCE(:after_at, '-infinity'::timestamptz), :after_id)
  AND created_at <= :until
  AND (:states::text[] IS NULL OR state = ANY(:states))
ORDER BY created_at, id LIMIT :amount;

-- name: go_on
UPDATE bulk_edits SET done = done + :amount,
  after_at = COALESCE(:after_at, after_at), after_id = COALESCE(:after_id, after_id),
  status = CASE WHEN :is_last THEN 'done' ELSE status END,
  ended_at = CASE WHEN :is_last THEN :now::timestamptz END
WHERE team_id = :team_id AND id = :id
RETURNING team_id, id, campaign_id, action, states, to_sender_id, status, total, done, after_at, after_id,
  created_by, created_at, ended_at;

-- name: cancel
UPDATE bulk_edits SET status = 'cancelled', ended_at = :now
WHERE team_id = :team_id AND id = :id AND status = 'running'
RETURNING team_id, id, campaign_id, action, states, to_sender_id, status, total, done, after_at, after_id,
  created_by, created_at, ended_at;

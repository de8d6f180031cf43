-- name: enrol_copies
-- Sent mails whose bytes were kept for this.
INSERT INTO sent_appends (team_id, message_id, sender_id, next_at, created_at)
SELECT m.team_id, m.id, m.sender_id, :now, :now FROM messages m
WHERE m.state = 'sent' AND m.raw IS NOT NULL
  AND NOT EXISTS (SELECT FROM sent_appends a WHERE a.team_id = m.team_id AND a.message_id = m.id)
ORDER BY m.team_id, m.id LIMIT :amount
ON CONFLICT DO NOTHING;

-- name: claim_copies
-- Those of the senders that waited longest, for a lease; who has a sender's has all that are due.
WITH waiting AS (
  SELECT team_id, sender_id, min(next_at) AS since FROM sent_appends
  WHERE next_at <= :now AND given_up_at IS NULL AND sender_id <> ALL (:busy::text[])
  GROUP BY team_id, sender_id ORDER BY 3 LIMIT :senders
), due AS (
  SELECT a.team_id, a.message_id FROM sent_appends a
  JOIN waiting w ON w.team_id = a.team_id AND w.sender_id = a.sender_id
  WHERE a.next_at <= :now AND a.given_up_at IS NULL
  ORDER BY a.next_at LIMIT :amount FOR NO KEY UPDATE OF a SKIP LOCKED
)
UPDATE sent_appends a SET next_at = :until, claimed_by = :worker, attempts = a.attempts + 1
FROM due d JOIN messages m ON m.team_id = d.team_id AND m.id = d.message_id
WHERE a.team_id = d.team_id AND a.message_id = d.message_id
RETURNING a.team_id, a.message_id, a.sender_id, a.attempts, a.created_at, m.header_id,
  COALESCE(m.sent_at, a.created_at) AS sent_at;

-- name: bytes_of
-- The bytes of a sent mail, while its lease is ours.
SELECT m.raw FROM messages m
JOIN sent_appends a ON a.team_id = m.team_id AND a.message_id = m.id
WHERE m.team_id = :team_id AND m.id = :message_id AND a.claimed_by = :worker
  AND a.attempts = :attempts AND m.raw IS NOT NULL;

-- name: finish_copy
DELETE FROM sent_appends
WHERE team_id = :team_id AND message_id = :message_id AND claimed_by = :worker
  AND attempts = :attempts;

-- name: postpone
UPDATE sent_appends SET claimed_by = NULL, next_at = :next_at, trouble = :trouble
WHERE team_id = :team_id AND message_id = ANY (:message_ids) AND claimed_by = :worker;

-- name: give_up
UPDATE sent_appends SET claimed_by = NULL, given_up_at = :now, trouble = :trouble
WHERE team_id = :team_id AND message_id = ANY (:message_ids) AND claimed_by = :worker;

-- name: list_given_up
-- How many mails of each sender are in no Sent folder, and why the last of them.
SELECT s.email, count(*)::int AS mails, (array_agg(a.trouble ORDER BY a.given_up_at DESC))[1] AS trouble
FROM sent_appends a JOIN senders s ON s.team_id = a.team_id AND s.id = a.sender_id
WHERE a.given_up_at IS NOT NULL AND s.deleted_at IS NULL
GROUP BY s.email ORDER BY s.email;

-- name: enqueue
INSERT INTO single_mails (team_id, message_id, due_at, copies, shown)
VALUES (:team_id, :message_id, :now, :copies, :shown);

-- name: claim_singles
-- Those that are due and that nothing holds: their sender is well, and no rehearsal keeps leads
-- from being written to. Each goes to one worker for a lease.
UPDATE single_mails q SET leased_until = :until, fence = q.fence + 1
FROM (SELECT d.team_id, d.message_id
      FROM single_mails d
      JOIN messages m ON m.team_id = d.team_id AND m.id = d.message_id
      JOIN senders s ON s.team_id = m.team_id AND s.id = m.sender_id
      JOIN installation i ON i.is_only
      WHERE d.due_at <= :now AND (d.leased_until IS NULL OR d.leased_until <= :now)
        AND m.state IN ('deferred', 'sending') AND m.data_at IS NULL
        AND m.sender_id <> ALL (:busy::text[]) AND d.team_id <> ALL (:full::text[])
        AND (s.paused_for IS NULL OR s.may_send_at <= :now OR s.deleted_at IS NOT NULL)
        AND (m.kind = 'test' OR i.deliver_to = '')
      ORDER BY d.due_at LIMIT :amount FOR NO KEY UPDATE OF m, d SKIP LOCKED) r
WHERE q.team_id = r.team_id AND q.message_id = r.message_id
RETURNING q.team_id, q.message_id, q.fence, q.copies, q.shown;

-- name: renew_singles
UPDATE single_mails q SET leased_until = :until
FROM unnest(:team_ids::text[], :message_ids::text[], :fences::bigint[])
  AS r (team_id, message_id, fence)
WHERE q.team_id = r.team_id AND q.message_id = r.message_id AND q.fence = r.fence
  AND q.leased_until IS NOT NULL;

-- name: hold_single
-- Keeps it ours until the transaction ends; no row when it is somebody else's by now.
SELECT message_id FROM single_mails
WHERE team_id = :team_id AND message_id = :message_id AND fence = :fence AND leased_until > :now
FOR NO KEY UPDATE;

-- name: wait_single
-- Until an instant, or (NULL) for a person.
UPDATE single_mails SET due_at = :due_at, leased_until = NULL
WHERE team_id = :team_id AND message_id = :message_id AND fence = :fence;

-- name: find_single
SELECT team_id, message_id, fence, copies, shown FROM single_mails
WHERE team_id = :team_id AND message_id = :message_id FOR NO KEY UPDATE;

-- name: end_single
DELETE FROM single_mails
WHERE team_id = :team_id AND message_id = :message_id AND fence = :fence;

-- name: list_lost_singles
-- Begun by a worker that is gone. The lead first, as everywhere.
SELECT q.team_id, q.message_id, q.fence, q.copies, q.shown
FROM single_mails q
JOIN messages m ON m.team_id = q.team_id AND m.id = q.message_id
JOIN leads l ON l.team_id = m.team_id AND l.id = m.lead_id
WHERE q.leased_until <= :now AND m.state = 'sending' AND m.data_at IS NOT NULL
ORDER BY l.team_id, l.id, q.message_id LIMIT 100
FOR NO KEY UPDATE OF l, m, q SKIP LOCKED;

-- name: mode
SELECT deliver_to FROM installation WHERE is_only;

-- name: find_before
-- The mail that a step of a lead's follows, if one was sent.
SELECT COALESCE(effective_id, header_id) AS header_id, thread_ids, subject
FROM messages
WHERE team_id = :team_id AND lead_id = :lead_id AND kind = 'sequence' AND state = 'sent'
  AND sequence_step < :position
ORDER BY sequence_step DESC LIMIT 1;

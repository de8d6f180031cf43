-- name: enrol
-- Every sender whose replies are read by IMAP has a mailbox. It counts its claims from the time
-- on, so that none fits that somebody still holds of a mailbox that was here before.
INSERT INTO mailboxes (team_id, sender_id, next_at, fence)
SELECT s.team_id, s.id, :now, extract(epoch FROM :now::timestamptz)::bigint FROM senders s
WHERE s.replies = 'imap' AND s.deleted_at IS NULL
  AND NOT EXISTS (SELECT FROM mailboxes m WHERE m.team_id = s.team_id AND m.sender_id = s.id)
ORDER BY s.team_id, s.id
ON CONFLICT DO NOTHING;

-- name: retire
-- The others have none; how far their folders were read is kept.
DELETE FROM mailboxes m USING senders s
WHERE s.team_id = m.team_id AND s.id = m.sender_id
  AND (s.deleted_at IS NOT NULL OR s.replies IS DISTINCT FROM 'imap');

-- name: claim
-- Mailboxes that nobody has; each goes to one worker for a lease.
UPDATE mailboxes m SET next_at = :until, claimed_by = :worker, fence = m.fence + 1
FROM (SELECT team_id, sender_id FROM mailboxes
      WHERE next_at <= :now AND sender_id <> ALL (:busy::text[])
      ORDER BY next_at LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED) d
WHERE m.team_id = d.team_id AND m.sender_id = d.sender_id
RETURNING m.team_id, m.sender_id, m.fence, m.failures;

-- name: renew
-- Gives those that are still ours.
UPDATE mailboxes m SET next_at = GREATEST(m.next_at, :until)
FROM unnest(:team_ids::text[], :sender_ids::text[], :fences::bigint[])
  AS r (team_id, sender_id, fence)
WHERE m.team_id = r.team_id AND m.sender_id = r.sender_id AND m.fence = r.fence
  AND m.claimed_by IS NOT NULL
RETURNING m.sender_id;

-- name: hold
-- Keeps a mailbox ours until the transaction ends; no row when it is somebody else's.
SELECT sender_id FROM mailboxes
WHERE team_id = :team_id AND sender_id = :sender_id AND fence = :fence
  AND claimed_by IS NOT NULL
FOR NO KEY UPDATE;

-- name: release
UPDATE mailboxes SET claimed_by = NULL, next_at = :next_at, failures = :failures,
  trouble = :trouble, trouble_at = CASE WHEN :trouble <> '' THEN :now::timestamptz END
WHERE team_id = :team_id AND sender_id = :sender_id AND fence = :fence;

-- name: release_all
UPDATE mailboxes SET claimed_by = NULL, next_at = :now WHERE claimed_by = :worker;

-- name: set_well
-- It was read: what was wrong is past.
UPDATE mailboxes SET failures = 0, trouble = '', trouble_at = NULL
WHERE team_id = :team_id AND sender_id = :sender_id AND trouble <> '';

-- name: read_anew
-- Whoever has it loses it, and a worker takes it at once.
UPDATE mailboxes SET claimed_by = NULL, fence = fence + 1, next_at = :now, failures = 0
WHERE team_id = :team_id AND sender_id = :sender_id;

-- name: forget_marks
-- How far the folders of the mailbox before were read says nothing of another one's.
DELETE FROM mailbox_folders WHERE team_id = :team_id AND sender_id = :sender_id;

-- name: list_troubled
SELECT sender_id, trouble FROM mailboxes WHERE trouble <> '';

-- name: find_mark
SELECT uid_validity, last_uid, highest_modseq, stuck_uid, stuck_times FROM mailbox_folders
WHERE team_id = :team_id AND sender_id = :sender_id AND name = :name;

-- name: first_sent_at
SELECT data_at FROM messages
WHERE team_id = :team_id AND sender_id = :sender_id AND data_at IS NOT NULL
ORDER BY data_at LIMIT 1;

-- name: set_mark
INSERT INTO mailbox_folders (
  team_id, sender_id, name, uid_validity, last_uid, highest_modseq, stuck_uid, stuck_times)
VALUES (
  :team_id, :sender_id, :name, :uid_validity, :last_uid, :highest_modseq, :stuck_uid, :stuck_times)
ON CONFLICT (team_id, sender_id, name) DO UPDATE
SET uid_validity = EXCLUDED.uid_validity, last_uid = EXCLUDED.last_uid,
  highest_modseq = EXCLUDED.highest_modseq, stuck_uid = EXCLUDED.stuck_uid,
  stuck_times = EXCLUDED.stuck_times;

-- name: has_written
-- Whether a sender wrote to somebody since then, or of one of some subjects. (LATERAL with LIMIT,
-- so that no planner begins with all that the sender ever wrote.)
SELECT EXISTS (
  SELECT FROM contacts t
  JOIN leads l ON l.team_id = t.team_id AND l.contact_id = t.id
  CROSS JOIN LATERAL (
    SELECT FROM messages o
    WHERE o.team_id = l.team_id AND o.lead_id = l.id
      AND o.sender_id = :sender_id AND o.data_at >= :since LIMIT 1
  ) m
  WHERE t.team_id = :team_id AND t.address_key = :address_key
) OR EXISTS (
  SELECT FROM messages m
  WHERE :subjects::text[] <> '{}' AND m.team_id = :team_id AND m.sender_id = :sender_id
    AND m.data_at >= :since AND lower(m.subject) = ANY (:subjects)
);

-- name: insert_copy
-- Once a mail and Sent folder, however often it is seen there.
INSERT INTO sent_copies (team_id, sender_id, header_id, effective_id, seen_at)
VALUES (:team_id, :sender_id, :header_id, :effective_id, :now)
ON CONFLICT DO NOTHING
RETURNING header_id;

-- name: has_doubts
-- Almost always neither.
SELECT EXISTS (SELECT FROM messages WHERE state = 'uncertain') OR EXISTS (SELECT FROM doubts);

-- name: retire_doubts
-- Their fate is known; one that was sent again is another doubt.
DELETE FROM doubts d USING messages m
WHERE m.team_id = d.team_id AND m.id = d.message_id
  AND (m.state <> 'uncertain' OR m.data_at <> d.data_at);

-- name: enrol_doubts
INSERT INTO doubts (team_id, message_id, sender_id, data_at, began_at, look_at)
SELECT m.team_id, m.id, m.sender_id, m.data_at, :now, :now FROM messages m
WHERE m.state = 'uncertain' AND m.data_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM doubts d WHERE d.team_id = m.team_id AND d.message_id = m.id)
ORDER BY m.team_id, m.id
ON CONFLICT DO NOTHING;

-- name: list_doubts
-- Mails in doubt, and whether a copy of each lies in its sender's Sent folder.
SELECT m.team_id, m.id, m.lead_id, m.data_at,
  EXISTS (SELECT FROM sent_copies c
          WHERE c.team_id = m.team_id AND c.header_id = m.header_id
            AND c.sender_id = m.sender_id) AS has_copy
FROM doubts d JOIN messages m ON m.team_id = d.team_id AND m.id = d.message_id
WHERE m.state = 'uncertain'
ORDER BY m.team_id, m.lead_id, m.id;

-- name: list_wanted
-- Of some senders those in whose Sent folder something is to be looked for now.
SELECT DISTINCT d.sender_id
FROM doubts d JOIN messages m ON m.team_id = d.team_id AND m.id = d.message_id
WHERE d.sender_id = ANY (:sender_ids::text[]) AND d.look_at <= :now
  AND NOT EXISTS (SELECT FROM sent_copies c
                  WHERE c.team_id = m.team_id AND c.header_id = m.header_id
                    AND c.sender_id = m.sender_id);

-- name: list_due
-- Those of which a copy was seen by now need not be looked for.
SELECT d.team_id, d.message_id, d.began_at, d.looks
FROM doubts d JOIN messages m ON m.team_id = d.team_id AND m.id = d.message_id
WHERE d.team_id = :team_id AND d.sender_id = :sender_id AND d.look_at <= :now
  AND NOT EXISTS (SELECT FROM sent_copies c
                  WHERE c.team_id = m.team_id AND c.header_id = m.header_id
                    AND c.sender_id = m.sender_id)
ORDER BY d.look_at, d.message_id LIMIT :amount;

-- name: note_look
-- A doubt that began anew meanwhile starts with its own first look.
UPDATE doubts SET looks = looks + 1, look_at = :look_at, looked_at = COALESCE(:looked_at, looked_at)
WHERE team_id = :team_id AND message_id = :message_id AND began_at = :began_at;

-- name: list_outlooks
-- What is known of where mails in doubt are looked for. Without a mailbox nobody looks.
SELECT m.id AS message_id, s.replies, s.saves_sent_copy, COALESCE(b.trouble, '') AS trouble,
  EXISTS (SELECT FROM sent_copies c
          WHERE c.team_id = m.team_id AND c.sender_id = m.sender_id) AS has_copies,
  d.message_id IS NULL OR d.look_at IS NOT NULL AS is_looked_for, d.looked_at
FROM messages m
JOIN senders s ON s.team_id = m.team_id AND s.id = m.sender_id
LEFT JOIN mailboxes b ON b.team_id = m.team_id AND b.sender_id = m.sender_id
LEFT JOIN doubts d ON d.team_id = m.team_id AND d.message_id = m.id
WHERE m.team_id = :team_id AND m.id = ANY (:message_ids::text[]);

-- name: save
INSERT INTO sender_checks (team_id, sender_id, findings, checked_at)
SELECT team_id, id, :findings::jsonb, :now FROM senders
WHERE team_id = :team_id AND id = :sender_id AND deleted_at IS NULL
ON CONFLICT (team_id, sender_id) DO UPDATE
SET findings = EXCLUDED.findings, checked_at = EXCLUDED.checked_at;

-- name: find
SELECT findings FROM sender_checks WHERE team_id = :team_id AND sender_id = :sender_id;

-- name: list_last
-- The last check of each living sender; nothing where there was none.
SELECT s.team_id, s.id AS sender_id, s.email, COALESCE(c.findings, '[]') AS findings, c.checked_at
FROM senders s
LEFT JOIN sender_checks c ON c.team_id = s.team_id AND c.sender_id = s.id
WHERE s.deleted_at IS NULL
ORDER BY s.email, s.id;

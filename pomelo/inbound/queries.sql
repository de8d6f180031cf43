-- name: insert
-- The same mail again gives no row, be it from the same mailbox or from another one of the team
-- that it was copied to.
INSERT INTO inbound_mails (
  team_id, id, sender_id, identity, kind, matched_by, message_id, lead_id, received_at)
SELECT :team_id, :id, :sender_id, :identity, :kind, :matched_by, :message_id::text, :lead_id::text,
  :now::timestamptz
WHERE NOT EXISTS (
  SELECT FROM inbound_mails o
  WHERE o.team_id = :team_id AND o.identity = :identity AND o.message_id = :message_id)
ON CONFLICT (team_id, identity, sender_id) DO NOTHING
RETURNING id;

-- name: list_recent
-- What a sender wrote to somebody, newest first, by way of the person's leads.
SELECT m.id, m.subject
FROM contacts t
JOIN leads l ON l.team_id = t.team_id AND l.contact_id = t.id
JOIN messages m ON m.team_id = l.team_id AND m.lead_id = l.id
WHERE t.team_id = :team_id AND t.address_key = :address_key
  AND m.sender_id = :sender_id AND m.kind = 'sequence' AND m.data_at >= :since
ORDER BY m.data_at DESC, m.id DESC LIMIT 50;

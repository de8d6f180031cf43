-- name: insert
-- The same mail again gives no row, be it from the same mailbox or from another one of the team
-- that it was copied to.
INSERT INTO inbound_mails (
  team_id, id, sender_id, identity, kind, matched_by, message_id, lead_id, header_id, thread_ids,
  from_address, subject, text, received_at)
SELECT :team_id, :id, :sender_id, :identity, :kind, :matched_by, :message_id::text, :lead_id::text,
  :header_id::text, :thread_ids::text[], :from_address, :subject, :text, :now::timestamptz
WHERE NOT EXISTS (
  SELECT FROM inbound_mails o
  WHERE o.team_id = :team_id AND o.identity = :identity AND o.message_id = :message_id)
ON CONFLICT (team_id, identity, sender_id) DO NOTHING
RETURNING id;

-- name: tie
UPDATE inbound_mails SET activity_id = :activity_id
WHERE team_id = :team_id AND id = :id AND :activity_id::text IS NOT NULL;

-- name: list_recent
-- What a sender wrote to somebody, newest first, by way of the person's leads.
SELECT m.id, m.subject
FROM contacts t
JOIN leads l ON l.team_id = t.team_id AND l.contact_id = t.id
JOIN messages m ON m.team_id = l.team_id AND m.lead_id = l.id
WHERE t.team_id = :team_id AND t.address_key = :address_key
  AND m.sender_id = :sender_id AND m.kind IN ('sequence', 'answer') AND m.data_at >= :since
ORDER BY m.data_at DESC, m.id DESC LIMIT 50;

-- name: insert_threads
-- Once each, however often it is seen.
INSERT INTO provider_threads (team_id, sender_id, thread, message_id)
SELECT :team_id, :sender_id, t.thread, :message_id FROM unnest(:threads::text[]) AS t (thread)
ON CONFLICT DO NOTHING;

-- name: list_threaded
-- Newest first.
SELECT m.id, m.lead_id, m.address_key
FROM provider_threads t
JOIN messages m ON m.team_id = t.team_id AND m.id = t.message_id
WHERE t.team_id = :team_id AND t.sender_id = :sender_id AND t.thread = ANY (:threads::text[])
  AND m.sender_id = t.sender_id AND m.kind IN ('sequence', 'answer')
ORDER BY m.data_at DESC NULLS LAST, m.id DESC LIMIT 100;

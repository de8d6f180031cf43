-- name: page
-- A conversation stands where its newest mail stands. Walks each mailbox's mails from the newest
-- on, and only as far as the page goes.
SELECT x.contact_id
FROM senders s
CROSS JOIN LATERAL (
  SELECT l.contact_id, a.created_at, a.id
  FROM activities a JOIN leads l ON l.team_id = a.team_id AND l.id = a.lead_id
  WHERE a.team_id = :team_id AND a.sender_id = s.id
    AND a.type IN ('emailsSent', 'emailsReplied', 'emailsAutoReplied')
    AND NOT EXISTS (
      SELECT FROM leads k
      JOIN activities b ON b.team_id = k.team_id AND b.lead_id = k.id
        AND b.type = ANY ('{emailsSent,emailsReplied,emailsAutoReplied}')
      JOIN senders o ON o.team_id = b.team_id AND o.id = b.sender_id AND o.user_id = :user_id
      WHERE k.team_id = l.team_id AND k.contact_id = l.contact_id
        AND (b.created_at, b.id) > (a.created_at, a.id))
  ORDER BY a.created_at DESC, a.id DESC LIMIT :last_one
) x
WHERE s.team_id = :team_id AND s.user_id = :user_id
ORDER BY x.created_at DESC, x.id DESC OFFSET :offset LIMIT :limit;

-- name: count_page
-- Among the newest mails of each mailbox: a number for people must not cost a walk through all.
SELECT count(DISTINCT l.contact_id)
FROM senders s
CROSS JOIN LATERAL (
  SELECT a.lead_id FROM activities a
  WHERE a.team_id = :team_id AND a.sender_id = s.id
    AND a.type IN ('emailsSent', 'emailsReplied', 'emailsAutoReplied')
  ORDER BY a.created_at DESC, a.id DESC LIMIT :newest
) m
JOIN leads l ON l.team_id = s.team_id AND l.id = m.lead_id
WHERE s.team_id = :team_id AND s.user_id = :user_id;

-- name: show
SELECT t.team_id, t.id AS contact_id, t.email, n.variables, m.created_at, m.created_by,
  m.last_activity_at, m.last_replied_at,
  COALESCE((
    SELECT jsonb_agg(jsonb_build_object('user_id', u.user_id, 'read_at', r.read_at)
                     ORDER BY u.user_id)
    FROM unnest(m.user_ids) AS u (user_id)
    LEFT JOIN conversation_reads r
      ON r.team_id = t.team_id AND r.contact_id = t.id AND r.user_id = u.user_id), '[]') AS readers,
  COALESCE((
    SELECT jsonb_agg(jsonb_build_object(
      'team_id', b.team_id, 'id', b.id, 'name', b.name, 'created_at', b.created_at) ORDER BY b.name)
    FROM conversation_labels c
    JOIN labels b ON b.team_id = c.team_id AND b.id = c.label_id
    WHERE c.team_id = t.team_id AND c.contact_id = t.id), '[]') AS labels
FROM contacts t
CROSS JOIN LATERAL (
  SELECT min(a.created_at) AS created_at,
    (array_agg(a.id ORDER BY a.created_at, a.id))[1] AS created_by,
    max(a.created_at) AS last_activity_at,
    max(a.created_at) FILTER (WHERE a.type = 'emailsReplied') AS last_replied_at,
    array_agg(DISTINCT s.user_id) AS user_ids
  FROM leads l
  JOIN activities a ON a.team_id = l.team_id AND a.lead_id = l.id
    AND a.type = ANY ('{emailsSent,emailsReplied,emailsAutoReplied}')
  JOIN senders s ON s.team_id = a.team_id AND s.id = a.sender_id
  WHERE l.team_id = t.team_id AND l.contact_id = t.id
) m
CROSS JOIN LATERAL (
  SELECT l.variables FROM leads l WHERE l.team_id = t.team_id AND l.contact_id = t.id
  ORDER BY l.created_at DESC, l.id DESC LIMIT 1
) n
WHERE t.team_id = :team_id AND t.id = ANY (:contact_ids::text[]) AND m.created_at IS NOT NULL;

-- name: page_of_contact
-- Newest first.
SELECT a.id FROM leads l
JOIN activities a ON a.team_id = l.team_id AND a.lead_id = l.id AND a.type = ANY (:types::text[])
WHERE l.team_id = :team_id AND l.contact_id = :contact_id
ORDER BY a.created_at DESC, a.id DESC OFFSET :offset LIMIT :limit;

-- name: count_of_contact
SELECT count(*) FROM leads l
JOIN activities a ON a.team_id = l.team_id AND a.lead_id = l.id AND a.type = ANY (:types::text[])
WHERE l.team_id = :team_id AND l.contact_id = :contact_id;

-- name: list_originals
SELECT activity_id, from_address, text FROM inbound_mails
WHERE team_id = :team_id AND activity_id = ANY (:activity_ids::text[]);

-- name: find_mentioned
-- The newest mail of a conversation, or the one that is named.
SELECT l.id AS lead_id, a.sender_id, a.sequence_step,
  i.header_id AS reply_id, i.thread_ids AS reply_thread, i.subject AS reply_subject,
  COALESCE(m.effective_id, m.header_id) AS header_id, m.thread_ids, m.subject
FROM leads l
JOIN activities a ON a.team_id = l.team_id AND a.lead_id = l.id
  AND a.type = ANY ('{emailsSent,emailsReplied,emailsAutoReplied}')
LEFT JOIN inbound_mails i ON i.team_id = a.team_id AND i.activity_id = a.id
LEFT JOIN messages m ON m.team_id = a.team_id AND m.id = a.message_id
WHERE l.team_id = :team_id AND l.contact_id = :contact_id
  AND (:lead_id::text IS NULL OR l.id = :lead_id)
  AND (:activity_id::text IS NULL OR a.id = :activity_id)
ORDER BY a.created_at DESC, a.id DESC LIMIT 1;

-- name: find_newest_lead
SELECT id FROM leads WHERE team_id = :team_id AND contact_id = :contact_id
ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: mark_read
INSERT INTO conversation_reads AS r (team_id, contact_id, user_id, read_at)
VALUES (:team_id, :contact_id, :user_id, :now)
ON CONFLICT (team_id, contact_id, user_id)
DO UPDATE SET read_at = GREATEST(r.read_at, EXCLUDED.read_at);

-- name: insert_label
INSERT INTO labels (team_id, id, name, created_at) VALUES (:team_id, :id, :name, :now)
ON CONFLICT (team_id, name) DO NOTHING
RETURNING team_id, id, name, created_at;

-- name: list_labels
SELECT team_id, id, name, created_at FROM labels
WHERE team_id = :team_id AND (:ids::text[] IS NULL OR id = ANY (:ids))
ORDER BY name;

-- name: put_labels
INSERT INTO conversation_labels (team_id, contact_id, label_id)
SELECT :team_id, :contact_id, i.id FROM unnest(:ids::text[]) AS i (id) ORDER BY i.id
ON CONFLICT DO NOTHING;

-- name: take_labels
DELETE FROM conversation_labels
WHERE team_id = :team_id AND contact_id = :contact_id AND label_id = ANY (:ids::text[]);

-- name: take_other_labels
DELETE FROM conversation_labels
WHERE team_id = :team_id AND contact_id = :contact_id AND label_id <> ALL (:ids::text[]);

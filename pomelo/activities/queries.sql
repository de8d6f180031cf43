-- name: list_seen
-- Which of these have happened before; the leads are locked, so nothing comes between.
SELECT n.team_id, n.lead_id, n.type, n.step_id
FROM json_to_recordset(:rows) AS n (team_id text, lead_id text, type text, step_id text)
WHERE EXISTS (
  SELECT FROM activities a
  WHERE a.team_id = n.team_id AND a.lead_id = n.lead_id AND a.type = n.type
    AND COALESCE(a.step_id, '') = n.step_id AND NOT a.is_bot);

-- name: list_bounced
-- Leads of which a mail really bounced.
SELECT l.id FROM unnest(:lead_ids::text[]) AS l (id)
WHERE EXISTS (
  SELECT FROM activities a
  WHERE a.team_id = :team_id AND a.lead_id = l.id AND a.type = 'emailsBounced');

-- name: list_unscanned
-- Those that wait longest first; the partial index leads_unscanned holds no others.
SELECT team_id, id, email FROM leads
WHERE waits_for = 'review' AND scanned_at IS NULL AND stopped_by IS NULL AND created_at <= :before
ORDER BY created_at LIMIT :limit;

-- name: insert
INSERT INTO activities (
  team_id, id, type, campaign_id, lead_id, message_id, sender_id, step_id, sequence_step,
  is_first, is_bot, reached, has_stopped, extra, created_at)
SELECT * FROM json_to_recordset(:rows) AS n (
  team_id text, id text, type text, campaign_id text, lead_id text, message_id text,
  sender_id text, step_id text, sequence_step integer, is_first boolean, is_bot boolean,
  reached text, has_stopped boolean, extra jsonb, created_at timestamptz);

-- name: page_of_team
-- Newest first; the API promises an offset here.
SELECT id FROM activities
WHERE team_id = :team_id AND created_at BETWEEN :since AND :until
  AND (:types::text[] IS NULL OR type = ANY(:types::text[]))
  AND (:reached::text IS NULL OR reached = :reached)
  AND (:is_first::boolean IS NULL OR is_first = :is_first)
  AND (:is_bot::boolean IS NULL OR is_bot = :is_bot)
ORDER BY created_at DESC, id DESC OFFSET :offset LIMIT :limit;

-- name: page_of_campaign
SELECT id FROM activities
WHERE team_id = :team_id AND campaign_id = :campaign_id AND created_at BETWEEN :since AND :until
  AND (:types::text[] IS NULL OR type = ANY(:types::text[]))
  AND (:reached::text IS NULL OR reached = :reached)
  AND (:is_first::boolean IS NULL OR is_first = :is_first)
  AND (:is_bot::boolean IS NULL OR is_bot = :is_bot)
ORDER BY created_at DESC, id DESC OFFSET :offset LIMIT :limit;

-- name: page_of_lead
SELECT id FROM activities
WHERE team_id = :team_id AND lead_id = :lead_id AND created_at BETWEEN :since AND :until
  AND (:campaign_id::text IS NULL OR campaign_id = :campaign_id)
  AND (:types::text[] IS NULL OR type = ANY(:types::text[]))
  AND (:reached::text IS NULL OR reached = :reached)
  AND (:is_first::boolean IS NULL OR is_first = :is_first)
  AND (:is_bot::boolean IS NULL OR is_bot = :is_bot)
ORDER BY created_at DESC, id DESC OFFSET :offset LIMIT :limit;

-- name: show
-- Newest first. A step, mail or sender may be gone; the lead never is.
SELECT a.team_id, a.id, a.type, a.is_first, a.is_bot, a.reached, a.has_stopped, a.extra,
  a.created_at, a.sequence_step, a.step_id, p.sequence_id, p.template_id,
  a.lead_id, l.email AS lead_email, l.state AS lead_state, l.last_state AS lead_last_state, l.source AS lead_source,
  l.email_status AS lead_email_status, l.variables AS lead_variables,
  l.is_paused AS lead_is_paused, l.contact_id,
  a.campaign_id, c.name AS campaign_name, c.created_by AS campaign_created_by,
  a.message_id, COALESCE(m.effective_id, m.header_id) AS message_header,
  m.subject AS message_subject, m.sent_at AS message_sent_at,
  a.sender_id, s.user_id AS sender_user_id, s.email AS sender_email, s.name AS sender_name
FROM activities a
JOIN leads l ON l.team_id = a.team_id AND l.id = a.lead_id
JOIN campaigns c ON c.team_id = a.team_id AND c.id = a.campaign_id
LEFT JOIN steps p ON p.team_id = a.team_id AND p.id = a.step_id
LEFT JOIN messages m ON m.team_id = a.team_id AND m.id = a.message_id
LEFT JOIN senders s ON s.team_id = a.team_id AND s.id = a.sender_id
WHERE a.team_id = :team_id AND a.id = ANY(:ids::text[])
ORDER BY a.created_at DESC, a.id DESC;

-- name: list_answered
-- Mails that something came back for: each was delivered somewhere.
SELECT DISTINCT a.message_id
FROM unnest(:team_ids::text[], :lead_ids::text[], :message_ids::text[])
  AS m (team_id, lead_id, message_id)
JOIN activities a ON a.team_id = m.team_id AND a.lead_id = m.lead_id
  AND a.message_id = m.message_id AND a.type NOT IN ('emailsSent', 'emailsFailed');

-- name: list_seen
-- Which of these have happened before; the leads are locked, so nothing comes between. (The
-- order shows a planner that believes the table empty which index it is.)
SELECT n.team_id, n.lead_id, n.type, n.step_id,
  EXISTS (SELECT FROM activity_verdicts j
          WHERE j.team_id = n.team_id AND j.lead_id = n.lead_id) AS was_judged
FROM json_to_recordset(:rows) AS n (team_id text, lead_id text, type text, step_id text)
CROSS JOIN LATERAL (
  SELECT FROM activities a
  WHERE a.team_id = n.team_id AND a.lead_id = n.lead_id AND a.type = n.type
    AND COALESCE(a.step_id, '') = n.step_id AND NOT a.is_bot
    AND (a.type <> 'emailsClicked' OR NOT EXISTS (
      SELECT FROM activity_verdicts v
      WHERE v.team_id = a.team_id AND v.activity_id = a.id AND v.is_bot))
  ORDER BY a.step_id LIMIT 1) s;

-- name: last_reply_at
SELECT created_at FROM activities
WHERE team_id = :team_id AND lead_id = :lead_id AND type = 'emailsReplied'
ORDER BY created_at DESC LIMIT 1;

-- name: list_touched
-- Whom the clicks of some leads stopped or paused, for all of their company: since when something
-- else stops them, if anything does, and whether the last pause was by such a click.
SELECT DISTINCT o.team_id, o.id AS lead_id, (
    SELECT min(a.created_at) FROM activities a
    WHERE a.team_id = o.team_id AND a.lead_id = o.id AND a.type = 'companyStopped'
      AND (a.extra ->> 'because' <> 'emailsClicked'
        OR a.extra ->> 'becauseOf' <> ALL (:lead_ids::text[]))) AS stopped_at, COALESCE((
    SELECT a.type = 'paused' AND a.extra ->> 'because' = 'emailsClicked'
      AND a.extra ->> 'becauseOf' = ANY (:lead_ids::text[])
    FROM activities a
    WHERE a.team_id = o.team_id AND a.lead_id = o.id AND a.type IN ('paused', 'resumed')
    ORDER BY a.created_at DESC, a.id DESC LIMIT 1), false) AS is_paused
FROM unnest(:team_ids::text[], :lead_ids::text[]) AS n (team_id, id)
JOIN leads l ON l.team_id = n.team_id AND l.id = n.id
JOIN contacts p ON p.team_id = l.team_id AND p.id = l.contact_id AND p.company <> ''
JOIN contacts q ON q.team_id = p.team_id AND q.company = p.company
JOIN leads o ON o.team_id = q.team_id AND o.contact_id = q.id AND o.campaign_id = l.campaign_id
JOIN activities b ON b.team_id = o.team_id AND b.lead_id = o.id
  AND b.type IN ('companyStopped', 'paused') AND b.extra ->> 'because' = 'emailsClicked'
  AND b.extra ->> 'becauseOf' = n.id;

-- name: list_bounced
-- Leads of which a mail really bounced.
SELECT l.id FROM unnest(:lead_ids::text[]) AS l (id)
WHERE EXISTS (
  SELECT FROM activities a
  WHERE a.team_id = :team_id AND a.lead_id = l.id AND a.type = 'emailsBounced');

-- name: list_unscanned
-- Those that wait longest first; the partial index leads_unscanned holds no others.
-- A campaign that launches by what is found is checked at once.
(SELECT team_id, id, email FROM leads
 WHERE waits_for = 'review' AND scanned_at IS NULL AND stopped_by IS NULL AND created_at <= :before
 ORDER BY created_at LIMIT :limit)
UNION
(SELECT l.team_id, l.id, l.email
 FROM campaigns c
 CROSS JOIN LATERAL (
   SELECT o.team_id, o.id, o.email FROM leads o
   WHERE o.team_id = c.team_id AND o.campaign_id = c.id
     AND o.waits_for = 'review' AND o.scanned_at IS NULL AND o.stopped_by IS NULL
   LIMIT :limit) l
 WHERE c.review_conditions <> '{}' AND c.auto_review
 LIMIT :limit);

-- name: list_fit
-- Leads that were checked, in running campaigns that launch whoever has such an address.
SELECT l.team_id, l.id
FROM campaigns c
CROSS JOIN LATERAL (
  SELECT o.team_id, o.id FROM leads o
  WHERE o.team_id = c.team_id AND o.campaign_id = c.id
    AND o.waits_for = 'review' AND o.scanned_at IS NOT NULL AND o.stopped_by IS NULL
    AND NOT o.is_paused
    AND o.email_status = ANY (array_replace(c.review_conditions, 'unverified', ''))
  LIMIT :limit
) l
WHERE c.review_conditions <> '{}' AND c.auto_review AND c.is_live
LIMIT :limit;

-- name: insert
-- What a person did waits to be told, if the team has a hook; as at lemlist, hooks are told of no
-- mail that a person of the team wrote.
INSERT INTO activities (
  team_id, id, type, campaign_id, lead_id, message_id, sender_id, step_id, sequence_step,
  is_first, is_bot, reached, has_stopped, extra, created_at, told_at)
SELECT n.*, CASE WHEN n.is_bot OR n.type = 'emailsSent' AND n.extra ? 'writtenBy' OR NOT (SELECT t.has_hooks FROM teams t WHERE t.id = n.team_id)
  THEN '-infinity'::timestamptz END
FROM json_to_recordset(:rows) AS n (
  team_id text, id text, type text, campaign_id text, lead_id text, message_id text,
  sender_id text, step_id text, sequence_step integer, is_first boolean, is_bot boolean,
  reached text, has_stopped boolean, extra jsonb, created_at timestamptz);

-- name: page_of_team
-- Newest first; the API promises an offset here.
SELECT a.id FROM activities a
LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
WHERE a.team_id = :team_id AND a.created_at BETWEEN :since AND :until
  AND (:types::text[] IS NULL OR a.type = ANY(:types::text[]))
  AND (:reached::text IS NULL OR :reached =
    CASE WHEN v.activity_id IS NULL THEN a.reached ELSE v.reached END)
  AND (:is_first::boolean IS NULL OR COALESCE(v.is_first, a.is_first) = :is_first)
  AND (:is_bot::boolean IS NULL OR COALESCE(v.is_bot, a.is_bot) = :is_bot)
ORDER BY a.created_at DESC, a.id DESC OFFSET :offset LIMIT :limit;

-- name: page_of_campaign
SELECT a.id FROM activities a
LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
WHERE a.team_id = :team_id AND a.campaign_id = :campaign_id AND a.created_at BETWEEN :since AND :until
  AND (:types::text[] IS NULL OR a.type = ANY(:types::text[]))
  AND (:reached::text IS NULL OR :reached =
    CASE WHEN v.activity_id IS NULL THEN a.reached ELSE v.reached END)
  AND (:is_first::boolean IS NULL OR COALESCE(v.is_first, a.is_first) = :is_first)
  AND (:is_bot::boolean IS NULL OR COALESCE(v.is_bot, a.is_bot) = :is_bot)
ORDER BY a.created_at DESC, a.id DESC OFFSET :offset LIMIT :limit;

-- name: page_of_lead
SELECT a.id FROM activities a
LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
WHERE a.team_id = :team_id AND a.lead_id = :lead_id AND a.created_at BETWEEN :since AND :until
  AND (:campaign_id::text IS NULL OR a.campaign_id = :campaign_id)
  AND (:types::text[] IS NULL OR a.type = ANY(:types::text[]))
  AND (:reached::text IS NULL OR :reached =
    CASE WHEN v.activity_id IS NULL THEN a.reached ELSE v.reached END)
  AND (:is_first::boolean IS NULL OR COALESCE(v.is_first, a.is_first) = :is_first)
  AND (:is_bot::boolean IS NULL OR COALESCE(v.is_bot, a.is_bot) = :is_bot)
ORDER BY a.created_at DESC, a.id DESC OFFSET :offset LIMIT :limit;

-- name: show
-- Newest first. A step, mail or sender may be gone; the lead never is.
SELECT a.team_id, a.id, a.type, COALESCE(v.is_first, a.is_first) AS is_first,
  COALESCE(v.is_bot, a.is_bot) AS is_bot,
  CASE WHEN v.activity_id IS NULL THEN a.reached ELSE v.reached END AS reached,
  COALESCE(v.has_stopped, a.has_stopped) AS has_stopped,
  CASE WHEN v.is_bot THEN a.extra || jsonb_build_object('reason', v.reason) ELSE a.extra END AS extra,
  a.created_at, a.sequence_step, a.step_id, p.sequence_id, p.template_id,
  a.lead_id, l.email AS lead_email, l.state AS lead_state, l.last_state AS lead_last_state, l.source AS lead_source,
  l.email_status AS lead_email_status, l.variables AS lead_variables,
  l.is_paused AS lead_is_paused, l.contact_id,
  a.campaign_id, c.name AS campaign_name, c.timezone AS campaign_timezone, c.created_by AS campaign_created_by,
  a.message_id, COALESCE(m.effective_id, m.header_id) AS message_header,
  m.subject AS message_subject, m.sent_at AS message_sent_at,
  a.sender_id, s.user_id AS sender_user_id, s.email AS sender_email, s.name AS sender_name,
  s.variables AS sender_variables
FROM activities a
LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
JOIN leads l ON l.team_id = a.team_id AND l.id = a.lead_id
JOIN campaigns c ON c.team_id = a.team_id AND c.id = a.campaign_id
LEFT JOIN steps p ON p.team_id = a.team_id AND p.id = a.step_id
LEFT JOIN messages m ON m.team_id = a.team_id AND m.id = a.message_id
LEFT JOIN senders s ON s.team_id = a.team_id AND s.id = a.sender_id
WHERE a.team_id = :team_id AND a.id = ANY(:ids::text[])
ORDER BY a.created_at DESC, a.id DESC;

-- name: list_answered
-- Mails that something came back for: each was delivered somewhere. What a machine fetched is no
-- proof: it may have looked into the mail on its way to a server that then refused it. Nor is
-- what only might belong to the mail.
SELECT DISTINCT a.message_id
FROM unnest(:team_ids::text[], :lead_ids::text[], :message_ids::text[])
  AS m (team_id, lead_id, message_id)
JOIN activities a ON a.team_id = m.team_id AND a.lead_id = m.lead_id
  AND a.message_id = m.message_id AND a.type NOT IN ('emailsSent', 'emailsFailed')
  AND NOT a.is_bot AND NOT a.extra ? :guessed_by
  AND NOT EXISTS (SELECT FROM activity_verdicts v
                  WHERE v.team_id = a.team_id AND v.activity_id = a.id AND v.is_bot);

-- name: list_untold
-- Oldest first; those whose lead is just being erased are passed over. Whoever heard of a first
-- click hears of it again when it was a machine's, and so none.
SELECT a.team_id, a.id, a.type, a.campaign_id, a.lead_id,
  a.is_first OR COALESCE(v.is_first, false) AS is_first, COALESCE(v.is_bot, a.is_bot) AS is_bot,
  CASE WHEN v.activity_id IS NULL THEN a.reached ELSE v.reached END AS reached
FROM activities a
LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
WHERE a.told_at IS NULL
ORDER BY a.created_at, a.id LIMIT :limit FOR NO KEY UPDATE OF a SKIP LOCKED;

-- name: mark_told
UPDATE activities a SET told_at = :now
FROM unnest(:team_ids::text[], :ids::text[]) AS n (team_id, id)
WHERE a.team_id = n.team_id AND a.id = n.id;

-- name: list_clicks
-- Clicks of some mails with what was judged of them, each mail's first 500: no person clicks
-- oftener, and whoever does must not make each further click dearer.
SELECT c.* FROM unnest(:team_ids::text[], :lead_ids::text[], :message_ids::text[])
  AS n (team_id, lead_id, message_id)
CROSS JOIN LATERAL (
  SELECT a.team_id, a.lead_id, a.message_id, a.id, a.created_at AS at,
    COALESCE(a.extra ->> 'location', '') AS location, a.is_bot, COALESCE(v.reason, '') AS reason
  FROM activities a
  LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
  WHERE a.team_id = n.team_id AND a.lead_id = n.lead_id AND a.type = 'emailsClicked'
    AND a.message_id = n.message_id
  ORDER BY a.created_at, a.id LIMIT 500) c;

-- name: list_first_opens
SELECT n.message_id, min(a.created_at) AS at
FROM unnest(:team_ids::text[], :lead_ids::text[], :message_ids::text[])
  AS n (team_id, lead_id, message_id)
JOIN activities a ON a.team_id = n.team_id AND a.lead_id = n.lead_id
  AND a.type = 'emailsOpened' AND a.message_id = n.message_id AND NOT a.is_bot
GROUP BY n.message_id;

-- name: list_judged
-- All clicks of some leads but those of which the visit alone told that a machine made them, as
-- they are held to be now; `once_...` tells what they did when they came.
SELECT a.team_id, a.lead_id, a.id, COALESCE(a.step_id, '') AS step_id,
  COALESCE(a.extra ->> 'location', '') AS link, a.created_at AS at,
  COALESCE(v.reason, '') AS reason, COALESCE(v.is_first, a.is_first) AS is_first,
  CASE WHEN v.activity_id IS NULL THEN a.reached ELSE v.reached END AS reached,
  COALESCE(v.has_stopped, a.has_stopped) AS has_stopped,
  a.reached IS NOT NULL AS once_reached, a.has_stopped AS once_stopped
FROM unnest(:team_ids::text[], :lead_ids::text[]) AS n (team_id, lead_id)
JOIN activities a ON a.team_id = n.team_id AND a.lead_id = n.lead_id
  AND a.type = 'emailsClicked' AND NOT a.is_bot
LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
ORDER BY a.created_at, a.id;

-- name: list_others
-- What else happened to some leads: since when they need no click to be attracted, or are
-- further; and what the last of it was.
SELECT n.team_id, n.lead_id, o.attracted_at, o.ahead_at, o.last_type, o.last_at
FROM unnest(:team_ids::text[], :lead_ids::text[]) AS n (team_id, lead_id)
CROSS JOIN LATERAL (
  SELECT min(a.created_at) FILTER (WHERE a.type = ANY (:attracting::text[])) AS attracted_at,
    min(a.created_at) FILTER (WHERE a.type = ANY (:ahead::text[])) AS ahead_at,
    (array_agg(a.type ORDER BY a.created_at DESC, a.id DESC)
      FILTER (WHERE a.type = ANY (:counting::text[])))[1] AS last_type,
    max(a.created_at) FILTER (WHERE a.type = ANY (:counting::text[])) AS last_at
  FROM activities a
  WHERE a.team_id = n.team_id AND a.lead_id = n.lead_id AND a.type <> 'emailsClicked'
    AND NOT a.is_bot) o;

-- name: list_last
-- The last that people did to some leads, or that was done for them, but for what is taken back.
SELECT n.team_id, n.lead_id, o.type
FROM unnest(:team_ids::text[], :lead_ids::text[]) AS n (team_id, lead_id)
CROSS JOIN LATERAL (
  SELECT a.type
  FROM activities a
  LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
  WHERE a.team_id = n.team_id AND a.lead_id = n.lead_id AND a.type = ANY (:counting::text[])
    AND NOT COALESCE(v.is_bot, a.is_bot)
  ORDER BY a.created_at DESC, a.id DESC LIMIT 1) o;

-- name: rule
INSERT INTO activity_verdicts (
  team_id, activity_id, lead_id, reason, is_bot, is_first, reached, has_stopped, judged_at)
SELECT r.team_id, r.id, r.lead_id, r.reason, r.reason <> '', r.is_first, r.reached, r.has_stopped,
  :now
FROM json_to_recordset(:rows) AS r (
  team_id text, id text, lead_id text, reason text, is_first boolean, reached text,
  has_stopped boolean)
ON CONFLICT (team_id, activity_id) DO UPDATE
SET reason = EXCLUDED.reason, is_bot = EXCLUDED.is_bot, is_first = EXCLUDED.is_first,
  reached = EXCLUDED.reached, has_stopped = EXCLUDED.has_stopped, judged_at = EXCLUDED.judged_at;

-- name: tell_again
-- What hooks have heard they hear again; what they have not, they hear if it is a person's.
UPDATE activities a SET told_at = CASE
  WHEN r.is_bot AND (a.told_at IS NULL OR a.told_at = '-infinity')
    THEN '-infinity'::timestamptz
  WHEN NOT r.is_bot AND NOT (SELECT t.has_hooks FROM teams t WHERE t.id = a.team_id)
    THEN '-infinity' END
FROM unnest(:team_ids::text[], :ids::text[], :are_bots::boolean[]) AS r (team_id, id, is_bot)
WHERE a.team_id = r.team_id AND a.id = r.id;

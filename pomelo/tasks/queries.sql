-- name: insert
-- A step's task that is there already stays as it is, unless it was closed with the lead's
-- sequence, which goes on after all.
INSERT INTO tasks AS t (team_id, id, type, title, message, images, videos, priority, lead_id,
  campaign_id, contact_id, step_id, sequence_step, assigned_to, due_at, created_at)
SELECT r.team_id, r.id, r.type, r.title, r.message, r.images, r.videos, r.priority, r.lead_id,
  r.campaign_id, r.contact_id, r.step_id, r.sequence_step, r.assigned_to, r.due_at, r.created_at
FROM json_to_recordset(:rows) AS r (
  team_id text, id text, type text, title text, message text, images text[], videos text[],
  priority integer, lead_id text, campaign_id text, contact_id text, step_id text,
  sequence_step integer, assigned_to text, due_at timestamptz, created_at timestamptz)
ORDER BY r.team_id, r.lead_id, r.step_id
ON CONFLICT (team_id, lead_id, step_id) DO UPDATE
SET state = 'open', ended_at = NULL, closed_for = NULL, due_at = EXCLUDED.due_at
WHERE t.state = 'closed';

-- name: make_for_answers
-- For whoever writes to the lead, else for whoever made its campaign.
INSERT INTO tasks (team_id, id, type, title, lead_id, campaign_id, contact_id, assigned_to, due_at,
  created_at)
SELECT l.team_id, n.id, n.type,
  COALESCE(NULLIF(concat_ws(' ', l.variables->>'firstName', l.variables->>'lastName'), ''), l.email)
    || CASE n.type WHEN 'opportunityReplied' THEN ' replied' ELSE ' clicked a link' END,
  l.id, l.campaign_id, l.contact_id, COALESCE(s.user_id, c.created_by), :now, :now
FROM unnest(:team_ids::text[], :ids::text[], :lead_ids::text[], :types::text[])
  AS n (team_id, id, lead_id, type)
JOIN leads l ON l.team_id = n.team_id AND l.id = n.lead_id
JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id
LEFT JOIN senders s ON s.team_id = l.team_id AND s.id = l.sender_id
ORDER BY l.team_id, l.id, n.type
ON CONFLICT (team_id, lead_id, type) WHERE type IN ('opportunityReplied', 'opportunityClicked')
  DO NOTHING;

-- name: find
SELECT team_id, id, type, title, message, images, videos, priority, lead_id, campaign_id,
  contact_id, step_id, sequence_step, assigned_to, due_at, state, closed_for, created_at, ended_at
FROM tasks WHERE team_id = :team_id AND id = :id;

-- name: list_named
SELECT team_id, id, type, title, message, images, videos, priority, lead_id, campaign_id,
  contact_id, step_id, sequence_step, assigned_to, due_at, state, closed_for, created_at, ended_at
FROM tasks WHERE team_id = :team_id AND id = ANY (:ids::text[]);

-- name: list_open
-- First due first. What is searched for is text, not a pattern.
SELECT t.team_id, t.id, t.type, t.title, t.message, t.images, t.videos, t.priority, t.lead_id,
  t.campaign_id, t.contact_id, t.step_id, t.sequence_step, t.assigned_to, t.due_at, t.state,
  t.closed_for, t.created_at, t.ended_at
FROM tasks t
LEFT JOIN leads l ON l.team_id = t.team_id AND l.id = t.lead_id
LEFT JOIN campaigns c ON c.team_id = t.team_id AND c.id = t.campaign_id
WHERE t.team_id = :team_id AND t.state = 'open'
  AND (:full_name::text IS NULL OR strpos(lower(concat_ws(' ', l.variables ->> 'firstName',
    l.variables ->> 'lastName')), lower(:full_name)) > 0)
  AND (:email::text IS NULL OR strpos(lower(l.email), lower(:email)) > 0)
  AND (:phone::text IS NULL OR strpos(l.variables ->> 'phone', :phone) > 0)
  AND (:linkedin::text IS NULL
    OR strpos(lower(l.variables ->> 'linkedinUrl'), lower(:linkedin)) > 0)
  AND (:in_campaigns::text[] IS NULL OR t.campaign_id = ANY (:in_campaigns))
  AND (:not_in_campaigns::text[] IS NULL OR t.campaign_id IS NULL
    OR t.campaign_id <> ALL (:not_in_campaigns))
  AND (:campaign_states::text[] IS NULL OR c.state = ANY (:campaign_states))
  AND (:not_campaign_states::text[] IS NULL OR c.state IS NULL
    OR c.state <> ALL (:not_campaign_states))
  AND (:types::text[] IS NULL OR t.type = ANY (:types))
  AND (:not_types::text[] IS NULL OR t.type <> ALL (:not_types))
  AND (:assigned_to::text[] IS NULL OR t.assigned_to = ANY (:assigned_to))
  AND (:not_assigned_to::text[] IS NULL OR t.assigned_to <> ALL (:not_assigned_to))
  AND (:since::timestamptz IS NULL OR t.due_at >= :since)
  AND (:until::timestamptz IS NULL OR t.due_at <= :until)
ORDER BY t.due_at, t.id OFFSET :offset LIMIT :limit;

-- name: change
UPDATE tasks SET
  assigned_to = COALESCE(:assigned_to, assigned_to), due_at = COALESCE(:due_at, due_at),
  title = COALESCE(:title, title), message = COALESCE(:message, message),
  priority = COALESCE(:priority, priority), images = COALESCE(:images, images),
  videos = COALESCE(:videos, videos)
WHERE team_id = :team_id AND id = :id AND state = 'open'
RETURNING team_id, id, type, title, message, images, videos, priority, lead_id, campaign_id,
  contact_id, step_id, sequence_step, assigned_to, due_at, state, closed_for, created_at, ended_at;

-- name: finish
-- Only of open ones; whoever comes second changes nothing.
UPDATE tasks SET state = :state, ended_at = :now
WHERE team_id = :team_id AND id = ANY (:ids::text[]) AND state = 'open'
RETURNING id;

-- name: close_of_leads
UPDATE tasks t SET state = 'closed', ended_at = :now, closed_for = w.because
FROM unnest(:team_ids::text[], :lead_ids::text[], :becauses::text[])
  AS w (team_id, lead_id, because)
WHERE t.team_id = w.team_id AND t.lead_id = w.lead_id AND t.state = 'open'
  AND t.step_id IS NOT NULL;

-- name: close_of_lost_steps
-- What a step asked for that is deleted, or whose condition is; the leads have gone on.
UPDATE tasks t SET state = 'closed', ended_at = :now
WHERE t.team_id = :team_id AND t.campaign_id = :campaign_id AND t.state = 'open'
  AND t.step_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM steps s WHERE s.team_id = t.team_id AND s.id = t.step_id);

-- name: list_errands
-- What is known of claimed leads whose next step is no mail, one row a lead.
SELECT l.team_id, l.id AS lead_id, l.campaign_id, l.contact_id, l.sender_id, l.email, l.variables, l.due_at,
  l.is_paused, l.stopped_by, l.waits_for, l.awaits, l.awaits_until, l.opened_at, l.clicked_at,
  l.unsubscribed_at, l.meeting_booked_at, GREATEST(c.started_at, l.reviewed_at) AS released_at,
  EXISTS (SELECT FROM activities a WHERE a.team_id = l.team_id AND a.lead_id = l.id
          AND a.type = 'aircallDone') AS was_called,
  c.name AS campaign_name, c.timezone, c.lead_zones,
  COALESCE(c.hours_version, 0) AS hours_version, c.is_live AS is_running,
  COALESCE(s.name, '') AS sender_name, COALESCE(s.email, '') AS sender_email,
  COALESCE(s.variables, '{}') AS sender_variables,
  COALESCE(s.user_id, c.created_by) AS owner,
  COALESCE(t.tries, 0) AS tries, k.state AS task, k.ended_at AS task_ended_at
FROM unnest(:team_ids::text[], :lead_ids::text[], :step_ids::text[])
  AS w (team_id, lead_id, step_id)
JOIN leads l ON l.team_id = w.team_id AND l.id = w.lead_id
JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id
LEFT JOIN senders s ON s.team_id = l.team_id AND s.id = l.sender_id
LEFT JOIN tasks k ON k.team_id = w.team_id AND k.lead_id = w.lead_id AND k.step_id = w.step_id
LEFT JOIN step_calls t ON t.team_id = w.team_id AND t.lead_id = w.lead_id AND t.step_id = w.step_id;

-- name: count_tries
-- Before the call goes out: of one whose worker dies it is known that it may have arrived.
INSERT INTO step_calls AS c (team_id, lead_id, step_id, tries)
SELECT w.team_id, w.lead_id, w.step_id, 1
FROM unnest(:team_ids::text[], :lead_ids::text[], :step_ids::text[])
  AS w (team_id, lead_id, step_id)
ON CONFLICT (team_id, lead_id, step_id) DO UPDATE SET tries = c.tries + 1;

-- name: forget_tries
DELETE FROM step_calls WHERE team_id = :team_id AND lead_id = :lead_id AND step_id = :step_id;

-- name: load
-- All facts about claimed leads, one row a lead, in one statement.
SELECT l.team_id, l.id AS lead_id, l.campaign_id, w.sender_id, l.fence, l.email, l.address_key,
  l.variables, l.step_position, l.due_at, l.is_paused, l.stopped_by, l.waits_for,
  c.name AS campaign_name, c.state = 'running' AND NOT c.is_archived AS is_running,
  c.track_opens, c.track_clicks, t.uncertain,
  s.id AS step_id, s.version AS step_version, n.delay_days AS next_delay_days,
  CASE WHEN m.id IS NOT NULL THEN jsonb_build_object(
    'id', m.id, 'state', m.state, 'header_id', m.header_id, 'subject', m.subject,
    'thread_ids', m.thread_ids, 'links', m.links, 'step_version', m.step_version,
    'has_data', m.data_at IS NOT NULL, 'sender_id', m.sender_id, 'sent_at', m.sent_at,
    'attempts', m.attempts, 'created_at', m.created_at
  ) END AS began,
  CASE WHEN p.id IS NOT NULL THEN jsonb_build_object(
    'header_id', COALESCE(p.effective_id, p.header_id), 'thread_ids', p.thread_ids,
    'subject', p.subject) END AS before
FROM unnest(:team_ids::text[], :lead_ids::text[], :sender_ids::text[]) AS w (team_id, lead_id, sender_id)
JOIN leads l ON l.team_id = w.team_id AND l.id = w.lead_id
JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id
JOIN teams t ON t.id = l.team_id
LEFT JOIN sequences q ON q.team_id = l.team_id AND q.campaign_id = l.campaign_id AND q.level = 0
LEFT JOIN steps s ON s.team_id = q.team_id AND s.sequence_id = q.id AND s.position = l.step_position
LEFT JOIN steps n ON n.team_id = q.team_id AND n.sequence_id = q.id
  AND n.position = l.step_position + 1
LEFT JOIN messages m ON m.team_id = l.team_id AND m.lead_id = l.id AND m.step_id = s.id
  AND m.kind = :kind
LEFT JOIN LATERAL (
  SELECT id, header_id, effective_id, thread_ids, subject FROM messages b
  WHERE b.team_id = l.team_id AND b.lead_id = l.id AND b.kind = 'sequence' AND b.state = 'sent'
  ORDER BY b.sequence_step DESC LIMIT 1
) p ON true;

-- name: raw
-- The bytes of a mail begun before, for trying the very same again.
SELECT raw FROM messages WHERE team_id = :team_id AND id = :id AND raw IS NOT NULL;

-- name: backlog
-- What waits, for those who watch. A campaign that does not run makes nobody late.
SELECT
  (SELECT count(*) FROM leads
   WHERE due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL)
    AS waiting,
  (SELECT min(d.due_at) FROM campaigns c CROSS JOIN LATERAL (
     SELECT min(l.due_at) AS due_at FROM leads l
     WHERE l.team_id = c.team_id AND l.campaign_id = c.id AND l.due_at <= :now
       AND NOT l.is_paused AND l.stopped_by IS NULL AND l.waits_for IS NULL) d
   WHERE c.state = 'running') AS oldest_due_at,
  (SELECT count(*) FROM messages WHERE state = 'uncertain') AS uncertain;

-- name: list_places
-- What leads of a campaign have in common that have the same sender.
SELECT w.team_id, w.campaign_id, w.sender_id, c.name AS campaign_name,
  c.timezone, c.lead_zones,
  COALESCE(c.hours_version, 0) AS hours_version, c.is_live AS is_running, c.track_opens, c.track_clicks,
  t.uncertain, t.limit_per_day AS team_limit,
  o.domain_gap_seconds AS domain_gap,
  jsonb_build_object('email', o.email, 'replies', o.replies,
    'replies_read_at', o.replies_read_at) AS hearing,
  CASE WHEN r.team_id IS NULL THEN '{}' ELSE jsonb_build_object('version', r.version,
    'is_one_campaign', r.is_one_campaign, 'quiet_days', r.quiet_days,
    'person', CASE WHEN r.person_mails IS NOT NULL
      THEN jsonb_build_object('mails', r.person_mails, 'days', r.person_days) END,
    'company', CASE WHEN r.company_mails IS NOT NULL
      THEN jsonb_build_object('mails', r.company_mails, 'days', r.company_days) END)
  END AS contact_rules
FROM unnest(:team_ids::text[], :campaign_ids::text[], :sender_ids::text[])
  AS w (team_id, campaign_id, sender_id)
JOIN campaigns c ON c.team_id = w.team_id AND c.id = w.campaign_id
JOIN teams t ON t.id = w.team_id
JOIN senders o ON o.team_id = w.team_id AND o.id = w.sender_id
LEFT JOIN contact_rules r ON r.team_id = w.team_id;

-- name: list_people
-- What is known of claimed leads themselves, one row a lead.
SELECT l.team_id, l.id AS lead_id, l.fence, l.email, l.address_key, l.variables, l.due_at,
  l.is_paused, l.stopped_by, l.waits_for, l.spaced_by,
  l.sent_count > 0 AS is_follow_up,
  CASE WHEN m.id IS NOT NULL THEN jsonb_build_object(
    'id', m.id, 'state', m.state, 'header_id', m.header_id, 'subject', m.subject,
    'thread_ids', m.thread_ids, 'links', m.links, 'step_version', m.step_version,
    'has_data', m.data_at IS NOT NULL, 'sender_id', m.sender_id, 'sent_at', m.sent_at,
    'attempts', m.attempts, 'created_at', m.created_at
  ) END AS began,
  CASE WHEN p.id IS NOT NULL THEN jsonb_build_object(
    'header_id', COALESCE(p.effective_id, p.header_id), 'thread_ids', p.thread_ids,
    'subject', p.subject) END AS before
FROM unnest(:team_ids::text[], :lead_ids::text[], :step_ids::text[]) AS w (team_id, lead_id, step_id)
JOIN leads l ON l.team_id = w.team_id AND l.id = w.lead_id
LEFT JOIN messages m ON m.team_id = w.team_id AND m.lead_id = w.lead_id AND m.step_id = w.step_id
  AND m.kind = :kind
LEFT JOIN LATERAL (
  SELECT id, header_id, effective_id, thread_ids, subject FROM messages b
  WHERE b.team_id = l.team_id AND b.lead_id = l.id AND b.kind = 'sequence' AND b.state = 'sent'
  ORDER BY b.sent_at DESC LIMIT 1
) p ON true;

-- name: raw
-- The bytes of a mail begun before, for trying the very same again.
SELECT raw FROM messages WHERE team_id = :team_id AND id = :id AND raw IS NOT NULL;

-- name: backlog
-- What waits, for those who watch. A campaign that does not run makes nobody late.
SELECT
  (SELECT count(*) FROM leads
   WHERE due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL
     AND needs_sender)
  + (SELECT count(*) FROM leads
     WHERE due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL
       AND NOT needs_sender) AS waiting,
  (SELECT min(d.due_at) FROM campaigns c CROSS JOIN LATERAL (
     SELECT min(l.due_at) AS due_at FROM leads l
     WHERE l.team_id = c.team_id AND l.campaign_id = c.id AND l.due_at <= :now
       AND NOT l.is_paused AND l.stopped_by IS NULL AND l.waits_for IS NULL AND l.needs_sender) d
   WHERE c.is_live) AS oldest_due_at,
  (SELECT count(*) FROM messages WHERE state = 'uncertain') AS uncertain;

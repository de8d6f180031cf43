-- name: find_lead
SELECT l.team_id, l.id, l.campaign_id, c.name AS campaign_name, c.state AS campaign_state,
  c.is_archived, c.started_at, t.paused_at AS team_paused_at, l.email, l.variables,
  c.lead_zones, l.sender_id, l.sequence_id, l.step_position, l.needs_sender,
  l.due_at, l.back_at, l.is_paused, l.paused_by, l.stopped_by, l.waits_for, l.awaits,
  l.awaits_until, l.held_by, l.leased_until, l.last_state, d.reply AS refused_with,
  l.fence, l.updated_at
FROM leads l
JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id
JOIN teams t ON t.id = l.team_id
LEFT JOIN messages d ON d.team_id = l.team_id AND d.lead_id = l.id AND d.state = 'deferred'
  AND d.fence = l.fence
WHERE l.team_id = :team_id AND l.id = :lead_id;

-- name: house
-- A worker unseen for a minute is gone.
SELECT i.deliver_to, EXISTS (SELECT FROM workers w
  WHERE w.seen_at > clock_timestamp() - interval '60 seconds') AS has_worker
FROM installation i;

-- name: rows_of
SELECT campaign_id, sender_id, may_send_at FROM campaign_senders
WHERE team_id = :team_id AND (:campaign_id::text IS NULL OR campaign_id = :campaign_id)
  AND (:sender_id::text IS NULL OR sender_id = :sender_id);

-- name: group_leads
-- As `rules.holds` says of each what its first hold is, its campaign and the machines apart.
SELECT g.standing, g.sender_id, g.needs_sender, count(*)::int AS count, min(g.due_at) AS first_at
FROM (
  SELECT l.sender_id, l.needs_sender, l.due_at, CASE
    WHEN l.stopped_by IS NOT NULL THEN 'stopped:' || l.stopped_by
    WHEN l.due_at IS NULL AND l.last_state = 'sendToAnotherCampaign' THEN 'movedElsewhere'
    WHEN l.due_at IS NULL THEN 'finished'
    WHEN l.is_paused THEN 'leadPaused'
    WHEN l.waits_for IS NOT NULL THEN 'waits:' || l.waits_for
    WHEN l.leased_until > :now THEN 'claimed'
    WHEN l.due_at <= :now THEN 'due'
    WHEN l.awaits IS NOT NULL THEN 'condition'
    WHEN l.held_by IS NOT NULL THEN l.held_by
    WHEN l.back_at = l.due_at THEN 'outOfOffice'
    WHEN EXISTS (SELECT FROM messages d WHERE d.team_id = l.team_id AND d.lead_id = l.id
      AND d.state = 'deferred' AND d.fence = l.fence) THEN 'triedAgain'
    ELSE 'delay' END AS standing
  FROM leads l WHERE l.team_id = :team_id AND l.campaign_id = :campaign_id) g
GROUP BY g.standing, g.sender_id, g.needs_sender;

-- name: count_failing
-- Without ids those of all the team's campaigns. Nobody else is looked at: each half has an index.
-- In a rehearsal nobody is stopped by what fails.
SELECT l.campaign_id, l.stopped_by, count(*)::int AS count
FROM (
  SELECT team_id, campaign_id, stopped_by FROM leads
  WHERE stopped_by IN ('emailsFailed', 'apiFailed')
  UNION ALL
  SELECT team_id, campaign_id, 'emailsFailed' FROM leads
  WHERE waits_for = 'mending' AND stopped_by IS NULL) l
WHERE l.team_id = :team_id AND (:ids::text[] IS NULL OR l.campaign_id = ANY(:ids))
GROUP BY l.campaign_id, l.stopped_by ORDER BY l.campaign_id, l.stopped_by;

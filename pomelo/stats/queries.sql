-- name: read_whole
-- Most rows of a campaign are read anyway, so the table may be read as it lies (see `base.db`),
-- until this transaction ends. That is seen only by who knows of which campaigns and days: the plan
-- for any of them, which is kept from the sixth time on, looks rows up one by one. One more process
-- helps to read: two get in each other's way on a small machine.
SELECT set_config('enable_seqscan', 'on', true),
  set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('max_parallel_workers_per_gather', '1', true);

-- name: tally
-- What people did and what was done, once for each step and type: one pass over the activities
-- of these campaigns. What a verdict says of one counts in place of what was thought first; there
-- are few of them, so they correct the sums instead of being looked for beside each activity.
SELECT t.campaign_id, t.step_id, t.type, sum(t.times)::int AS times, sum(t.first)::int AS first,
  sum(t.stopped)::int AS stopped
FROM (
  SELECT a.campaign_id, a.step_id, a.type, count(*) AS times,
    count(*) FILTER (WHERE a.is_first) AS first, count(*) FILTER (WHERE a.has_stopped) AS stopped
  FROM activities a
  WHERE a.team_id = :team_id AND a.campaign_id = ANY (:campaign_ids::text[])
    AND a.created_at BETWEEN :since AND :until
    AND (:types::text[] IS NULL OR a.type = ANY (:types))
    AND (:sender_ids::text[] IS NULL OR a.sender_id = ANY (:sender_ids)) AND NOT a.is_bot
  GROUP BY a.campaign_id, a.step_id, a.type
  UNION ALL
  SELECT a.campaign_id, a.step_id, a.type,
    (NOT v.is_bot)::int - (NOT a.is_bot)::int,
    (NOT v.is_bot AND v.is_first)::int - (NOT a.is_bot AND a.is_first)::int,
    (NOT v.is_bot AND v.has_stopped)::int - (NOT a.is_bot AND a.has_stopped)::int
  FROM activity_verdicts v
  JOIN activities a ON a.team_id = v.team_id AND a.id = v.activity_id
  WHERE v.team_id = :team_id AND a.campaign_id = ANY (:campaign_ids)
    AND a.created_at BETWEEN :since AND :until
    AND (:types IS NULL OR a.type = ANY (:types))
    AND (:sender_ids IS NULL OR a.sender_id = ANY (:sender_ids))
) t
GROUP BY t.campaign_id, t.step_id, t.type
HAVING sum(t.times) > 0;

-- name: tally_returned
-- Bounces of mails that had been sent; what was refused at once bounced, too, and never was.
SELECT a.campaign_id, a.step_id, count(*)::int AS returned
FROM activities a
WHERE a.team_id = :team_id AND a.campaign_id = ANY (:campaign_ids::text[])
  AND a.created_at BETWEEN :since AND :until AND a.type = 'emailsBounced' AND a.is_first
  AND (:sender_ids::text[] IS NULL OR a.sender_id = ANY (:sender_ids))
  AND EXISTS (SELECT FROM activities s WHERE s.team_id = a.team_id AND s.lead_id = a.lead_id
    AND s.type = 'emailsSent' AND s.step_id = a.step_id)
GROUP BY a.campaign_id, a.step_id;

-- name: tally_leads
SELECT l.campaign_id, count(*)::int AS leads,
  (count(*) FILTER (WHERE l.waits_for IS DISTINCT FROM 'review' AND l.skipped_at IS NULL))::int
    AS launched,
  (count(*) FILTER (WHERE l.due_at IS NOT NULL AND l.stopped_by IS NULL))::int AS in_sequence,
  (count(*) FILTER (WHERE l.reviewed_at IS NOT NULL))::int AS reviewed,
  (count(*) FILTER (WHERE l.contacted_at BETWEEN :since AND :until))::int AS reached,
  (count(*) FILTER (WHERE l.opened_at BETWEEN :since AND :until))::int AS opened,
  (count(*) FILTER (WHERE l.clicked_at BETWEEN :since AND :until))::int AS clicked,
  (count(*) FILTER (WHERE l.replied_at BETWEEN :since AND :until))::int AS replied,
  (count(*) FILTER (WHERE l.interested_at BETWEEN :since AND :until))::int AS interested,
  (count(*) FILTER (WHERE l.not_interested_at BETWEEN :since AND :until))::int AS not_interested,
  (count(*) FILTER (WHERE l.unsubscribed_at BETWEEN :since AND :until))::int AS unsubscribed,
  (count(*) FILTER (WHERE l.meeting_booked_at BETWEEN :since AND :until))::int AS booked
FROM leads l
WHERE l.team_id = :team_id AND l.campaign_id = ANY (:campaign_ids::text[])
  AND (:sender_ids::text[] IS NULL OR l.sender_id = ANY (:sender_ids))
GROUP BY l.campaign_id;

-- name: tally
-- What people did and what was done, once for each step and type: one pass over the activities
-- of these campaigns. What a verdict says of one counts in place of what was thought first.
SELECT a.campaign_id, a.step_id, a.type, count(*)::int AS times,
  (count(*) FILTER (WHERE COALESCE(v.is_first, a.is_first)))::int AS first,
  (count(*) FILTER (WHERE COALESCE(v.has_stopped, a.has_stopped)))::int AS stopped
FROM activities a
LEFT JOIN activity_verdicts v ON v.team_id = a.team_id AND v.activity_id = a.id
WHERE a.team_id = :team_id AND a.campaign_id = ANY (:campaign_ids::text[])
  AND a.created_at BETWEEN :since AND :until AND a.type = ANY (:types::text[])
  AND (:sender_ids::text[] IS NULL OR a.sender_id = ANY (:sender_ids))
  AND NOT COALESCE(v.is_bot, a.is_bot)
GROUP BY a.campaign_id, a.step_id, a.type;

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

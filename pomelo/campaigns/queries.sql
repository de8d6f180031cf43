-- name: insert
-- Whoever pauses the team meanwhile waits for this row, or is seen by it.
INSERT INTO campaigns (team_id, id, name, labels, timezone, auto_review, review_conditions,
  created_by, created_at, is_held)
SELECT t.id, :id, :name, :labels, :timezone, :auto_review, :review_conditions, :created_by, :now,
  t.paused_at IS NOT NULL
FROM teams t WHERE t.id = :team_id FOR SHARE
RETURNING team_id, id, name, labels, timezone, state, is_archived, auto_review, stop_on_replied,
  stop_on_clicked, stop_on_interested, stop_on_meeting, pause_on, click_filter, track_opens,
  track_clicks, other_settings, created_by,
  created_at, started_at, weight, lead_zones, review_conditions;

-- name: find
SELECT team_id, id, name, labels, timezone, state, is_archived, auto_review, stop_on_replied,
  stop_on_clicked, stop_on_interested, stop_on_meeting, pause_on, click_filter, track_opens,
  track_clicks, other_settings, created_by,
  created_at, started_at, weight, lead_zones, review_conditions
FROM campaigns WHERE team_id = :team_id AND id = :id;

-- name: lock
-- Keeps others from starting, pausing and changing it, and mails of it from going out; people
-- may still be added.
SELECT team_id, id, name, labels, timezone, state, is_archived, auto_review, stop_on_replied,
  stop_on_clicked, stop_on_interested, stop_on_meeting, pause_on, click_filter, track_opens,
  track_clicks, other_settings, created_by,
  created_at, started_at, weight, lead_zones, review_conditions
FROM campaigns WHERE team_id = :team_id AND id = :id
FOR NO KEY UPDATE;

-- name: lock_many
-- Before many are changed, in the order of those who add people. A statement of its own: one that
-- locked and changed would, after a wait, turn back to versions of rows that others hold by then.
SELECT id FROM campaigns
WHERE team_id = :team_id AND (:ids::text[] IS NULL OR id = ANY(:ids))
ORDER BY id FOR NO KEY UPDATE;

-- name: list_oldest
SELECT team_id, id, name, labels, timezone, state, is_archived, auto_review, stop_on_replied,
  stop_on_clicked, stop_on_interested, stop_on_meeting, pause_on, click_filter, track_opens,
  track_clicks, other_settings, created_by,
  created_at, started_at, weight, lead_zones, review_conditions
FROM campaigns
WHERE team_id = :team_id AND (:created_by::text IS NULL OR created_by = :created_by)
ORDER BY created_at, id OFFSET :skip LIMIT :amount;

-- name: list_newest
SELECT team_id, id, name, labels, timezone, state, is_archived, auto_review, stop_on_replied,
  stop_on_clicked, stop_on_interested, stop_on_meeting, pause_on, click_filter, track_opens,
  track_clicks, other_settings, created_by,
  created_at, started_at, weight, lead_zones, review_conditions
FROM campaigns
WHERE team_id = :team_id AND (:created_by::text IS NULL OR created_by = :created_by)
ORDER BY created_at DESC, id DESC OFFSET :skip LIMIT :amount;

-- name: list_by_ids
-- In the order of the ids.
SELECT c.team_id, c.id, c.name, c.labels, c.timezone, c.state, c.is_archived, c.auto_review,
  c.stop_on_replied, c.stop_on_clicked, c.stop_on_interested, c.stop_on_meeting, c.pause_on,
  c.click_filter, c.track_opens, c.track_clicks,
  c.other_settings, c.created_by, c.created_at, c.started_at, c.weight, c.lead_zones, c.review_conditions
FROM unnest(:ids::text[]) WITH ORDINALITY AS n (id, place)
JOIN campaigns c ON c.team_id = :team_id AND c.id = n.id
ORDER BY n.place;

-- name: count
SELECT count(*) FROM campaigns
WHERE team_id = :team_id AND (:created_by::text IS NULL OR created_by = :created_by);

-- name: list_facts
-- Oldest first; without ids those of all the team's campaigns.
SELECT c.id, c.name, c.state, c.is_archived, c.started_at, count(s.id) AS sender_count,
  COALESCE(array_agg(s.email ORDER BY s.email) FILTER (WHERE s.paused_for = 'auth'), '{}')
    AS broken_senders
FROM campaigns c
LEFT JOIN campaign_senders u ON u.team_id = c.team_id AND u.campaign_id = c.id
LEFT JOIN senders s ON s.team_id = u.team_id AND s.id = u.sender_id AND s.deleted_at IS NULL
WHERE c.team_id = :team_id AND (:ids::text[] IS NULL OR c.id = ANY(:ids))
  AND (:created_by::text IS NULL OR c.created_by = :created_by)
GROUP BY c.team_id, c.id
ORDER BY c.created_at, c.id;

-- name: update
-- What is NULL stays. An archived campaign does not run.
UPDATE campaigns SET
  name = COALESCE(:name, name),
  labels = COALESCE(:labels, labels),
  timezone = COALESCE(:timezone, timezone),
  is_archived = COALESCE(:is_archived, is_archived),
  state = CASE WHEN COALESCE(:is_archived, is_archived) THEN 'paused' ELSE state END,
  auto_review = COALESCE(:auto_review, auto_review),
  review_conditions = COALESCE(:review_conditions, review_conditions),
  stop_on_replied = COALESCE(:stop_on_replied, stop_on_replied),
  stop_on_clicked = COALESCE(:stop_on_clicked, stop_on_clicked),
  stop_on_interested = COALESCE(:stop_on_interested, stop_on_interested),
  stop_on_meeting = COALESCE(:stop_on_meeting, stop_on_meeting),
  pause_on = COALESCE(:pause_on, pause_on),
  click_filter = COALESCE(:click_filter, click_filter),
  track_opens = COALESCE(:track_opens, track_opens),
  track_clicks = COALESCE(:track_clicks, track_clicks),
  weight = COALESCE(:weight, weight),
  other_settings = other_settings || :other_settings
WHERE team_id = :team_id AND id = :id
RETURNING team_id, id, name, labels, timezone, state, is_archived, auto_review, stop_on_replied,
  stop_on_clicked, stop_on_interested, stop_on_meeting, pause_on, click_filter, track_opens,
  track_clicks, other_settings, created_by,
  created_at, started_at, weight, lead_zones, review_conditions;

-- name: start
UPDATE campaigns SET state = 'running', started_at = COALESCE(started_at, :now)
WHERE team_id = :team_id AND id = :id AND state = 'paused' AND NOT is_archived
RETURNING team_id, id, name, labels, timezone, state, is_archived, auto_review, stop_on_replied,
  stop_on_clicked, stop_on_interested, stop_on_meeting, pause_on, click_filter, track_opens,
  track_clicks, other_settings, created_by,
  created_at, started_at, weight, lead_zones, review_conditions;

-- name: pause
-- Whoever sends holds this row FOR SHARE while it decides: after this, nothing more is begun.
UPDATE campaigns SET state = 'paused'
WHERE team_id = :team_id AND id = :id AND state = 'running'
RETURNING team_id, id, name, labels, timezone, state, is_archived, auto_review, stop_on_replied,
  stop_on_clicked, stop_on_interested, stop_on_meeting, pause_on, click_filter, track_opens,
  track_clicks, other_settings, created_by,
  created_at, started_at, weight, lead_zones, review_conditions;

-- name: hold
-- Whoever sends holds these rows FOR SHARE while it decides: after this, nothing more is begun.
UPDATE campaigns SET is_held = :is_held
WHERE team_id = :team_id AND is_held <> :is_held
RETURNING id;

-- name: attach_schedule
INSERT INTO campaign_schedules (team_id, campaign_id, schedule_id)
VALUES (:team_id, :campaign_id, :schedule_id)
ON CONFLICT DO NOTHING;

-- name: detach_schedule
DELETE FROM campaign_schedules WHERE team_id = :team_id AND schedule_id = :schedule_id;

-- name: lock_users_of_schedule
-- Two schedules of one campaign deleted at once: the second waits and sees that it is the last.
SELECT id, name FROM campaigns
WHERE team_id = :team_id AND id IN (
  SELECT campaign_id FROM campaign_schedules
  WHERE team_id = :team_id AND schedule_id = :schedule_id)
ORDER BY id FOR NO KEY UPDATE;

-- name: list_with_sole_schedule
-- The campaigns that have no other schedule than this one.
SELECT c.id, c.name
FROM campaign_schedules u
JOIN campaigns c ON c.team_id = u.team_id AND c.id = u.campaign_id
WHERE u.team_id = :team_id AND u.schedule_id = :schedule_id AND NOT EXISTS (
  SELECT FROM campaign_schedules o
  WHERE o.team_id = u.team_id AND o.campaign_id = u.campaign_id AND o.schedule_id <> u.schedule_id)
ORDER BY c.created_at, c.id;

-- name: list_of_sender
SELECT campaign_id FROM campaign_senders WHERE team_id = :team_id AND sender_id = :sender_id
ORDER BY campaign_id;

-- name: schedules_of
SELECT s.team_id, s.id, s.name, s.seconds_to_wait, s.timezone, s.start_time, s.end_time, s.weekdays,
  s.is_public, s.days_off, s.holidays, s.created_by, s.created_at, s.deleted_at, s.deleted_by
FROM campaign_schedules u
JOIN schedules s ON s.team_id = u.team_id AND s.id = u.schedule_id
WHERE u.team_id = :team_id AND u.campaign_id = :campaign_id
ORDER BY s.created_at, s.id;

-- name: schedule_ids_of
SELECT u.campaign_id, array_agg(s.id ORDER BY s.created_at, s.id) AS schedule_ids
FROM campaign_schedules u
JOIN schedules s ON s.team_id = u.team_id AND s.id = u.schedule_id
WHERE u.team_id = :team_id AND u.campaign_id = ANY(:ids::text[])
GROUP BY u.campaign_id;

-- name: senders_of
-- Deleted mailboxes are left out; without ids those of all the team's campaigns.
SELECT u.campaign_id, s.id, s.user_id, s.email, s.paused_for, s.replies, s.replies_read_at
FROM campaign_senders u
JOIN senders s ON s.team_id = u.team_id AND s.id = u.sender_id AND s.deleted_at IS NULL
WHERE u.team_id = :team_id AND (:ids::text[] IS NULL OR u.campaign_id = ANY(:ids))
ORDER BY u.campaign_id, s.created_at, s.id;

-- name: add_senders
-- A deleted mailbox is passed over, one that the campaign has already keeps its moment.
INSERT INTO campaign_senders (team_id, campaign_id, sender_id, next_at)
SELECT c.team_id, c.id, s.id, CASE WHEN c.is_live THEN :now::timestamptz ELSE 'infinity' END
FROM campaigns c
JOIN senders s ON s.team_id = c.team_id AND s.id = ANY(:sender_ids::text[]) AND s.deleted_at IS NULL
WHERE c.team_id = :team_id AND c.id = :campaign_id
ON CONFLICT DO NOTHING;

-- name: remove_other_senders
DELETE FROM campaign_senders
WHERE team_id = :team_id AND campaign_id = :campaign_id AND sender_id <> ALL (:sender_ids::text[])
RETURNING sender_id, may_send_at;

-- name: release_senders
UPDATE campaign_senders u SET next_at = GREATEST(u.may_send_at, :now)
FROM campaigns c
WHERE c.team_id = u.team_id AND c.id = u.campaign_id AND c.is_live
  AND u.team_id = :team_id AND u.campaign_id = ANY(:ids::text[]);

-- name: hold_senders
UPDATE campaign_senders SET next_at = 'infinity'
WHERE team_id = :team_id AND campaign_id = ANY(:ids::text[]);

-- name: wake
-- Gives the senders of all these campaigns that run. Rows in other hands are passed over: a
-- flush of new leads never waits for a worker, and workers look again in a few seconds.
WITH late AS (
  SELECT u.team_id, u.campaign_id, u.sender_id
  FROM campaign_senders u
  JOIN campaigns c ON c.team_id = u.team_id AND c.id = u.campaign_id AND c.is_live
  WHERE u.team_id = :team_id AND u.campaign_id = ANY(:ids::text[])
    AND u.next_at > GREATEST(u.may_send_at, :at)
  ORDER BY u.campaign_id, u.sender_id
  FOR NO KEY UPDATE OF u SKIP LOCKED
), woken AS (
  UPDATE campaign_senders u SET next_at = GREATEST(u.may_send_at, LEAST(u.next_at, :at))
  FROM late l
  WHERE u.team_id = l.team_id AND u.campaign_id = l.campaign_id AND u.sender_id = l.sender_id
)
SELECT DISTINCT u.sender_id
FROM campaign_senders u
JOIN campaigns c ON c.team_id = u.team_id AND c.id = u.campaign_id AND c.is_live
WHERE u.team_id = :team_id AND u.campaign_id = ANY(:ids::text[]);

-- name: start_errands
-- From now on its steps that are no mail are looked for.
INSERT INTO campaign_errands (team_id, campaign_id, next_at)
SELECT team_id, id, :now FROM campaigns
WHERE team_id = :team_id AND id = ANY(:ids::text[]) AND is_live
ORDER BY id
ON CONFLICT (team_id, campaign_id) DO UPDATE SET next_at = EXCLUDED.next_at, claimed_by = NULL;

-- name: hold_errands
UPDATE campaign_errands SET next_at = 'infinity', claimed_by = NULL
WHERE team_id = :team_id AND campaign_id = ANY(:ids::text[]);

-- name: wake_errands
-- Only of campaigns that run. Rows in other hands are passed over: those look again soon.
WITH late AS (
  SELECT e.team_id, e.campaign_id FROM campaign_errands e
  WHERE e.team_id = :team_id AND e.campaign_id = ANY(:ids::text[])
    AND e.next_at > :at AND e.next_at < 'infinity'
  ORDER BY e.campaign_id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE campaign_errands e SET next_at = :at, claimed_by = NULL
FROM late l WHERE e.team_id = l.team_id AND e.campaign_id = l.campaign_id
RETURNING e.campaign_id;

-- name: claim_errands
WITH ready AS (
  SELECT e.team_id, e.campaign_id FROM campaign_errands e
  WHERE e.next_at <= :now
  ORDER BY e.next_at LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE campaign_errands e SET next_at = :until, claimed_by = :worker
FROM ready r WHERE e.team_id = r.team_id AND e.campaign_id = r.campaign_id
RETURNING e.team_id, e.campaign_id;

-- name: release_errands
-- Somebody may have woken one meanwhile, or paused its campaign: then it is not ours any more.
UPDATE campaign_errands e SET next_at = n.next_at, claimed_by = NULL
FROM unnest(:team_ids::text[], :campaign_ids::text[], :next_ats::timestamptz[])
  AS n (team_id, campaign_id, next_at)
WHERE e.team_id = n.team_id AND e.campaign_id = n.campaign_id AND e.claimed_by = :worker;

-- name: begin_with
UPDATE campaigns SET begins_with_mail = :with_mail
WHERE team_id = :team_id AND id = :id AND begins_with_mail <> :with_mail;

-- name: count_numbered
-- Gives how many steps had a number before.
UPDATE campaigns SET steps_numbered = steps_numbered + :amount
WHERE team_id = :team_id AND id = :id
RETURNING steps_numbered - :amount;

-- name: notify
-- Whoever waits for work hears of it at COMMIT.
SELECT pg_notify('pomelo_due', '');

-- name: list_users_of_schedule
-- The campaigns that send by it, and those whose senders keep its hours.
SELECT campaign_id FROM campaign_schedules
WHERE team_id = :team_id AND schedule_id = :schedule_id
UNION
SELECT u.campaign_id FROM sender_schedules o
JOIN campaign_senders u ON u.team_id = o.team_id AND u.sender_id = o.sender_id
WHERE o.team_id = :team_id AND o.schedule_id = :schedule_id
ORDER BY campaign_id;

-- name: ready_rows
-- Longest waiting first. A campaign without hours is never ready: better late than at night.
SELECT u.team_id, u.campaign_id, u.sender_id, h.seconds_to_wait, h.windows, c.weight, u.served,
  t.limit_per_day AS team_limit, c.lead_zones, COALESCE(k.windows, '[]') AS sender_windows
FROM unnest(:team_ids::text[], :sender_ids::text[]) AS n (team_id, sender_id)
JOIN campaign_senders u
  ON u.team_id = n.team_id AND u.sender_id = n.sender_id AND u.next_at <= :now
JOIN campaigns c ON c.team_id = u.team_id AND c.id = u.campaign_id AND c.is_live
JOIN teams t ON t.id = u.team_id
JOIN LATERAL (
  SELECT max(s.seconds_to_wait) AS seconds_to_wait, jsonb_agg(jsonb_build_object(
    'timezone', s.timezone, 'start', s.start_time || ':00', 'end', s.end_time || ':00',
    'weekdays', s.weekdays, 'days_off', s.days_off, 'holidays', s.holidays)) AS windows
  FROM campaign_schedules o
  JOIN schedules s ON s.team_id = o.team_id AND s.id = o.schedule_id
  WHERE o.team_id = u.team_id AND o.campaign_id = u.campaign_id
) h ON h.windows IS NOT NULL
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object(
    'timezone', s.timezone, 'start', s.start_time || ':00', 'end', s.end_time || ':00',
    'weekdays', s.weekdays, 'days_off', s.days_off, 'holidays', s.holidays)) AS windows
  FROM sender_schedules o
  JOIN schedules s ON s.team_id = o.team_id AND s.id = o.schedule_id
  WHERE o.team_id = u.team_id AND o.sender_id = u.sender_id
) k ON true
ORDER BY u.next_at, u.campaign_id;

-- name: set_sender_schedule
INSERT INTO sender_schedules (team_id, sender_id, schedule_id)
VALUES (:team_id, :sender_id, :schedule_id)
ON CONFLICT (team_id, sender_id) DO UPDATE SET schedule_id = EXCLUDED.schedule_id;

-- name: end_sender_schedule
DELETE FROM sender_schedules WHERE team_id = :team_id AND sender_id = :sender_id;

-- name: list_sender_schedules
SELECT team_id, sender_id, schedule_id FROM sender_schedules
WHERE team_id = :team_id AND sender_id = ANY(:ids::text[]);

-- name: list_keepers_of_schedule
-- Addresses of the living senders that keep these hours.
SELECT s.email FROM sender_schedules o
JOIN senders s ON s.team_id = o.team_id AND s.id = o.sender_id AND s.deleted_at IS NULL
WHERE o.team_id = :team_id AND o.schedule_id = :schedule_id
ORDER BY s.email;

-- name: set_lead_zones
UPDATE campaigns SET lead_zones = :zones, hours_version = COALESCE(hours_version, 0) + 1
WHERE team_id = :team_id AND id = :id AND lead_zones <> :zones;

-- name: renew_hours
UPDATE campaigns SET hours_version = COALESCE(hours_version, 0) + 1
WHERE team_id = :team_id AND id = ANY(:ids::text[]);

-- name: hours_of
-- The hours of many campaigns; one without any is missing.
SELECT o.team_id, o.campaign_id, jsonb_agg(jsonb_build_object(
    'timezone', s.timezone, 'start', s.start_time || ':00', 'end', s.end_time || ':00',
    'weekdays', s.weekdays, 'days_off', s.days_off, 'holidays', s.holidays)) AS windows
FROM unnest(:team_ids::text[], :campaign_ids::text[]) AS w (team_id, campaign_id)
JOIN campaign_schedules o ON o.team_id = w.team_id AND o.campaign_id = w.campaign_id
JOIN schedules s ON s.team_id = o.team_id AND s.id = o.schedule_id
GROUP BY o.team_id, o.campaign_id;

-- name: set_next
-- A row held by a pause meanwhile stays held, but keeps the gap after its last mail.
UPDATE campaign_senders u SET
  next_at = CASE WHEN u.next_at = 'infinity' THEN u.next_at
    ELSE GREATEST(n.next_at, n.may_send_at, u.may_send_at) END,
  may_send_at = GREATEST(n.may_send_at, u.may_send_at),
  served = COALESCE(n.served, u.served)
FROM unnest(:team_ids::text[], :campaign_ids::text[], :sender_ids::text[],
  :next_ats::timestamptz[], :may_send_ats::timestamptz[], :serveds::float8[])
  AS n (team_id, campaign_id, sender_id, next_at, may_send_at, served)
WHERE u.team_id = n.team_id AND u.campaign_id = n.campaign_id AND u.sender_id = n.sender_id;

-- name: next_of_senders
SELECT u.team_id, u.sender_id, min(u.next_at) AS next_at
FROM unnest(:team_ids::text[], :sender_ids::text[]) AS n (team_id, sender_id)
JOIN campaign_senders u ON u.team_id = n.team_id AND u.sender_id = n.sender_id
  AND u.next_at < 'infinity'
JOIN campaigns c ON c.team_id = u.team_id AND c.id = u.campaign_id AND c.is_live
GROUP BY u.team_id, u.sender_id;

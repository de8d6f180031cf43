-- name: list_places
-- The campaigns that leads can be added to, with what decides how they enter. Locked, because
-- one that is started meanwhile would not know of leads that are not committed yet. After them
-- the teams' lists of unsubscribes are held (see `lock` there), so that an address unsubscribed
-- in the same moment is either seen by the next statement or sees the lead. (They come as JSON:
-- for an array the planner counts on its length, and plans the statement again for every batch.)
WITH places AS MATERIALIZED (
  SELECT c.team_id, c.id, c.name, c.auto_review AND c.review_conditions = '{}' AS auto_review,
    c.begins_with_mail,
    c.state = 'running' AS is_running
  FROM json_to_recordset(:rows) AS n (team_id text, campaign_id text)
  JOIN campaigns c ON c.team_id = n.team_id AND c.id = n.campaign_id
  ORDER BY c.team_id, c.id
  FOR SHARE OF c
), held AS MATERIALIZED (
  SELECT pg_advisory_xact_lock_shared(hashtextextended(t.team_id, 0)) IS NOT NULL AS is_held
  FROM (SELECT DISTINCT p.team_id FROM places p ORDER BY 1) t
)
SELECT team_id, id, name, auto_review, begins_with_mail, is_running FROM places
WHERE (SELECT bool_and(h.is_held) FROM held h);

-- name: list_held
-- Where people are already. Their contacts are locked, so nobody else adds them now.
SELECT l.team_id, l.contact_id, l.campaign_id
FROM unnest(:team_ids::text[], :contact_ids::text[]) AS n (team_id, contact_id)
JOIN leads l ON l.team_id = n.team_id AND l.contact_id = n.contact_id;

-- name: insert
-- A second copy in the same campaign conflicts and gives no row. If any of the keys is on its
-- team's list of unsubscribes, nobody is inserted, and what was found is all there is: how
-- those people enter is decided first. Names are sorted, so that two batches never wait for
-- each other.
WITH found AS MATERIALIZED (
  SELECT u.team_id, u.key, u.source
  FROM unnest(:key_teams::text[], :keys::text[]) AS k (team_id, key)
  JOIN unsubscribes u ON u.team_id = k.team_id AND u.key = k.key
), inserted AS (
  INSERT INTO leads (
    team_id, id, campaign_id, contact_id, email, address_key, variables, source, state,
    stopped_by, waits_for, needs_sender, due_at, created_at, updated_at, unsubscribed_at, bounced_at)
  SELECT n.team_id, n.id, n.campaign_id, n.contact_id, n.email, n.address_key, n.variables,
    n.source, n.state, n.stopped_by, n.waits_for, n.needs_sender, :now, :now, :now,
    CASE WHEN n.state = 'emailsUnsubscribed' THEN :now::timestamptz END,
    CASE WHEN n.state = 'emailsBounced' THEN :now::timestamptz END
  FROM json_to_recordset(:rows) AS n (
    team_id text, id text, campaign_id text, contact_id text, email text, address_key text,
    variables jsonb, source text, state text, stopped_by text, waits_for text,
    needs_sender boolean)
  WHERE NOT EXISTS (SELECT FROM found)
  ON CONFLICT (team_id, campaign_id, address_key) DO NOTHING
  RETURNING team_id, id, campaign_id, variables
), named AS (
  INSERT INTO variable_names (team_id, campaign_id, name)
  SELECT DISTINCT i.team_id, i.campaign_id, k.name
  FROM inserted i CROSS JOIN LATERAL jsonb_object_keys(i.variables) AS k (name)
  ORDER BY i.team_id, i.campaign_id, k.name
  ON CONFLICT DO NOTHING
)
SELECT team_id, id, NULL AS key, NULL AS source FROM inserted
UNION ALL SELECT team_id, NULL, key, source FROM found;

-- name: find
SELECT l.team_id, l.id, l.campaign_id, c.name AS campaign_name, l.contact_id, l.email,
  l.address_key, l.variables, l.source, l.state, l.last_state, l.email_status, l.sender_id,
  l.sequence_id, l.step_position, l.needs_sender, l.due_at, l.is_paused, l.stopped_by, l.waits_for,
  l.held_by, l.awaits, l.created_at, l.updated_at
FROM leads l JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id
WHERE l.team_id = :team_id AND l.id = :lead_id;

-- name: find_by_key
SELECT l.team_id, l.id, l.campaign_id, c.name AS campaign_name, l.contact_id, l.email,
  l.address_key, l.variables, l.source, l.state, l.last_state, l.email_status, l.sender_id,
  l.sequence_id, l.step_position, l.needs_sender, l.due_at, l.is_paused, l.stopped_by, l.waits_for,
  l.held_by, l.awaits, l.created_at, l.updated_at
FROM leads l JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id
WHERE l.team_id = :team_id AND l.campaign_id = :campaign_id AND l.address_key = :address_key;

-- name: list_of_key
-- Newest first.
SELECT l.team_id, l.id, l.campaign_id, c.name AS campaign_name, l.contact_id, l.email,
  l.address_key, l.variables, l.source, l.state, l.last_state, l.email_status, l.sender_id,
  l.sequence_id, l.step_position, l.needs_sender, l.due_at, l.is_paused, l.stopped_by, l.waits_for,
  l.held_by, l.awaits, l.created_at, l.updated_at
FROM contacts t
JOIN leads l ON l.team_id = t.team_id AND l.contact_id = t.id
JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id
WHERE t.team_id = :team_id AND t.address_key = :address_key
ORDER BY l.created_at DESC, l.id DESC;

-- name: list_page
-- Oldest first; only what the list shows.
SELECT id, contact_id, state FROM leads
WHERE team_id = :team_id AND campaign_id = :campaign_id
  AND (:states::text[] IS NULL OR state = ANY(:states::text[]))
ORDER BY created_at, id LIMIT :limit;

-- name: list_ids_of_contacts
SELECT id FROM leads WHERE team_id = :team_id AND contact_id = ANY(:contact_ids::text[])
ORDER BY id;

-- name: set_variables
-- Of a locked lead; one that waits before a condition for a variable is looked at again.
WITH named AS (
  INSERT INTO variable_names (team_id, campaign_id, name)
  SELECT l.team_id, l.campaign_id, k.name
  FROM leads l CROSS JOIN LATERAL jsonb_object_keys(:variables::jsonb) AS k (name)
  WHERE l.team_id = :team_id AND l.id = :lead_id
  ORDER BY l.team_id, l.campaign_id, k.name
  ON CONFLICT DO NOTHING
)
UPDATE leads SET variables = :variables, updated_at = :now,
  -- Who waits for an hour in another place than it lives in now is looked at again, and who waits
  -- by a rule of another company than it works for.
  held_version = CASE WHEN held_by = 'window' AND (
    variables->>'timezone' IS DISTINCT FROM :variables::jsonb->>'timezone'
    OR variables->>'phone' IS DISTINCT FROM :variables::jsonb->>'phone') THEN -1
    WHEN held_by = 'contactRule' AND
    variables->>'companyDomain' IS DISTINCT FROM :variables::jsonb->>'companyDomain' THEN -1
    ELSE held_version END,
  due_at = CASE WHEN awaits IN ('hasLinkedinUrl', 'hasPhoneNumber') THEN LEAST(due_at, :now)
    ELSE due_at END,
  waits_for = CASE WHEN awaits IN ('hasLinkedinUrl', 'hasPhoneNumber') AND waits_for = 'condition'
    THEN NULL ELSE waits_for END
WHERE team_id = :team_id AND id = :lead_id;

-- name: set_email_statuses
-- Of locked leads only.
UPDATE leads l SET email_status = n.email_status
FROM unnest(:team_ids::text[], :ids::text[], :email_statuses::text[]) AS n (team_id, id, email_status)
WHERE l.team_id = n.team_id AND l.id = n.id;

-- name: lock
-- Sorted, so that two batches never wait for each other. What a stop rule says is read
-- without a lock: the statement that lets a mail go reads it again.
SELECT l.team_id, l.id, l.campaign_id, l.contact_id, l.sender_id, l.state, l.last_state, l.due_at,
  l.is_paused, l.paused_by, l.stopped_by, l.waits_for, l.awaits, l.scanned_at, l.reviewed_at,
  l.skipped_at, l.meeting_booked_at, l.company_stopped_at,
  l.contacted_at, l.opened_at, l.clicked_at, l.replied_at, l.interested_at, l.not_interested_at,
  l.bounced_at, l.failed_at, l.unsubscribed_at, l.sent_count, l.opened_count, l.clicked_count,
  l.replied_count, c.stop_on_replied, c.stop_on_clicked, c.stop_on_interested, c.stop_on_meeting,
  c.pause_on, c.click_filter, c.task_on
FROM unnest(:team_ids::text[], :ids::text[]) AS n (team_id, id)
JOIN leads l ON l.team_id = n.team_id AND l.id = n.id
JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id
ORDER BY l.team_id, l.id
FOR NO KEY UPDATE OF l;

-- name: list_colleagues
-- Who works at the same company and has something to come in the same campaign, or had if it were
-- not stopped, where that campaign wants such a thing to count for them too.
SELECT DISTINCT n.team_id, n.id AS lead_id, o.id AS colleague_id
FROM unnest(:team_ids::text[], :ids::text[], :kinds::text[]) AS n (team_id, id, kind)
JOIN leads l ON l.team_id = n.team_id AND l.id = n.id
JOIN campaigns c
  ON c.team_id = l.team_id AND c.id = l.campaign_id AND n.kind = ANY(c.company_on)
JOIN contacts p ON p.team_id = l.team_id AND p.id = l.contact_id AND p.company <> ''
JOIN contacts q ON q.team_id = p.team_id AND q.company = p.company
JOIN leads o ON o.team_id = q.team_id AND o.contact_id = q.id AND o.campaign_id = l.campaign_id
WHERE o.id <> l.id AND o.due_at IS NOT NULL;

-- name: move
-- Of locked leads only. Who is away gets no mail before they are back.
UPDATE leads l SET
  state = n.state, last_state = n.last_state,
  due_at = CASE WHEN n.due_at IS NOT NULL AND l.needs_sender THEN GREATEST(n.due_at, l.back_at)
    ELSE n.due_at END,
  is_paused = n.is_paused,
  paused_by = n.paused_by, meeting_booked_at = n.meeting_booked_at,
  company_stopped_at = n.company_stopped_at, stopped_by = n.stopped_by, waits_for = n.waits_for, scanned_at = n.scanned_at,
  reviewed_at = n.reviewed_at, skipped_at = n.skipped_at, contacted_at = n.contacted_at,
  opened_at = n.opened_at, clicked_at = n.clicked_at, replied_at = n.replied_at,
  interested_at = n.interested_at, not_interested_at = n.not_interested_at,
  bounced_at = n.bounced_at, failed_at = n.failed_at, unsubscribed_at = n.unsubscribed_at,
  sent_count = n.sent_count, opened_count = n.opened_count, clicked_count = n.clicked_count,
  replied_count = n.replied_count, updated_at = GREATEST(l.updated_at, :now)
FROM json_to_recordset(:rows) AS n (
  team_id text, id text, state text, last_state text, due_at timestamptz, is_paused boolean,
  paused_by text, meeting_booked_at timestamptz, company_stopped_at timestamptz, stopped_by text, waits_for text, scanned_at timestamptz, reviewed_at timestamptz,
  skipped_at timestamptz, contacted_at timestamptz, opened_at timestamptz,
  clicked_at timestamptz, replied_at timestamptz, interested_at timestamptz,
  not_interested_at timestamptz, bounced_at timestamptz, failed_at timestamptz,
  unsubscribed_at timestamptz, sent_count integer, opened_count integer,
  clicked_count integer, replied_count integer)
WHERE l.team_id = n.team_id AND l.id = n.id;

-- name: open_all
-- An open ends no sequence and is taken back by nothing, so it is written without a look at the
-- lead before. Locked in the order of `lock`, so what it was is what it was just before.
WITH was AS MATERIALIZED (
  SELECT l.team_id, l.id, l.state, l.opened_count, n.times, n.first_at
  FROM json_to_recordset(:rows) AS n (team_id text, id text, times integer, first_at timestamptz)
  JOIN leads l ON l.team_id = n.team_id AND l.id = n.id
  ORDER BY l.team_id, l.id
  FOR NO KEY UPDATE OF l
)
UPDATE leads l SET
  state = CASE WHEN l.state = ANY(:lifted::text[]) THEN :reached ELSE l.state END,
  last_state = :happened, opened_at = LEAST(l.opened_at, was.first_at),
  due_at = CASE WHEN l.awaits = :happened THEN LEAST(l.due_at, :now) ELSE l.due_at END,
  waits_for = CASE WHEN l.awaits = :happened AND l.waits_for = 'condition' THEN NULL
    ELSE l.waits_for END,
  opened_count = l.opened_count + was.times, updated_at = GREATEST(l.updated_at, :now)
FROM was WHERE l.team_id = was.team_id AND l.id = was.id
RETURNING l.team_id, l.id, l.campaign_id, l.sender_id,
  CASE WHEN was.state = l.state THEN NULL ELSE l.state END AS reached,
  was.opened_count > 0 AS was_opened, l.clicked_at IS NOT NULL AS was_clicked,
  COALESCE(l.awaits = :happened, false) AS was_awaited;

-- name: list_seats
-- Not locked: for facts that move nothing.
SELECT l.team_id, l.id, l.campaign_id, l.sender_id
FROM unnest(:team_ids::text[], :ids::text[]) AS n (team_id, id)
JOIN leads l ON l.team_id = n.team_id AND l.id = n.id;

-- name: lock_contact_of
-- The lead is locked before its contact, as by those who tell what happened to it.
SELECT contact_id FROM leads WHERE team_id = :team_id AND id = :lead_id FOR UPDATE;

-- name: delete
DELETE FROM leads WHERE team_id = :team_id AND id = :lead_id;

-- name: has_contact
SELECT EXISTS (SELECT FROM leads WHERE team_id = :team_id AND contact_id = :contact_id);

-- name: shift_positions
-- Whose step is just being carried out is waited for and looked at again: it may have gone on.
UPDATE leads SET step_position = step_position + CASE WHEN step_position > :beyond THEN :by ELSE 0 END
WHERE team_id = :team_id AND campaign_id = :campaign_id
  AND sequence_id IS NOT DISTINCT FROM :sequence_id
  AND (step_position > :beyond OR (step_position = :beyond AND leased_until IS NOT NULL));

-- name: leave_step
WITH RECURSIVE gone AS (
  SELECT s.team_id, s.campaign_id, s.id, s.position, CASE WHEN q.level > 0 THEN q.id END AS branch
  FROM steps s JOIN sequences q ON q.team_id = s.team_id AND q.id = s.sequence_id
  WHERE s.team_id = :team_id AND s.id = :step_id
), inside AS (
  SELECT q.id FROM gone g JOIN sequences q ON q.team_id = g.team_id AND q.parent_step_id = g.id
  UNION ALL
  SELECT q.id FROM inside i
  JOIN steps s ON s.team_id = :team_id AND s.sequence_id = i.id
  JOIN sequences q ON q.team_id = s.team_id AND q.parent_step_id = s.id
)
UPDATE leads l SET
  sequence_id = g.branch,
  step_position = CASE WHEN l.sequence_id IN (SELECT id FROM inside) THEN g.position + 1
    ELSE l.step_position END,
  awaits = NULL, awaits_until = NULL,
  waits_for = CASE WHEN l.waits_for IN ('task', 'condition') THEN NULL ELSE l.waits_for END,
  due_at = CASE WHEN l.awaits IS NOT NULL AND l.due_at IS NOT NULL
    THEN LEAST(l.due_at, GREATEST(:now, l.back_at)) ELSE l.due_at END
FROM gone g
WHERE l.team_id = g.team_id AND l.campaign_id = g.campaign_id AND (
  l.sequence_id IN (SELECT id FROM inside)
  OR (l.sequence_id IS NOT DISTINCT FROM g.branch AND l.step_position = g.position));

-- name: end_waiting
-- Whose place has another step now, or one that asks something else: a task that they had is done
-- at its own time.
UPDATE leads SET awaits = NULL, awaits_until = NULL,
  waits_for = CASE WHEN waits_for IN ('task', 'condition') THEN NULL ELSE waits_for END,
  due_at = CASE WHEN awaits IS NOT NULL AND due_at IS NOT NULL THEN GREATEST(:now, back_at)
    ELSE due_at END
WHERE team_id = :team_id AND campaign_id = :campaign_id
  AND sequence_id IS NOT DISTINCT FROM :sequence_id AND step_position = :position
  AND (awaits IS NOT NULL OR waits_for = 'task');

-- name: refit
-- Whose next step is another kind of thing now is looked for by another one from now on.
UPDATE leads l SET needs_sender = s.type = 'email'
FROM steps s JOIN sequences q ON q.team_id = s.team_id AND q.id = s.sequence_id
WHERE l.team_id = :team_id AND l.campaign_id = :campaign_id
  AND s.team_id = l.team_id AND q.campaign_id = l.campaign_id
  AND s.position = l.step_position AND l.needs_sender <> (s.type = 'email')
  AND (q.id = l.sequence_id OR (q.level = 0 AND l.sequence_id IS NULL));

-- name: claim_due
-- Reads the head of leads_due once a want and once a campaign: first the sender's own leads,
-- then those that have no sender yet. Rows that others have locked are stepped over. One
-- transaction does not skip its own locks, so leads without a sender are taken campaign by
-- campaign, and dealt out afterwards. (Only with sender_id in the ORDER BY does the planner see
-- that the index has the order already, though it is NULL in all of them.) What is locked is
-- updated where it lies: looked up by its key, each lead costs a random page of the largest index.
WITH wants AS MATERIALIZED (
  SELECT * FROM unnest(
    :team_ids::text[], :campaign_ids::text[], :sender_ids::text[], :amounts::integer[],
    :sinces::timestamptz[], :takes_own::boolean[], :takes_new::boolean[]
  ) WITH ORDINALITY AS w (
    team_id, campaign_id, sender_id, amount, since, takes_own, takes_new, place)
), own AS MATERIALIZED (
  SELECT w.place, l.ctid AS row
  FROM wants w CROSS JOIN LATERAL (
    SELECT o.ctid FROM leads o
    WHERE o.team_id = w.team_id AND o.campaign_id = w.campaign_id AND o.sender_id = w.sender_id
      AND w.takes_own AND o.due_at BETWEEN w.since AND :now
      AND NOT o.is_paused AND o.stopped_by IS NULL AND o.waits_for IS NULL AND o.needs_sender
      AND (o.leased_until IS NULL OR o.leased_until <= :now)
    ORDER BY o.due_at LIMIT w.amount FOR NO KEY UPDATE SKIP LOCKED
  ) l
), unmet AS MATERIALIZED (
  SELECT w.team_id, w.campaign_id, min(w.since) AS since,
    sum(w.amount) - sum(COALESCE(o.amount, 0)) AS amount
  FROM wants w
  LEFT JOIN (SELECT place, count(*) AS amount FROM own GROUP BY place) o ON o.place = w.place
  WHERE w.takes_new
  GROUP BY w.team_id, w.campaign_id
), fresh AS MATERIALIZED (
  SELECT l.ctid AS row
  FROM unmet u CROSS JOIN LATERAL (
    SELECT o.ctid FROM leads o
    WHERE o.team_id = u.team_id AND o.campaign_id = u.campaign_id AND o.sender_id IS NULL
      AND o.due_at BETWEEN u.since AND :now
      AND NOT o.is_paused AND o.stopped_by IS NULL AND o.waits_for IS NULL AND o.needs_sender
      AND (o.leased_until IS NULL OR o.leased_until <= :now)
    ORDER BY o.sender_id, o.due_at LIMIT u.amount FOR NO KEY UPDATE SKIP LOCKED
  ) l
)
UPDATE leads l SET leased_until = :until, fence = l.fence + 1
WHERE l.ctid = ANY (ARRAY(SELECT row FROM own UNION ALL SELECT row FROM fresh))
RETURNING l.team_id, l.id, l.campaign_id, l.sender_id, l.sequence_id, l.step_position, l.fence,
  l.due_at;

-- name: list_awaited
-- One look at the head of leads_due a campaign.
SELECT w.campaign_id
FROM unnest(:team_ids::text[], :campaign_ids::text[]) AS w (team_id, campaign_id)
WHERE EXISTS (
  SELECT FROM leads o
  WHERE o.team_id = w.team_id AND o.campaign_id = w.campaign_id AND o.sender_id IS NULL
    AND o.due_at <= :now
    AND NOT o.is_paused AND o.stopped_by IS NULL AND o.waits_for IS NULL AND o.needs_sender
    AND (o.leased_until IS NULL OR o.leased_until <= :now));

-- name: next_due
-- When the first lead that nobody holds is due, for each sender and campaign.
SELECT w.team_id, w.campaign_id, w.sender_id, LEAST(own.due_at, fresh.due_at) AS due_at
FROM unnest(:team_ids::text[], :campaign_ids::text[], :sender_ids::text[])
  AS w (team_id, campaign_id, sender_id)
LEFT JOIN LATERAL (
  SELECT o.due_at FROM leads o
  WHERE o.team_id = w.team_id AND o.campaign_id = w.campaign_id AND o.sender_id = w.sender_id
    AND o.due_at IS NOT NULL AND NOT o.is_paused AND o.stopped_by IS NULL AND o.waits_for IS NULL
    AND o.needs_sender
    AND (o.leased_until IS NULL OR o.leased_until <= :now)
  ORDER BY o.due_at LIMIT 1
) own ON true
LEFT JOIN LATERAL (
  SELECT o.due_at FROM leads o
  WHERE o.team_id = w.team_id AND o.campaign_id = w.campaign_id AND o.sender_id IS NULL
    AND w.sender_id <> ALL (:without_new::text[])
    AND o.due_at IS NOT NULL AND NOT o.is_paused AND o.stopped_by IS NULL AND o.waits_for IS NULL
    AND o.needs_sender
    AND (o.leased_until IS NULL OR o.leased_until <= :now)
  ORDER BY o.sender_id, o.due_at LIMIT 1
) fresh ON true
WHERE own.due_at IS NOT NULL OR fresh.due_at IS NOT NULL;

-- name: lock_held
-- Those of some claims that are still ours, locked in the order of `lock`.
SELECT l.team_id, l.id, l.fence
FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[]) AS n (team_id, id, fence)
JOIN leads l ON l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
ORDER BY l.team_id, l.id
FOR NO KEY UPDATE OF l;

-- name: renew
-- A lease that was ended stays so, and none gets shorter. Locked in the order of `lock`.
WITH held AS (
  SELECT l.team_id, l.id
  FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[]) AS n (team_id, id, fence)
  JOIN leads l ON l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
  WHERE l.leased_until < :until
  ORDER BY l.team_id, l.id
  FOR NO KEY UPDATE OF l
)
UPDATE leads l SET leased_until = :until
FROM held h WHERE l.team_id = h.team_id AND l.id = h.id
RETURNING l.team_id, l.id, l.fence;

-- name: free
-- Locked in the order of `lock`.
WITH held AS (
  SELECT l.team_id, l.id
  FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[]) AS n (team_id, id, fence)
  JOIN leads l ON l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
  ORDER BY l.team_id, l.id
  FOR NO KEY UPDATE OF l
)
UPDATE leads l SET leased_until = NULL
FROM held h WHERE l.team_id = h.team_id AND l.id = h.id
RETURNING l.team_id, l.id, l.fence;

-- name: schedule_next
-- A lead without a sender keeps the one that wrote; was that one deleted meanwhile, the lead
-- waits for a person. (Deleting locks the sender's row against FOR KEY SHARE, so one of the two
-- sees the other.) Steps may have been put before the one that is done, or it is gone: then the
-- lead stands already where the next one has moved to. Who said meanwhile that they are away is
-- left alone until they are back. A branch that is at its end is left for the place after its
-- condition. Where a mail was sent (sent_at), that is the same change: it
-- ends no sequence, so nobody looks at the lead before, as with an open.
WITH n AS MATERIALIZED (
  SELECT * FROM unnest(
    :team_ids::text[], :ids::text[], :fences::bigint[], :sender_ids::text[],
    :afters::text[], :intos::text[], :due_ats::timestamptz[], :need_senders::boolean[]
  ) AS u (team_id, id, fence, sender_id, after, into_id, due_at, needs_sender)
), s AS MATERIALIZED (
  SELECT s.team_id, s.id, s.deleted_at FROM senders s
  WHERE (s.team_id, s.id) IN (SELECT team_id, sender_id FROM n)
  ORDER BY s.team_id, s.id FOR KEY SHARE
), gone AS MATERIALIZED (
  SELECT team_id, id FROM s WHERE deleted_at IS NOT NULL
)
UPDATE leads l SET
  state = CASE WHEN :sent_at::timestamptz IS NOT NULL AND l.state = ANY(:lifted::text[])
    THEN :reached ELSE l.state END,
  last_state = CASE WHEN :sent_at IS NULL THEN l.last_state ELSE :happened END,
  contacted_at = LEAST(l.contacted_at, :sent_at),
  sent_count = l.sent_count + CASE WHEN :sent_at IS NULL THEN 0 ELSE 1 END,
  updated_at = GREATEST(l.updated_at, :sent_at),
  sender_id = COALESCE(l.sender_id, n.sender_id),
  sequence_id = CASE WHEN n.into_id IS NOT NULL THEN n.into_id
    WHEN p.id IS NULL OR p.sequence_id = l.sequence_id THEN l.sequence_id
    ELSE (SELECT q.id FROM sequences q
          WHERE q.team_id = p.team_id AND q.id = p.sequence_id AND q.level > 0) END,
  step_position = CASE WHEN n.into_id IS NOT NULL THEN 0
    ELSE COALESCE(p.position + 1, l.step_position) END,
  needs_sender = n.needs_sender,
  awaits = NULL, awaits_until = NULL,
  due_at = CASE WHEN n.due_at IS NOT NULL THEN GREATEST(n.due_at, l.back_at) END,
  held_by = NULL, held_version = NULL, spaced_by = NULL,
  leased_until = NULL,
  waits_for = CASE WHEN g.id IS NOT NULL AND n.due_at IS NOT NULL
    THEN COALESCE(l.waits_for, 'sender') ELSE l.waits_for END
FROM n
JOIN leads was ON was.team_id = n.team_id AND was.id = n.id
LEFT JOIN gone g ON g.team_id = n.team_id AND g.id = n.sender_id
  AND g.id = COALESCE(was.sender_id, n.sender_id)
LEFT JOIN steps p ON p.team_id = n.team_id AND p.id = n.after
WHERE l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
RETURNING l.team_id, l.id, l.campaign_id, l.sender_id,
  CASE WHEN was.state = l.state THEN NULL ELSE l.state END AS reached,
  was.sent_count > 0 AS was_contacted;

-- name: divert
-- Its next step is of the other kind than it was claimed for: who carries those out takes it now.
UPDATE leads l SET needs_sender = NOT l.needs_sender, leased_until = NULL,
  held_by = NULL, held_version = NULL, spaced_by = NULL
FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[]) AS n (team_id, id, fence)
WHERE l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
RETURNING l.team_id, l.id, l.fence;

-- name: claim_errands
-- The next leads of each campaign whose next step is no mail; those that others have are stepped
-- over.
WITH due AS MATERIALIZED (
  SELECT l.ctid AS row
  FROM unnest(:team_ids::text[], :campaign_ids::text[]) AS w (team_id, campaign_id)
  CROSS JOIN LATERAL (
    SELECT o.ctid FROM leads o
    WHERE o.team_id = w.team_id AND o.campaign_id = w.campaign_id AND o.due_at <= :now
      AND NOT o.is_paused AND o.stopped_by IS NULL AND o.waits_for IS NULL AND NOT o.needs_sender
      AND (o.leased_until IS NULL OR o.leased_until <= :now)
    ORDER BY o.due_at LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED
  ) l
)
UPDATE leads l SET leased_until = :until, fence = l.fence + 1
WHERE l.ctid = ANY (ARRAY(SELECT row FROM due))
RETURNING l.team_id, l.id, l.campaign_id, l.sender_id, l.sequence_id, l.step_position, l.fence,
  l.due_at;

-- name: next_errands
-- When each campaign has something to do again that is no mail.
SELECT w.team_id, w.campaign_id, l.due_at
FROM unnest(:team_ids::text[], :campaign_ids::text[]) AS w (team_id, campaign_id)
CROSS JOIN LATERAL (
  SELECT o.due_at FROM leads o
  WHERE o.team_id = w.team_id AND o.campaign_id = w.campaign_id AND o.due_at IS NOT NULL
    AND NOT o.is_paused AND o.stopped_by IS NULL AND o.waits_for IS NULL AND NOT o.needs_sender
    AND (o.leased_until IS NULL OR o.leased_until <= :now)
  ORDER BY o.due_at LIMIT 1
) l;

-- name: await_condition
-- Without a last moment it is parked on the event itself.
UPDATE leads l SET awaits = n.awaits, awaits_until = n.until, due_at = COALESCE(n.until, l.due_at),
  waits_for = CASE WHEN n.until IS NULL THEN 'condition' END, leased_until = NULL,
  held_by = NULL, held_version = NULL, spaced_by = NULL
FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[], :awaits::text[],
  :untils::timestamptz[]) AS n (team_id, id, fence, awaits, until)
WHERE l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
RETURNING l.team_id, l.id, l.fence;

-- name: wait_until_back
-- A step that is under way goes out; what comes after it waits (schedule_next).
UPDATE leads SET
  back_at = GREATEST(back_at, :back_at),
  due_at = CASE WHEN due_at IS NOT NULL THEN GREATEST(due_at, :back_at) END
WHERE team_id = :team_id AND id = :lead_id;

-- name: wait_until
-- Here as in all that follows it is no rule any more that holds a lead.
UPDATE leads l SET due_at = GREATEST(n.due_at, l.back_at), leased_until = NULL,
  held_by = NULL, held_version = NULL, spaced_by = NULL
FROM unnest(
  :team_ids::text[], :ids::text[], :fences::bigint[], :due_ats::timestamptz[]
) AS n (team_id, id, fence, due_at)
WHERE l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
RETURNING l.team_id, l.id, l.fence;

-- name: park
UPDATE leads l SET waits_for = n.waits_for, leased_until = NULL,
  held_by = NULL, held_version = NULL, spaced_by = NULL
FROM unnest(
  :team_ids::text[], :ids::text[], :fences::bigint[], :waits_fors::text[]
) AS n (team_id, id, fence, waits_for)
WHERE l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
RETURNING l.team_id, l.id, l.fence;

-- name: hold_by_rule
-- Until a moment, or without one until the rule lets go; by which version of it, so that a
-- rule that was changed meanwhile is asked again.
UPDATE leads l SET due_at = GREATEST(COALESCE(n.until, l.due_at), l.back_at),
  waits_for = CASE WHEN n.until IS NULL THEN 'contactRule' ELSE l.waits_for END,
  held_by = n.held_by, held_version = n.version, spaced_by = n.spaced_by, leased_until = NULL
FROM unnest(
  :team_ids::text[], :ids::text[], :fences::bigint[], :untils::timestamptz[], :versions::bigint[],
  :bys::text[], :spaced_bys::text[]
) AS n (team_id, id, fence, until, version, held_by, spaced_by)
WHERE l.team_id = n.team_id AND l.id = n.id AND l.fence = n.fence
RETURNING l.team_id, l.id, l.fence;

-- name: wake_held
-- Whom an older version of their team's contact rules held back, so many a team at a time.
WITH stale AS (
  SELECT l.team_id, l.id
  FROM contact_rules r
  CROSS JOIN LATERAL (
    SELECT o.team_id, o.id FROM leads o
    WHERE o.team_id = r.team_id AND o.held_by = 'contactRule' AND o.held_version < r.version
    LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED
  ) l
)
UPDATE leads l SET held_by = NULL, held_version = NULL,
  due_at = CASE WHEN l.due_at IS NOT NULL THEN LEAST(l.due_at, GREATEST(:now, l.back_at)) END,
  waits_for = CASE WHEN l.waits_for <> 'contactRule' THEN l.waits_for END
FROM stale s WHERE l.team_id = s.team_id AND l.id = s.id
RETURNING l.team_id, l.campaign_id;

-- name: wake_spaced
-- Who waits for a domain by a gap that its sender has no more, so many a sender at a time.
WITH stale AS (
  SELECT l.team_id, l.id
  FROM senders s
  CROSS JOIN LATERAL (
    SELECT o.team_id, o.id FROM leads o
    WHERE o.team_id = s.team_id AND o.spaced_by = s.id
      AND (o.held_version < s.domain_gap_seconds OR o.held_version > s.domain_gap_seconds)
    LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED
  ) l
)
UPDATE leads l SET held_by = NULL, held_version = NULL, spaced_by = NULL,
  due_at = CASE WHEN l.due_at IS NOT NULL THEN LEAST(l.due_at, GREATEST(:now, l.back_at)) END
FROM stale s WHERE l.team_id = s.team_id AND l.id = s.id
RETURNING l.team_id, l.campaign_id;

-- name: wake_zoned
-- Who waits, for a mail by its own clocks, for hours that its campaign has no more; so many a
-- campaign at a time.
WITH stale AS (
  SELECT l.team_id, l.id
  FROM campaigns c
  CROSS JOIN LATERAL (
    SELECT o.team_id, o.id FROM leads o
    WHERE o.team_id = c.team_id AND o.campaign_id = c.id AND o.held_by = 'window'
      AND o.held_version < c.hours_version
    LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED
  ) l
  WHERE c.hours_version IS NOT NULL
)
UPDATE leads l SET held_by = NULL, held_version = NULL,
  due_at = CASE WHEN l.due_at IS NOT NULL THEN LEAST(l.due_at, GREATEST(:now, l.back_at)) END
FROM stale s WHERE l.team_id = s.team_id AND l.id = s.id
RETURNING l.team_id, l.campaign_id;

-- name: hold_for
-- A mail in doubt outranks what else a lead waits for: nothing may go before it is settled.
UPDATE leads SET waits_for = :waits_for, updated_at = :now
WHERE team_id = :team_id AND id = ANY(:ids::text[])
  AND (:waits_for = 'uncertain' OR (waits_for IS NULL AND stopped_by IS NULL));

-- name: keep_sender
-- A mail that may have arrived came from there: what follows does, too, while that sender lives.
UPDATE leads l SET sender_id = :sender_id
WHERE l.team_id = :team_id AND l.id = :lead_id AND l.sender_id IS NULL
  AND EXISTS (SELECT FROM senders s
              WHERE s.team_id = l.team_id AND s.id = :sender_id AND s.deleted_at IS NULL);

-- name: park_sender
-- Nobody will read the mailbox of a sender that is gone. What else leads waited for is asked again
-- once they have another one, where the gate asks it. Walks the team's leads by their key, so many
-- at a time, and gives the last one it looked at; NULL when that was all.
WITH looked_at AS MATERIALIZED (
  SELECT id FROM leads WHERE team_id = :team_id AND id > :after ORDER BY id LIMIT :amount
), parked AS (
  UPDATE leads l SET waits_for = 'sender', updated_at = :now
  FROM looked_at a
  WHERE l.team_id = :team_id AND l.id = a.id AND l.sender_id = :sender_id AND l.due_at IS NOT NULL
    AND (l.waits_for IS NULL OR l.waits_for IN ('replies', 'contactRule', 'rehearsal', 'mending'))
    AND l.stopped_by IS NULL
)
SELECT max(id) FROM looked_at HAVING count(*) = :amount;

-- name: count_movable
-- What `move_sender` would do to a sender's leads that have something to come.
SELECT EXISTS (SELECT FROM senders WHERE team_id = :team_id AND id = :sender_id) AS is_known,
  count(*)::int AS leads,
  (count(*) FILTER (WHERE m.can_go AND NOT m.is_in_doubt))::int AS moved,
  (count(*) FILTER (WHERE m.is_in_doubt))::int AS in_doubt
FROM (
  SELECT COALESCE(l.waits_for, '') = 'uncertain' AS is_in_doubt,
    :to::text IS NULL OR EXISTS (
      SELECT FROM campaign_senders u
      WHERE u.team_id = l.team_id AND u.campaign_id = l.campaign_id AND u.sender_id = :to) AS can_go
  FROM leads l
  WHERE l.team_id = :team_id AND l.sender_id = :sender_id AND l.due_at IS NOT NULL
    AND l.stopped_by IS NULL) m;

-- name: move_sender
-- Walks the team's leads by their key, as park_sender does. Who waited for a sender, or for the
-- mailbox of the old one, goes on. Was the new one deleted or taken off meanwhile, they stay.
WITH target AS MATERIALIZED (
  SELECT id FROM senders
  WHERE team_id = :team_id AND id = :to AND deleted_at IS NULL FOR KEY SHARE
), looked_at AS MATERIALIZED (
  SELECT id FROM leads WHERE team_id = :team_id AND id > :after ORDER BY id LIMIT :amount
), moved AS (
  UPDATE leads l SET sender_id = :to, updated_at = :now,
    waits_for = CASE WHEN l.waits_for NOT IN ('sender', 'replies') THEN l.waits_for END
  FROM looked_at a
  WHERE l.team_id = :team_id AND l.id = a.id AND l.sender_id = :sender_id
    AND l.due_at IS NOT NULL AND l.stopped_by IS NULL AND COALESCE(l.waits_for, '') <> 'uncertain'
    AND (:to::text IS NULL OR EXISTS (
      SELECT FROM target t
      JOIN campaign_senders u ON u.team_id = l.team_id AND u.campaign_id = l.campaign_id
        AND u.sender_id = t.id))
  RETURNING l.campaign_id
)
SELECT COALESCE((SELECT array_agg(DISTINCT campaign_id) FROM moved), '{}') AS campaigns,
  (SELECT max(id) FROM looked_at HAVING count(*) = :amount) AS last;

-- name: give
-- Those of some leads that have something to come; whose last mail is in doubt stays, and so do
-- all if the sender was deleted or taken off meanwhile.
WITH target AS MATERIALIZED (
  SELECT id FROM senders
  WHERE team_id = :team_id AND id = :to AND deleted_at IS NULL FOR KEY SHARE
)
UPDATE leads l SET sender_id = :to, updated_at = :now,
  waits_for = CASE WHEN l.waits_for NOT IN ('sender', 'replies') THEN l.waits_for END
WHERE l.team_id = :team_id AND l.id = ANY(:ids::text[]) AND l.sender_id IS DISTINCT FROM :to
  AND l.due_at IS NOT NULL AND l.stopped_by IS NULL AND COALESCE(l.waits_for, '') <> 'uncertain'
  AND (:to::text IS NULL OR EXISTS (
    SELECT FROM target t
    JOIN campaign_senders u ON u.team_id = l.team_id AND u.campaign_id = l.campaign_id
      AND u.sender_id = t.id))
RETURNING l.campaign_id;

-- name: unpark
-- Of one event only: a lead that waits for something else waits on, and so does one whose sender
-- was deleted meanwhile.
UPDATE leads l SET updated_at = :now,
  waits_for = CASE WHEN EXISTS (SELECT FROM senders s WHERE s.team_id = l.team_id
    AND s.id = l.sender_id AND s.deleted_at IS NOT NULL) THEN 'sender' END
WHERE l.team_id = :team_id AND l.id = ANY(:ids::text[]) AND l.waits_for = :waits_for
RETURNING l.campaign_id;

-- name: unpark_all
UPDATE leads SET waits_for = NULL WHERE waits_for = :waits_for
RETURNING team_id, campaign_id;

-- name: unpark_heard
-- Leads whose sender's mailbox has been read of late, or is not to be read any more; so many a
-- sender at a time. (LATERAL, so that of the many who wait only those are looked at.)
WITH heard AS (
  SELECT l.team_id, l.id
  FROM senders s
  CROSS JOIN LATERAL (
    SELECT o.team_id, o.id FROM leads o
    WHERE o.team_id = s.team_id AND o.sender_id = s.id AND o.waits_for = 'replies'
    LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED
  ) l
  WHERE s.deleted_at IS NULL
    AND (s.replies IS DISTINCT FROM 'imap' OR s.replies_read_at >= :heard_since)
)
UPDATE leads l SET waits_for = NULL FROM heard h
WHERE l.team_id = h.team_id AND l.id = h.id
RETURNING l.team_id, l.campaign_id;

-- name: list_failed
-- Leads of a campaign whose step could not be carried out, in a rehearsal or for real.
SELECT id FROM leads
WHERE team_id = :team_id AND campaign_id = :campaign_id AND (waits_for = 'mending'
  OR failed_at IS NOT NULL AND stopped_by IN ('emailsFailed', 'apiFailed'))
ORDER BY id;

-- name: finished_campaigns
-- Running campaigns that have leads, none of which has a step left to come unless a person
-- resumes it. Each look ends at the first lead found, or at an index without any.
SELECT c.id FROM campaigns c
WHERE c.team_id = :team_id AND c.state = 'running'
  AND (:campaign_ids::text[] IS NULL OR c.id = ANY(:campaign_ids))
  AND EXISTS (SELECT FROM leads l WHERE l.team_id = c.team_id AND l.campaign_id = c.id)
  AND NOT EXISTS (
    SELECT FROM leads l
    WHERE l.team_id = c.team_id AND l.campaign_id = c.id AND l.due_at IS NOT NULL
      AND NOT l.is_paused AND l.stopped_by IS NULL AND l.waits_for IS NULL AND l.needs_sender)
  AND NOT EXISTS (
    SELECT FROM leads l
    WHERE l.team_id = c.team_id AND l.campaign_id = c.id AND l.due_at IS NOT NULL
      AND NOT l.is_paused AND l.stopped_by IS NULL AND l.waits_for IS NULL AND NOT l.needs_sender)
  AND NOT EXISTS (
    SELECT FROM leads l
    WHERE l.team_id = c.team_id AND l.campaign_id = c.id AND l.stopped_by IS NULL
      AND l.waits_for IN ('review', 'uncertain', 'rehearsal', 'mending', 'replies', 'task',
        'condition', 'contactRule'));

-- name: list_known
SELECT l.team_id, l.id AS lead_id, c.person_key AS person, c.company,
  :is_final OR l.held_by IS NOT NULL AS has_turn
FROM unnest(:team_ids::text[], :lead_ids::text[]) AS w (team_id, lead_id)
JOIN leads l ON l.team_id = w.team_id AND l.id = w.lead_id
JOIN contacts c ON c.team_id = l.team_id AND c.id = l.contact_id;

-- name: lock_touches
-- In the order of the keys: people before companies before teams, so that no two wait in a ring. What is
-- read after it has all that others wrote who held one of them.
WITH k AS MATERIALIZED (SELECT key FROM unnest(:keys::text[]) AS key ORDER BY key)
SELECT pg_advisory_xact_lock(hashtextextended(key, 1)) FROM k;

-- name: list_people_touched
-- A mail counts from the moment at which it may have gone. Mails of removed leads do, too, and
-- those to another spelling of the address.
SELECT w.key, ARRAY(
  SELECT m.data_at FROM contacts c
  JOIN leads l ON l.team_id = c.team_id AND l.contact_id = c.id
  JOIN messages m ON m.team_id = l.team_id AND m.lead_id = l.id
  WHERE c.team_id = w.team_id AND c.person_key = w.person
    AND m.kind = 'sequence' AND m.state <> 'refused' AND m.data_at > w.since
  UNION ALL
  SELECT r.data_at FROM contacts c
  JOIN removed_messages r ON r.team_id = c.team_id AND r.address_key = c.address_key
  WHERE c.team_id = w.team_id AND c.person_key = w.person
    AND r.step_id IS NOT NULL AND r.data_at > w.since
  ORDER BY 1) AS mails, '{}'::timestamptz[] AS planned, NULL::timestamptz AS replied_at
FROM unnest(:keys::text[], :team_ids::text[], :people::text[], :sinces::timestamptz[])
  AS w (key, team_id, person, since);

-- name: list_companies_touched
-- As list_people_touched, of all who work there, or did when they were removed; who shares a
-- company with nobody has their own replies only.
SELECT w.key, t.mails, t.planned, t.replied_at
FROM unnest(:keys::text[], :team_ids::text[], :people::text[], :companies::text[],
            :sinces::timestamptz[]) AS w (key, team_id, person, company, since)
CROSS JOIN LATERAL (
  WITH people AS MATERIALIZED (
    SELECT c.id, c.address_key FROM contacts c
    WHERE c.team_id = w.team_id AND c.company = w.company AND c.company <> ''
    UNION ALL
    SELECT c.id, c.address_key FROM contacts c
    WHERE c.team_id = w.team_id AND c.person_key = w.person AND w.company = ''
  ), theirs AS MATERIALIZED (
    SELECT l.id, l.replied_at, CASE WHEN l.held_by = 'contactRule' AND l.waits_for IS NULL
      AND l.stopped_by IS NULL AND NOT l.is_paused AND l.due_at > :now THEN l.due_at END AS planned
    FROM people p JOIN leads l ON l.team_id = w.team_id AND l.contact_id = p.id
  ), gone AS MATERIALIZED (
    SELECT r.data_at, r.step_id, r.replied_at FROM removed_messages r
    WHERE r.team_id = w.team_id AND r.company = w.company AND r.company <> ''
    UNION ALL
    SELECT r.data_at, r.step_id, r.replied_at FROM people p
    JOIN removed_messages r ON r.team_id = w.team_id AND r.address_key = p.address_key
    WHERE r.company = '' OR r.company <> w.company
  )
  SELECT
    ARRAY(
      SELECT m.data_at FROM theirs l
      JOIN messages m ON m.team_id = w.team_id AND m.lead_id = l.id
      WHERE w.company <> '' AND m.kind = 'sequence' AND m.state <> 'refused' AND m.data_at > w.since
      UNION ALL
      SELECT r.data_at FROM gone r
      WHERE w.company <> '' AND r.step_id IS NOT NULL AND r.data_at > w.since
      ORDER BY 1) AS mails,
    ARRAY(SELECT l.planned FROM theirs l WHERE l.planned IS NOT NULL ORDER BY 1) AS planned,
    GREATEST(
      (SELECT max(a.created_at) FROM theirs l
       JOIN activities a ON a.team_id = w.team_id AND a.lead_id = l.id AND a.type = 'emailsReplied'
       WHERE l.replied_at IS NOT NULL),
      (SELECT max(r.replied_at) FROM gone r)) AS replied_at
) t;

-- name: list_crossed
-- Another campaign that runs has written to the person and is not at its end with them. Of two
-- that both have, the one whose first mail was earlier goes on; a task or a call is no mail.
SELECT l.team_id, l.id AS lead_id
FROM unnest(:team_ids::text[], :lead_ids::text[]) AS w (team_id, lead_id)
JOIN leads l ON l.team_id = w.team_id AND l.id = w.lead_id
CROSS JOIN LATERAL (
  SELECT min(m.data_at) AS first_at FROM messages m
  WHERE m.team_id = l.team_id AND m.lead_id = l.id AND m.kind = 'sequence'
    AND m.data_at IS NOT NULL AND m.state <> 'refused') mine
WHERE EXISTS (
  SELECT FROM contacts p
  JOIN contacts q ON q.team_id = p.team_id AND q.person_key = p.person_key
  JOIN leads o ON o.team_id = q.team_id AND o.contact_id = q.id
  JOIN campaigns c ON c.team_id = o.team_id AND c.id = o.campaign_id
  CROSS JOIN LATERAL (
    SELECT min(m.data_at) AS first_at FROM messages m
    WHERE m.team_id = o.team_id AND m.lead_id = o.id AND m.kind = 'sequence'
      AND m.data_at IS NOT NULL AND m.state <> 'refused') theirs
  WHERE p.team_id = l.team_id AND p.id = l.contact_id AND o.campaign_id <> l.campaign_id
    AND o.due_at IS NOT NULL AND o.stopped_by IS NULL AND NOT o.is_paused AND c.is_live
    AND theirs.first_at IS NOT NULL
    AND (mine.first_at IS NULL OR (theirs.first_at, o.id) < (mine.first_at, l.id)));

-- name: lock_parked
SELECT team_id, campaign_id, id FROM leads
WHERE waits_for = 'contactRule' AND (team_id, campaign_id, id) > (:team_id, :campaign_id, :id)
ORDER BY team_id, campaign_id, id LIMIT :amount
FOR NO KEY UPDATE SKIP LOCKED;

-- name: list_turns
-- Turns that were given by another gap count no more.
SELECT t.team_id, t.sender_id, t.domain, t.written_at, s.domain_gap_seconds AS gap_seconds,
  CASE WHEN t.gap_seconds = s.domain_gap_seconds THEN t.taken_until END AS taken_until,
  CASE WHEN t.gap_seconds = s.domain_gap_seconds THEN t.follow_ups_until END AS follow_ups_until
FROM unnest(:team_ids::text[], :sender_ids::text[], :domains::text[])
  AS w (team_id, sender_id, domain)
JOIN domain_turns t USING (team_id, sender_id, domain)
JOIN senders s ON s.team_id = t.team_id AND s.id = t.sender_id;

-- name: note_written
INSERT INTO domain_turns (team_id, sender_id, domain, written_at)
SELECT w.team_id, w.sender_id, w.domain, :now
FROM unnest(:team_ids::text[], :sender_ids::text[], :domains::text[])
  AS w (team_id, sender_id, domain)
ON CONFLICT (team_id, sender_id, domain) DO UPDATE SET written_at = EXCLUDED.written_at;

-- name: keep_turns
-- Only the worker that has a sender gives its turns.
INSERT INTO domain_turns (team_id, sender_id, domain, gap_seconds, taken_until, follow_ups_until)
SELECT w.team_id, w.sender_id, w.domain, w.gap, w.taken, w.follow_ups
FROM unnest(:team_ids::text[], :sender_ids::text[], :domains::text[],
            :gaps::integer[], :takens::timestamptz[], :follow_ups::timestamptz[])
  AS w (team_id, sender_id, domain, gap, taken, follow_ups)
ON CONFLICT (team_id, sender_id, domain) DO UPDATE SET gap_seconds = EXCLUDED.gap_seconds,
  taken_until = EXCLUDED.taken_until, follow_ups_until = EXCLUDED.follow_ups_until;

-- name: forget_turns
DELETE FROM domain_turns
WHERE GREATEST(written_at, taken_until, follow_ups_until) < :before;

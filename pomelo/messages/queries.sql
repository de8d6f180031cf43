-- name: begin
-- A retry keeps the first attempt's identity, and its bytes while the sender is the same; a mail
-- that may have gone is not begun again. Only of leads that are still ours: KEY SHARE keeps
-- them from being removed before this is committed.
INSERT INTO messages AS m (
  team_id, id, kind, campaign_id, lead_id, sender_id, step_id, step_version, sequence_step, state,
  fence, recipient, address_key, header_id, subject, thread_ids, links, raw, attempts, created_at)
SELECT i.team_id, i.id, i.kind, i.campaign_id, i.lead_id, i.sender_id, i.step_id, i.step_version,
  i.sequence_step, 'sending', i.fence, i.recipient, i.address_key, i.header_id, i.subject,
  COALESCE(ARRAY(SELECT jsonb_array_elements_text(i.thread_ids)), '{}'),
  CASE WHEN i.links IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(i.links)) END,
  i.raw, 1, :now
FROM unnest(
  :team_ids::text[], :ids::text[], :kinds::text[], :campaign_ids::text[], :lead_ids::text[],
  :sender_ids::text[], :step_ids::text[], :step_versions::int[], :sequence_steps::int[],
  :fences::bigint[], :recipients::text[], :address_keys::text[], :header_ids::text[],
  :subjects::text[], :thread_ids::jsonb[], :links::jsonb[], :raws::bytea[])
  AS i (team_id, id, kind, campaign_id, lead_id, sender_id, step_id, step_version, sequence_step,
        fence, recipient, address_key, header_id, subject, thread_ids, links, raw)
JOIN leads l ON l.team_id = i.team_id AND l.id = i.lead_id AND l.fence = i.fence
ORDER BY l.team_id, l.id
FOR KEY SHARE OF l
ON CONFLICT (team_id, lead_id, step_id, kind) DO UPDATE
SET state = 'sending', fence = EXCLUDED.fence, attempts = m.attempts + 1,
  sender_id = EXCLUDED.sender_id, step_version = EXCLUDED.step_version,
  sequence_step = EXCLUDED.sequence_step, header_id = EXCLUDED.header_id,
  subject = EXCLUDED.subject, thread_ids = EXCLUDED.thread_ids, links = EXCLUDED.links,
  raw = EXCLUDED.raw
WHERE m.state IN ('sending', 'deferred') AND m.data_at IS NULL AND m.fence < EXCLUDED.fence
RETURNING id;

-- name: mark
-- Leave to begin DATA. The lead's and the campaign's rows are locked and read again, so whoever
-- stops them is answered either before (and no leave is given) or after (and the mail has gone);
-- so is who takes the sender away. A lease that is over gives none: the mail would be taken for
-- one whose worker died.
-- (COALESCE, so that no planner takes the queue's index for the lead whose key it has.)
WITH wanted AS (
  SELECT * FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[], :modes::text[],
                       :keys::text[]) AS w (team_id, id, fence, deliver_to, keys)
), allowed AS (
  SELECT m.team_id, m.id
  FROM wanted w
  JOIN messages m ON m.team_id = w.team_id AND m.id = w.id
  JOIN leads l ON l.team_id = m.team_id AND l.id = m.lead_id
  JOIN campaigns c ON c.team_id = m.team_id AND c.id = m.campaign_id
  JOIN campaign_senders o ON o.team_id = m.team_id AND o.campaign_id = m.campaign_id
    AND o.sender_id = m.sender_id
  JOIN senders s ON s.team_id = m.team_id AND s.id = m.sender_id AND s.deleted_at IS NULL
  JOIN steps p ON p.team_id = m.team_id AND p.id = m.step_id
  JOIN installation i ON i.is_only
  WHERE m.state = 'sending' AND m.fence = w.fence AND m.data_at IS NULL
    AND l.fence = w.fence AND l.leased_until > :now AND l.step_position = m.sequence_step
    AND l.due_at IS NOT NULL AND NOT l.is_paused
    AND l.stopped_by IS NULL AND COALESCE(l.waits_for, '') = ''
    AND c.state = 'running' AND NOT c.is_archived AND i.deliver_to = w.deliver_to
    AND NOT EXISTS (SELECT FROM unsubscribes u
                    WHERE u.team_id = m.team_id AND u.key = ANY (string_to_array(w.keys, E'\n')))
  ORDER BY l.team_id, l.id
  FOR NO KEY UPDATE OF l, m
  FOR SHARE OF c
  FOR KEY SHARE OF o, s
)
UPDATE messages m SET data_at = :now
FROM allowed a WHERE m.team_id = a.team_id AND m.id = a.id
RETURNING m.id;

-- name: unmark
-- DATA was not begun after all.
UPDATE messages SET data_at = NULL
WHERE team_id = :team_id AND id = :id AND fence = :fence AND state = 'sending';

-- name: finish
-- Compare-and-set: a result with an old fence, or for a mail already settled, changes nothing.
UPDATE messages m
SET state = r.state, reply = r.reply, reply_class = r.reply_class,
  sent_at = CASE WHEN r.state = 'sent' THEN r.at END,
  data_at = CASE WHEN r.state = 'deferred' THEN NULL ELSE m.data_at END,
  effective_id = COALESCE(r.effective_id, m.effective_id),
  raw = CASE WHEN r.state IN ('sent', 'refused') THEN NULL ELSE m.raw END
FROM json_to_recordset(:rows) AS r (
  team_id text, id text, fence bigint, state text, at timestamptz, reply text, reply_class text,
  effective_id text)
WHERE m.team_id = r.team_id AND m.id = r.id AND m.fence = r.fence AND m.state = 'sending'
RETURNING m.id;

-- name: withdraw
-- An intent that was stopped before DATA leaves no trace; one that had been tried before stays
-- as it was then.
WITH w AS (
  SELECT * FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[]) AS w (team_id, id, fence)
), kept AS (
  UPDATE messages m SET state = 'deferred', attempts = m.attempts - 1
  FROM w
  WHERE m.team_id = w.team_id AND m.id = w.id AND m.fence = w.fence
    AND m.state = 'sending' AND m.data_at IS NULL AND m.attempts > 1
)
DELETE FROM messages m
USING w
WHERE m.team_id = w.team_id AND m.id = w.id AND m.fence = w.fence
  AND m.state = 'sending' AND m.data_at IS NULL AND m.attempts <= 1;

-- name: list_lost
-- Mails that a worker had begun and never settled: its lease on the lead is over. The lead's
-- lock keeps a worker that is only slow from being overtaken while it settles the mail.
SELECT m.team_id, m.id, m.kind, m.lead_id, l.email AS lead_email, m.campaign_id, m.sender_id,
  '' AS sender_email, m.header_id, m.state, m.fence, m.created_at
FROM messages m JOIN leads l ON l.team_id = m.team_id AND l.id = m.lead_id
WHERE m.state = 'sending' AND m.data_at IS NOT NULL
  AND (l.leased_until IS NULL OR l.leased_until <= :now OR l.fence <> m.fence)
ORDER BY m.team_id, m.lead_id LIMIT 500
FOR NO KEY UPDATE OF l, m SKIP LOCKED;

-- name: list_doubtful
SELECT m.team_id, m.id, m.kind, m.lead_id, l.email AS lead_email, m.campaign_id, m.sender_id,
  s.email AS sender_email, m.header_id, m.state, m.fence, m.created_at
FROM messages m
JOIN leads l ON l.team_id = m.team_id AND l.id = m.lead_id
JOIN senders s ON s.team_id = m.team_id AND s.id = m.sender_id
WHERE m.state = 'uncertain' AND m.team_id = :team_id
ORDER BY m.created_at, m.id OFFSET :offset LIMIT :limit;

-- name: lock_doubtful
SELECT m.team_id, m.id, m.kind, m.lead_id, l.email AS lead_email, m.campaign_id, m.sender_id,
  s.email AS sender_email, m.header_id, m.state, m.fence, m.created_at
FROM messages m
JOIN leads l ON l.team_id = m.team_id AND l.id = m.lead_id
JOIN senders s ON s.team_id = m.team_id AND s.id = m.sender_id
WHERE m.team_id = :team_id AND m.id = :id
FOR NO KEY UPDATE OF l, m;

-- name: settle
-- A doubt ends: the mail counts as sent, or goes again with the same identity and bytes.
UPDATE messages
SET state = :state, data_at = CASE WHEN :state = 'sent' THEN data_at END,
  sent_at = CASE WHEN :state = 'sent' THEN data_at END,
  raw = CASE WHEN :state = 'sent' THEN NULL ELSE raw END
WHERE team_id = :team_id AND id = :id AND state IN ('uncertain', 'sending');

-- name: doubt
UPDATE messages m SET state = 'uncertain'
FROM unnest(:team_ids::text[], :ids::text[]) AS d (team_id, id)
WHERE m.team_id = d.team_id AND m.id = d.id AND m.state = 'sending';

-- name: quotas
-- Reads at most as many mails a sender as its limit is high, and as many again of removed leads.
SELECT w.team_id, w.sender_id, r.sent::int, r.frees_at
FROM unnest(:team_ids::text[], :sender_ids::text[], :limits::int[]) AS w (team_id, sender_id, amount)
CROSS JOIN LATERAL (
  SELECT count(*) AS sent, min(d.data_at) + interval '24 hours' AS frees_at
  FROM (SELECT b.data_at FROM (
          (SELECT m.data_at FROM messages m
           WHERE m.team_id = w.team_id AND m.sender_id = w.sender_id AND m.data_at > :since
           ORDER BY m.data_at DESC LIMIT w.amount)
          UNION ALL
          (SELECT x.data_at FROM removed_messages x
           WHERE x.team_id = w.team_id AND x.sender_id = w.sender_id AND x.data_at > :since
           ORDER BY x.data_at DESC LIMIT w.amount)) b
        ORDER BY b.data_at DESC LIMIT w.amount) d) r;

-- name: list_by_ids
SELECT team_id, id, kind, campaign_id, lead_id, sender_id, step_id, step_version, sequence_step,
  state, fence, recipient, address_key, header_id, effective_id, subject, thread_ids, links,
  attempts, data_at, sent_at, reply, reply_class, bounced_at, created_at
FROM messages WHERE id = ANY (:ids);

-- name: list_fetched
-- Only what a fetched pixel or link needs; there may be thousands a second.
SELECT team_id, id, kind, lead_id, sender_id, step_id, sequence_step,
  COALESCE(sent_at, data_at) AS handed_over_at
FROM messages WHERE id = ANY (:ids::text[]);

-- name: find_by_headers
-- Whose Message-ID, ours or the provider's, is among these.
SELECT team_id, id, kind, campaign_id, lead_id, sender_id, step_id, step_version, sequence_step,
  state, fence, recipient, address_key, header_id, effective_id, subject, thread_ids, links,
  attempts, data_at, sent_at, reply, reply_class, bounced_at, created_at
FROM messages
WHERE team_id = :team_id AND (header_id = ANY (:header_ids) OR effective_id = ANY (:header_ids));

-- name: find_buried
SELECT team_id, id, address_key, step_id, step_version FROM removed_messages WHERE id = :id;

-- name: bury
INSERT INTO removed_messages (team_id, id, address_key, step_id, step_version, sender_id, data_at)
SELECT team_id, id, address_key, step_id, step_version, sender_id, data_at FROM messages
WHERE team_id = :team_id AND lead_id = :lead_id AND data_at IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: set_bounced
UPDATE messages SET bounced_at = COALESCE(bounced_at, :now)
WHERE team_id = :team_id AND id = :id;

-- name: count_open
SELECT count(*) FROM messages WHERE state = 'uncertain';

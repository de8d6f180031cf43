-- name: begin
-- A retry keeps the first attempt's identity, and its bytes while the sender is the same; a mail
-- that may have gone is not begun again. Only of leads that are still ours: KEY SHARE keeps
-- them from being removed before this is committed.
INSERT INTO messages AS m (
  team_id, id, kind, campaign_id, lead_id, sender_id, step_id, step_version, sequence_step, state,
  fence, recipient, address_key, header_id, subject, thread_ids, links, raw, is_first, attempts,
  created_at)
SELECT i.team_id, i.id, i.kind, i.campaign_id, i.lead_id, i.sender_id, i.step_id, i.step_version,
  i.sequence_step, 'sending', i.fence, i.recipient, i.address_key, i.header_id, i.subject,
  COALESCE(ARRAY(SELECT jsonb_array_elements_text(i.thread_ids)), '{}'),
  CASE WHEN i.links IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(i.links)) END,
  i.raw, l.sent_count = 0, 1, :now
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

-- name: insert_single
-- To be sent by whoever takes it up.
INSERT INTO messages (
  team_id, id, kind, campaign_id, lead_id, sender_id, sequence_step, state, fence, recipient,
  address_key, header_id, subject, thread_ids, links, raw, created_at)
VALUES (
  :team_id, :id, :kind, :campaign_id, :lead_id, :sender_id, :sequence_step, 'deferred', 0,
  :recipient, :address_key, :header_id, :subject, :thread_ids, :links, :raw, :now);

-- name: take_up
-- The intent: whoever claims a single mail begins it. One that may have gone is not begun again.
UPDATE messages m SET state = 'sending', fence = r.fence, attempts = m.attempts + 1
FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[]) AS r (team_id, id, fence)
WHERE m.team_id = r.team_id AND m.id = r.id AND m.fence < r.fence
  AND m.state IN ('deferred', 'sending') AND m.data_at IS NULL
RETURNING m.team_id, m.id, m.kind, m.lead_id, m.sender_id, m.sequence_step, m.fence, m.recipient,
  m.header_id, m.raw, m.attempts, m.created_at;

-- name: mark_single
-- Leave to begin DATA. A person may answer whom a campaign may not write to, but nobody writes
-- to an address that does not exist; and in a rehearsal no lead is written to.
WITH allowed AS (
  SELECT m.team_id, m.id FROM messages m
  JOIN senders s ON s.team_id = m.team_id AND s.id = m.sender_id
    AND COALESCE(s.deleted_at, 'infinity') = 'infinity'
  JOIN installation i ON i.is_only
  WHERE m.team_id = :team_id AND m.id = :id AND m.fence = :fence
    AND m.state = 'sending' AND m.data_at IS NULL AND (m.kind = 'test' OR i.deliver_to = '')
    AND NOT EXISTS (SELECT FROM unsubscribes u
                    WHERE u.team_id = m.team_id AND u.source = 'bounced'
                      AND u.key = ANY (:keys::text[]))
  FOR NO KEY UPDATE OF m
  FOR KEY SHARE OF s
)
UPDATE messages m SET data_at = :now
FROM allowed a WHERE m.team_id = a.team_id AND m.id = a.id
RETURNING m.id;

-- name: put_back
-- An attempt that never came to DATA counts for nothing.
UPDATE messages SET state = 'deferred', attempts = attempts - 1, data_at = NULL
WHERE team_id = :team_id AND id = :id AND fence = :fence AND state = 'sending';

-- name: mark
-- Leave to begin DATA. The lead's and the campaign's rows are locked and read again, so whoever
-- stops them is answered either before (and no leave is given) or after (and the mail has gone);
-- so is who takes the sender away, or changes its limit, gap or hours: then it is claimed no more.
-- A lease that is over gives none: the mail would be taken for one whose worker died.
-- Its own row is looked at last, and again if somebody else has it just now.
-- Campaigns come before leads, in the order of those who change many.
-- (COALESCE, so that no planner takes another index for a lead or sender whose key it has.)
WITH wanted AS (
  SELECT * FROM unnest(:team_ids::text[], :ids::text[], :lead_ids::text[], :campaign_ids::text[],
                       :sender_ids::text[], :step_ids::text[], :positions::int[],
                       :fences::bigint[], :modes::text[], :keys::text[], :versions::bigint[])
    AS w (team_id, id, lead_id, campaign_id, sender_id, step_id, position, fence, deliver_to, keys,
          rules_version)
), live AS MATERIALIZED (
  SELECT team_id, id FROM campaigns
  WHERE (team_id, id) IN (SELECT team_id, campaign_id FROM wanted) AND is_live
  ORDER BY team_id, id FOR SHARE
), allowed AS (
  SELECT w.team_id, w.id, w.lead_id, w.sender_id, w.fence
  FROM wanted w
  JOIN leads l ON l.team_id = w.team_id AND l.id = w.lead_id
  JOIN live c ON c.team_id = w.team_id AND c.id = w.campaign_id
  JOIN campaign_senders o ON o.team_id = w.team_id AND o.campaign_id = w.campaign_id
    AND o.sender_id = w.sender_id
  JOIN senders s ON s.team_id = w.team_id AND s.id = w.sender_id AND s.claimed_by = :worker
    AND COALESCE(s.deleted_at, 'infinity') = 'infinity'
  JOIN steps p ON p.team_id = w.team_id AND p.id = w.step_id
  JOIN installation i ON i.is_only
  WHERE l.fence = w.fence AND l.leased_until > :now AND l.step_position = w.position
    AND l.due_at IS NOT NULL AND NOT l.is_paused
    AND l.stopped_by IS NULL AND COALESCE(l.waits_for, '') = ''
    AND COALESCE(l.sender_id, w.sender_id) = w.sender_id  -- or it was given to another one
    AND i.deliver_to = w.deliver_to
    -- Who was written to before may have answered: no more before that is known.
    AND (s.replies IS DISTINCT FROM 'imap' OR w.deliver_to <> ''
         OR l.sent_count = 0 OR s.replies_read_at >= :heard_since)
    -- Contact rules that changed since they were asked are asked again.
    AND w.rules_version = COALESCE(
      (SELECT r.version FROM contact_rules r WHERE r.team_id = w.team_id), 0)
    AND NOT EXISTS (SELECT FROM unsubscribes u
                    WHERE u.team_id = w.team_id AND u.key = ANY (string_to_array(w.keys, E'\n')))
  ORDER BY l.team_id, l.id
  FOR NO KEY UPDATE OF l
  FOR KEY SHARE OF o, s
)
UPDATE messages m SET data_at = :now
FROM allowed a WHERE m.team_id = a.team_id AND m.id = a.id AND m.fence = a.fence
  AND m.lead_id = a.lead_id AND m.sender_id = a.sender_id
  AND m.state = 'sending' AND m.data_at IS NULL
RETURNING m.id;

-- name: finish
-- Compare-and-set: a result with an old fence, or for a mail already settled, changes nothing.
-- The bytes go, unless they are still to be put into the Sent folder.
UPDATE messages m
SET state = r.state, reply = r.reply, reply_class = r.reply_class,
  sent_at = CASE WHEN r.state = 'sent' THEN r.at END,
  data_at = CASE WHEN r.state = 'deferred' THEN NULL ELSE m.data_at END,
  effective_id = COALESCE(r.effective_id, m.effective_id),
  raw = CASE WHEN r.state = 'refused' OR (r.state = 'sent' AND (m.kind = 'rehearsal' OR NOT EXISTS (
      SELECT FROM senders s
      WHERE s.team_id = m.team_id AND s.id = m.sender_id AND s.saves_sent_copy = 'append')))
    THEN NULL ELSE m.raw END
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
WHERE m.state = 'sending' AND m.data_at IS NOT NULL AND m.kind IN ('sequence', 'rehearsal')
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
UPDATE messages m
SET state = :state, data_at = CASE WHEN :state = 'sent' THEN data_at END,
  sent_at = CASE WHEN :state = 'sent' THEN data_at END,
  raw = CASE WHEN :state = 'sent' AND (m.kind = 'rehearsal' OR NOT EXISTS (
      SELECT FROM senders s
      WHERE s.team_id = m.team_id AND s.id = m.sender_id AND s.saves_sent_copy = 'append')) THEN NULL ELSE raw END
WHERE team_id = :team_id AND id = :id AND state IN ('uncertain', 'sending');

-- name: keep_attempts
-- Attempts in doubt that are made again may have arrived, so they count as mails of their own.
INSERT INTO removed_messages (
  team_id, id, address_key, step_id, step_version, sender_id, data_at, is_first)
SELECT m.team_id, m.id || '~' || m.attempts, m.address_key, m.step_id, m.step_version, m.sender_id,
  m.data_at, m.is_first
FROM unnest(:team_ids::text[], :ids::text[], :fences::bigint[]) AS a (team_id, id, fence)
JOIN messages m ON m.team_id = a.team_id AND m.id = a.id AND m.fence = a.fence
WHERE m.state IN ('sending', 'uncertain') AND m.data_at IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: drop_raw
UPDATE messages SET raw = NULL
WHERE team_id = :team_id AND id = ANY (:ids) AND state = 'sent';

-- name: doubt
UPDATE messages m SET state = 'uncertain'
FROM unnest(:team_ids::text[], :ids::text[]) AS d (team_id, id)
WHERE m.team_id = d.team_id AND m.id = d.id AND m.state = 'sending';

-- name: quotas
-- Reads at most as many mails a sender as its limit is high, and as many again of removed leads. A
-- mailbox that was deleted and added again has one day still.
SELECT w.team_id, w.sender_id, r.sent::int, r.frees_at, t.new_leads_percent
FROM unnest(:team_ids::text[], :sender_ids::text[], :limits::int[]) AS w (team_id, sender_id, amount)
JOIN teams t ON t.id = w.team_id
JOIN senders o ON o.team_id = w.team_id AND o.id = w.sender_id
CROSS JOIN LATERAL (
  SELECT count(*) AS sent, min(d.data_at) + interval '24 hours' AS frees_at
  FROM (SELECT b.data_at
        FROM (SELECT o.id
              UNION ALL
              SELECT id FROM senders
              WHERE team_id = o.team_id AND address_key = o.address_key AND deleted_at IS NOT NULL
                AND id <> o.id) s
        CROSS JOIN LATERAL (
          (SELECT m.data_at FROM messages m
           WHERE m.team_id = w.team_id AND m.sender_id = s.id AND m.data_at > :since
           ORDER BY m.data_at DESC LIMIT w.amount)
          UNION ALL
          (SELECT x.data_at FROM removed_messages x
           WHERE x.team_id = w.team_id AND x.sender_id = s.id AND x.data_at > :since
           ORDER BY x.data_at DESC LIMIT w.amount)) b
        ORDER BY b.data_at DESC LIMIT w.amount) d) r;

-- name: team_quotas
-- As `quotas`, of all of a team's senders together, those that were deleted too.
SELECT w.team_id, r.sent::int, r.frees_at
FROM unnest(:team_ids::text[], :limits::int[]) AS w (team_id, amount)
CROSS JOIN LATERAL (
  SELECT count(*) AS sent, min(d.data_at) + interval '24 hours' AS frees_at
  FROM (SELECT b.data_at
        FROM senders s
        CROSS JOIN LATERAL (
          (SELECT m.data_at FROM messages m
           WHERE m.team_id = s.team_id AND m.sender_id = s.id AND m.data_at > :since
           ORDER BY m.data_at DESC LIMIT w.amount)
          UNION ALL
          (SELECT x.data_at FROM removed_messages x
           WHERE x.team_id = s.team_id AND x.sender_id = s.id AND x.data_at > :since
           ORDER BY x.data_at DESC LIMIT w.amount)) b
        WHERE s.team_id = w.team_id
        ORDER BY b.data_at DESC LIMIT w.amount) d) r;

-- name: count_first
SELECT w.sender_id, (
  (SELECT count(*) FROM messages m
   WHERE m.team_id = w.team_id AND m.sender_id = w.sender_id AND m.data_at > :since AND m.is_first)
  + (SELECT count(*) FROM removed_messages x
     WHERE x.team_id = w.team_id AND x.sender_id = w.sender_id AND x.data_at > :since
       AND x.is_first))::int AS mails
FROM unnest(:team_ids::text[], :sender_ids::text[]) AS w (team_id, sender_id);

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

-- name: learn_effective
-- What the server itself said at the 250 is as good.
UPDATE messages SET effective_id = :effective_id
WHERE team_id = :team_id AND id = :id AND effective_id IS NULL;

-- name: find_buried
SELECT team_id, id, address_key, step_id, step_version FROM removed_messages WHERE id = :id;

-- name: bury
INSERT INTO removed_messages (
  team_id, id, address_key, step_id, step_version, sender_id, data_at, is_first, company,
  replied_at)
SELECT m.team_id, m.id, m.address_key, m.step_id, m.step_version, m.sender_id, m.data_at, m.is_first,
  c.company, :replied_at
FROM messages m
JOIN leads l ON l.team_id = m.team_id AND l.id = m.lead_id
JOIN contacts c ON c.team_id = l.team_id AND c.id = l.contact_id
WHERE m.team_id = :team_id AND m.lead_id = :lead_id AND m.data_at IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: set_bounced
UPDATE messages SET bounced_at = COALESCE(bounced_at, :now), bounced_hard = bounced_hard OR :is_hard
WHERE team_id = :team_id AND id = :id;

-- name: hard_bounces
-- Of a sender's last mails, those that came back for good. Refused ones are looked for apart,
-- for most of them never came to data_at.
SELECT count(*)::int AS mails, (count(*) FILTER (WHERE d.is_hard))::int AS bounced
FROM senders s CROSS JOIN LATERAL (
  SELECT b.id, b.is_hard FROM (
    (SELECT m.id, m.data_at AS at, m.bounced_hard OR m.reply_class = 'hard' AS is_hard
     FROM messages m
     WHERE m.team_id = s.team_id AND m.sender_id = s.id AND m.kind = 'sequence'
       AND m.data_at > COALESCE(s.bounces_counted_from_at, '-infinity')
       AND m.state <> 'refused'
     ORDER BY m.data_at DESC LIMIT :last_mails)
    UNION ALL
    (SELECT m.id, m.created_at AS at, COALESCE(m.reply_class = 'hard', false) AS is_hard
     FROM messages m
     WHERE m.team_id = s.team_id AND m.sender_id = s.id AND m.kind = 'sequence'
       AND m.created_at > COALESCE(s.bounces_counted_from_at, '-infinity')
       AND m.state = 'refused'
     ORDER BY m.created_at DESC LIMIT :last_mails)) b
  ORDER BY b.at DESC LIMIT :last_mails) d
WHERE s.team_id = :team_id AND s.id = :id;

-- name: count_open
SELECT count(*) FROM messages WHERE state = 'uncertain';

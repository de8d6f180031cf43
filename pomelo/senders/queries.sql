-- name: insert
-- A second living sender of one address conflicts and gives no row.
INSERT INTO senders (
  team_id, id, user_id, email, address_key, name, signature, smtp_host, smtp_port, smtp_tls,
  smtp_login, smtp_password, imap_host, imap_port, imap_tls, imap_login, imap_password,
  replies, limit_per_day, gap_seconds, gap_jitter_seconds, domain_gap_seconds, may_send_at, next_at,
  created_at,
  ramp_per_day, ramp_started_at)
VALUES (
  :team_id, :id, :user_id, :email, :address_key, :name, :signature, :smtp_host, :smtp_port, :smtp_tls,
  :smtp_login, :smtp_password, :imap_host, :imap_port, :imap_tls, :imap_login, :imap_password,
  :replies, :limit_per_day, :gap_seconds, :gap_jitter_seconds, :domain_gap_seconds, :now, :now,
  :now,
  :ramp_per_day, CASE WHEN :ramp_per_day > 0 THEN :now::timestamptz END)
ON CONFLICT (team_id, address_key) WHERE deleted_at IS NULL DO NOTHING
RETURNING team_id, id, user_id, email, address_key, name, signature, smtp_host, smtp_port, smtp_tls,
  smtp_login, dkim_selector, imap_host, imap_port, imap_tls, imap_login, replies, replies_read_at,
  sent_folder, junk_folder, limit_per_day, gap_seconds, gap_jitter_seconds, domain_gap_seconds, may_send_at, next_at, paused_for, paused_reply,
  paused_at, failed_connects, created_at, saves_sent_copy, new_leads_stopped_at,
  ramp_per_day, ramp_started_at, variables;

-- name: find
SELECT team_id, id, user_id, email, address_key, name, signature, smtp_host, smtp_port, smtp_tls,
  smtp_login, dkim_selector, imap_host, imap_port, imap_tls, imap_login, replies, replies_read_at,
  sent_folder, junk_folder, limit_per_day, gap_seconds, gap_jitter_seconds, domain_gap_seconds, may_send_at, next_at, paused_for, paused_reply,
  paused_at, failed_connects, created_at, saves_sent_copy, new_leads_stopped_at,
  ramp_per_day, ramp_started_at, variables
FROM senders WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: find_by_key
SELECT team_id, id, user_id, email, address_key, name, signature, smtp_host, smtp_port, smtp_tls,
  smtp_login, dkim_selector, imap_host, imap_port, imap_tls, imap_login, replies, replies_read_at,
  sent_folder, junk_folder, limit_per_day, gap_seconds, gap_jitter_seconds, domain_gap_seconds, may_send_at, next_at, paused_for, paused_reply,
  paused_at, failed_connects, created_at, saves_sent_copy, new_leads_stopped_at,
  ramp_per_day, ramp_started_at, variables
FROM senders WHERE team_id = :team_id AND address_key = :address_key AND deleted_at IS NULL;

-- name: list_everywhere
-- For commands on the machine itself and for checks over the whole installation.
SELECT team_id, id, user_id, email, address_key, name, signature, smtp_host, smtp_port, smtp_tls,
  smtp_login, dkim_selector, imap_host, imap_port, imap_tls, imap_login, replies, replies_read_at,
  sent_folder, junk_folder, limit_per_day, gap_seconds, gap_jitter_seconds, domain_gap_seconds, may_send_at, next_at, paused_for, paused_reply,
  paused_at, failed_connects, created_at, saves_sent_copy, new_leads_stopped_at,
  ramp_per_day, ramp_started_at, variables
FROM senders
WHERE deleted_at IS NULL AND (:address_key::text IS NULL OR address_key = :address_key)
ORDER BY team_id, created_at, id;

-- name: list_of_team
SELECT team_id, id, user_id, email, address_key, name, signature, smtp_host, smtp_port, smtp_tls,
  smtp_login, dkim_selector, imap_host, imap_port, imap_tls, imap_login, replies, replies_read_at,
  sent_folder, junk_folder, limit_per_day, gap_seconds, gap_jitter_seconds, domain_gap_seconds, may_send_at, next_at, paused_for, paused_reply,
  paused_at, failed_connects, created_at, saves_sent_copy, new_leads_stopped_at,
  ramp_per_day, ramp_started_at, variables
FROM senders
WHERE team_id = :team_id AND deleted_at IS NULL
  AND (:user_ids::text[] IS NULL OR user_id = ANY (:user_ids))
  AND (:ids::text[] IS NULL OR id = ANY (:ids))
ORDER BY created_at, id;

-- name: secrets
SELECT smtp_host, smtp_port, smtp_tls, smtp_login, smtp_password, imap_host, imap_port, imap_tls,
  imap_login, imap_password
FROM senders WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: change
-- A smaller gap or a larger limit counts at once: a worker looks again when the gap is over, were
-- a mail sent just now; what is left of a limit's day is not waited for. Who has claimed it by
-- the old ones lets go of it before the next mail (`messages.mark`).
UPDATE senders SET
  name = COALESCE(:name, name), signature = COALESCE(:signature, signature),
  limit_per_day = COALESCE(:limit_per_day, limit_per_day),
  gap_seconds = COALESCE(:gap_seconds, gap_seconds),
  gap_jitter_seconds = COALESCE(:gap_jitter_seconds, gap_jitter_seconds),
  domain_gap_seconds = COALESCE(:domain_gap_seconds, domain_gap_seconds),
  ramp_per_day = COALESCE(:ramp_per_day, ramp_per_day),
  variables = COALESCE(:variables::jsonb, variables),
  -- Another pace goes on from the same first day; a ramp that was ended begins anew.
  ramp_started_at = CASE COALESCE(:ramp_per_day, ramp_per_day)
    WHEN 0 THEN NULL ELSE COALESCE(ramp_started_at, :now) END,
  replies = COALESCE(:replies, replies),
  sent_folder = COALESCE(:sent_folder, sent_folder),
  junk_folder = COALESCE(:junk_folder, junk_folder),
  saves_sent_copy = COALESCE(:saves_sent_copy, saves_sent_copy),
  may_send_at = CASE
    WHEN paused_for IS NULL AND COALESCE(:limit_per_day, :gap_seconds, :ramp_per_day) IS NOT NULL
    THEN LEAST(may_send_at, :now::timestamptz + make_interval(
      secs => COALESCE(:gap_seconds, gap_seconds) + COALESCE(:gap_jitter_seconds, gap_jitter_seconds)))
    ELSE may_send_at END,
  next_at = CASE
    WHEN paused_for IS NULL AND COALESCE(:limit_per_day, :gap_seconds, :ramp_per_day) IS NOT NULL
    THEN LEAST(next_at, :now + make_interval(
      secs => COALESCE(:gap_seconds, gap_seconds) + COALESCE(:gap_jitter_seconds, gap_jitter_seconds)))
    ELSE next_at END,
  claimed_by = CASE
    WHEN COALESCE(:limit_per_day, :gap_seconds, :gap_jitter_seconds, :domain_gap_seconds, :ramp_per_day)
      IS NULL THEN claimed_by END
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL
RETURNING team_id, id, user_id, email, address_key, name, signature, smtp_host, smtp_port, smtp_tls,
  smtp_login, dkim_selector, imap_host, imap_port, imap_tls, imap_login, replies, replies_read_at,
  sent_folder, junk_folder, limit_per_day, gap_seconds, gap_jitter_seconds, domain_gap_seconds, may_send_at, next_at, paused_for, paused_reply,
  paused_at, failed_connects, created_at, saves_sent_copy, new_leads_stopped_at,
  ramp_per_day, ramp_started_at, variables;

-- name: reconsider
-- A limit of their team changed. Who rests between two mails rests no shorter; who was claimed by
-- the old limit is so no more.
UPDATE senders SET claimed_by = NULL,
  may_send_at = LEAST(may_send_at, :now::timestamptz + make_interval(secs => gap_seconds + gap_jitter_seconds)),
  next_at = LEAST(next_at, :now::timestamptz + make_interval(secs => gap_seconds + gap_jitter_seconds))
WHERE team_id = :team_id AND deleted_at IS NULL AND paused_for IS NULL;

-- name: delete
-- Soft, for activities keep naming it; its secrets go. FOR UPDATE waits for results that are
-- just giving it to a lead.
WITH locked AS (
  SELECT team_id, id FROM senders
  WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL FOR UPDATE
)
UPDATE senders s SET deleted_at = :now, smtp_password = NULL, imap_password = NULL, dkim_key = NULL
FROM locked l WHERE s.team_id = l.team_id AND s.id = l.id;

-- name: claim_ready
-- Senders with something to do that nothing holds; each goes to one worker for a lease. Those
-- that this worker still uses are left out, though their lease may be over: a session is for one.
UPDATE senders s SET next_at = :until, claimed_by = :worker
FROM (SELECT team_id, id FROM senders
      WHERE next_at <= :now AND deleted_at IS NULL AND id <> ALL (:busy::text[])
      ORDER BY next_at LIMIT :amount FOR NO KEY UPDATE SKIP LOCKED) r
WHERE s.team_id = r.team_id AND s.id = r.id
RETURNING s.team_id, s.id, s.user_id, s.email, s.address_key, s.name, s.signature, s.smtp_host,
  s.smtp_port, s.smtp_tls, s.smtp_login, s.dkim_selector, s.imap_host, s.imap_port, s.imap_tls, s.imap_login,
  s.replies, s.replies_read_at,
  s.sent_folder, s.junk_folder, s.limit_per_day, s.gap_seconds, s.gap_jitter_seconds, s.domain_gap_seconds, s.may_send_at,
  s.next_at, s.paused_for, s.paused_reply, s.paused_at, s.failed_connects, s.created_at,
  s.saves_sent_copy, s.new_leads_stopped_at, s.ramp_per_day, s.ramp_started_at, s.variables;

-- name: renew
UPDATE senders s SET next_at = :until
FROM unnest(:team_ids::text[], :ids::text[]) AS r (team_id, id)
WHERE s.team_id = r.team_id AND s.id = r.id AND s.claimed_by = :worker AND s.next_at < :until;

-- name: lock_claimed
-- Senders come before their rows in campaigns, as for whoever claims them.
SELECT s.id FROM unnest(:team_ids::text[], :ids::text[]) AS r (team_id, id)
JOIN senders s ON s.team_id = r.team_id AND s.id = r.id AND s.claimed_by = :worker
ORDER BY s.team_id, s.id FOR NO KEY UPDATE OF s;

-- name: lock
SELECT id FROM senders
WHERE team_id = :team_id AND id = ANY (:ids::text[]) ORDER BY id FOR NO KEY UPDATE;

-- name: release
-- A pause that came meanwhile stays: may_send_at only grows here.
UPDATE senders s
SET claimed_by = NULL, may_send_at = GREATEST(s.may_send_at, r.may_send_at),
  next_at = GREATEST(s.may_send_at, r.may_send_at, r.next_at)
FROM unnest(:team_ids::text[], :ids::text[], :may_send_ats::timestamptz[], :next_ats::timestamptz[])
  AS r (team_id, id, may_send_at, next_at)
WHERE s.team_id = r.team_id AND s.id = r.id AND s.claimed_by = :worker;

-- name: let_go
-- Their hours changed: who was claimed by the old ones is so no more.
UPDATE senders s SET claimed_by = NULL, next_at = GREATEST(s.may_send_at, LEAST(s.next_at, :now))
FROM (SELECT team_id, id FROM senders
      WHERE team_id = :team_id AND id = ANY (:ids::text[]) AND claimed_by IS NOT NULL
      ORDER BY id FOR NO KEY UPDATE) c
WHERE s.team_id = c.team_id AND s.id = c.id;

-- name: rest
-- After a mail: the gap. The worker keeps its claim.
UPDATE senders s
SET may_send_at = GREATEST(s.may_send_at, r.until), next_at = GREATEST(s.next_at, r.until)
FROM (SELECT team_id, id, max(until) AS until
      FROM unnest(:team_ids::text[], :ids::text[], :untils::timestamptz[]) AS u (team_id, id, until)
      GROUP BY team_id, id ORDER BY team_id, id) r
WHERE s.team_id = r.team_id AND s.id = r.id;

-- name: pause
-- Its worker lets go of it: a claim that nobody ends would outlast the pause. The one for
-- bounces, which only a person ends, stays whatever comes after it.
UPDATE senders
SET claimed_by = NULL, paused_for = :reason, paused_reply = :reply, paused_at = :now,
  may_send_at = GREATEST(may_send_at, :until), next_at = GREATEST(may_send_at, :until),
  failed_connects = failed_connects + CASE WHEN :reason = 'unreachable' THEN 1 ELSE 0 END
WHERE team_id = :team_id AND id = :id AND paused_for IS DISTINCT FROM 'bounces';

-- name: lift
-- By hand. What bounced before counts no more, or the brake would come on again at once. The gap
-- after its last mail, which went before it was paused, is not shortened.
UPDATE senders
SET bounces_counted_from_at = CASE
    WHEN paused_for = 'bounces' OR new_leads_stopped_at IS NOT NULL THEN :now
    ELSE bounces_counted_from_at END,
  new_leads_stopped_at = NULL,
  paused_for = NULL, paused_reply = '', paused_at = NULL, failed_connects = 0,
  blocked_at = '{}',
  may_send_at = CASE WHEN paused_for IS NULL THEN may_send_at ELSE
    LEAST(may_send_at, GREATEST(:now, paused_at + make_interval(secs => gap_seconds))) END,
  next_at = CASE WHEN claimed_by IS NULL AND paused_for IS NOT NULL
    THEN LEAST(next_at, GREATEST(:now, paused_at + make_interval(secs => gap_seconds)))
    ELSE next_at END
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: stop_new_leads
-- Gives a row when they were not stopped before.
UPDATE senders SET new_leads_stopped_at = :now
WHERE team_id = :team_id AND id = :id AND new_leads_stopped_at IS NULL
RETURNING id;

-- name: take_new_leads
UPDATE senders SET new_leads_stopped_at = NULL WHERE team_id = :team_id AND id = :id;

-- name: learn_sent_copy
-- What a check saw; what a person has said counts more.
UPDATE senders SET saves_sent_copy = :saves_sent_copy
WHERE team_id = :team_id AND id = :id AND saves_sent_copy IS NULL;

-- name: count_paused
SELECT COALESCE(paused_for, 'new_leads') AS reason, count(*)::int AS senders FROM senders
WHERE deleted_at IS NULL AND (paused_for IS NOT NULL OR new_leads_stopped_at IS NOT NULL)
GROUP BY 1;

-- name: recover
-- Because it worked again.
UPDATE senders
SET paused_for = NULL, paused_reply = '', paused_at = NULL, failed_connects = 0,
  blocked_at = '{}', may_send_at = LEAST(may_send_at, :now),
  next_at = CASE WHEN claimed_by IS NULL THEN LEAST(next_at, :now) ELSE next_at END
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL
  AND paused_for IS DISTINCT FROM 'bounces';

-- name: note_block
-- Keeps the last three times; gives how many of them are within the hour.
UPDATE senders SET blocked_at = (ARRAY[:now::timestamptz] || blocked_at)[1:3]
WHERE team_id = :team_id AND id = :id
RETURNING (SELECT count(*) FROM unnest(blocked_at) AS b (at) WHERE at > :now::timestamptz - interval '1 hour')::int;

-- name: wake
-- Work came: a worker looks as soon as the sender may send. One that is claimed or locked looks
-- by itself soon.
UPDATE senders s SET next_at = GREATEST(s.may_send_at, LEAST(s.next_at, :at))
FROM (SELECT team_id, id FROM senders
      WHERE team_id = :team_id AND id = ANY (:ids) AND deleted_at IS NULL
        AND claimed_by IS NULL AND next_at > GREATEST(may_send_at, :at)
      ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) w
WHERE s.team_id = w.team_id AND s.id = w.id;

-- name: set_log_in
UPDATE senders SET smtp_login = COALESCE(:login, smtp_login), smtp_password = :password
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: set_dkim
UPDATE senders SET dkim_selector = :selector, dkim_key = :key
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: dkim_key
SELECT dkim_key FROM senders
WHERE team_id = :team_id AND id = :id AND dkim_key IS NOT NULL;

-- name: set_read
-- A reading that began later may have ended sooner.
UPDATE senders SET replies_read_at = GREATEST(replies_read_at, :began_at)
WHERE team_id = :team_id AND id = :id;

-- name: set_imap
-- Another mailbox may be meant from now on: nobody has read that one.
UPDATE senders SET imap_host = :host, imap_port = :port, imap_tls = :tls, imap_login = :login,
  imap_password = :password, replies = COALESCE(replies, 'imap'), replies_read_at = NULL
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: set_imap_password
-- The same mailbox, which was read so far as it was.
UPDATE senders SET imap_password = :password
WHERE team_id = :team_id AND id = :id AND imap_host <> '' AND deleted_at IS NULL;

-- name: list_unheard
-- Senders whose mailbox should be read and was not since then.
SELECT team_id, id, email, replies_read_at FROM senders
WHERE deleted_at IS NULL AND replies = 'imap'
  AND (replies_read_at IS NULL OR replies_read_at < :since)
ORDER BY email, id;

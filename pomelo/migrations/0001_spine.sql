-- The spine: everything from teams to exports. Why each column is there: <domain>/tables.sql.

-- What all processes of one installation must agree on. One row, made at first start.
CREATE TABLE installation (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- A process with another secret key would sign links nobody can check: it refuses to start.
  secret_fingerprint text NOT NULL,
  -- Rehearsal: every mail goes to this address; '' = mail goes to the leads.
  deliver_to text NOT NULL DEFAULT '',
  -- A fast clock (demonstrations) counts from here, in every process alike.
  clock_speed double precision NOT NULL DEFAULT 1 CHECK (clock_speed > 0),
  -- Also in a file of the export folder: a process that does not find it there has another
  -- folder, and files made here could not be fetched there. '' = nobody has looked yet.
  export_mark text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL
);

-- The workers that are alive, by heartbeat: who holds the rehearsal mode, and whether any runs.
CREATE TABLE workers (
  id text PRIMARY KEY,
  host text NOT NULL,
  pid integer NOT NULL,
  deliver_to text NOT NULL,
  started_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL
);

-- Whose everything is: every other row names its team first, and every read is by team.
CREATE TABLE teams (
  id text PRIMARY KEY,
  name text NOT NULL CHECK (name <> ''),
  -- What becomes of a mail whose fate is unknown: held for a person, or sent again.
  uncertain text NOT NULL DEFAULT 'hold' CHECK (uncertain IN ('hold', 'resend')),
  created_at timestamptz NOT NULL
);

-- People of a team. lemlist's senders are users; their mailboxes are in `senders`.
CREATE TABLE users (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  role text NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'member')),
  is_blocked boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id)
);

-- What programs call with, each in the name of a user.
CREATE TABLE api_keys (
  team_id text NOT NULL,
  id text NOT NULL,
  user_id text NOT NULL,
  name text NOT NULL,
  -- SHA-256 of the key; the key itself is shown once and kept nowhere.
  hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
  -- Its last four characters, so that a person can tell keys apart.
  hint text NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id) ON DELETE CASCADE
);

-- A mailbox a team sends from. lemlist calls it a user's mailbox (usm_).
CREATE TABLE senders (
  team_id text NOT NULL,
  id text NOT NULL,
  user_id text NOT NULL,
  email text NOT NULL,
  address_key text NOT NULL,
  name text NOT NULL DEFAULT '',
  signature text NOT NULL DEFAULT '',
  smtp_host text NOT NULL,
  smtp_port integer NOT NULL CHECK (smtp_port BETWEEN 1 AND 65535),
  smtp_tls text NOT NULL CHECK (smtp_tls IN ('tls', 'starttls', 'none')),
  smtp_login text NOT NULL DEFAULT '',
  -- Encrypted with the secret key, the sender's id inside; NULL = no log-in.
  smtp_password bytea,
  -- Where its mail is read; '' = nowhere known.
  imap_host text NOT NULL DEFAULT '',
  -- NULL without a host.
  imap_port integer CHECK (imap_port BETWEEN 1 AND 65535),
  imap_tls text CHECK (imap_tls IN ('tls', 'starttls', 'none')),
  imap_login text NOT NULL DEFAULT '',
  -- As smtp_password.
  imap_password bytea,
  -- Signs its mails where its host does not; '' = no.
  dkim_selector text NOT NULL DEFAULT '',
  -- The key, encrypted like a password; NULL = it does not sign.
  dkim_key bytea,
  -- Mails in any 24 hours over all campaigns, follow-ups included; 0 = no limit.
  limit_per_day integer NOT NULL DEFAULT 50 CHECK (limit_per_day >= 0),
  gap_seconds integer NOT NULL DEFAULT 0 CHECK (gap_seconds >= 0),
  -- Not before: gap, limit and health folded into one instant.
  may_send_at timestamptz NOT NULL,
  -- When a worker looks at it again: never before may_send_at; later while there is no work
  -- and while a worker has it. What is blocked is never scanned.
  next_at timestamptz NOT NULL,
  claimed_by text,
  -- Why it does not send, for a person: 'auth', 'block', 'throttled', 'sender', 'unreachable'.
  paused_for text CHECK (paused_for IN ('auth', 'block', 'throttled', 'sender', 'unreachable')),
  paused_reply text NOT NULL DEFAULT '',
  paused_at timestamptz,
  -- The last times a server called it a spammer; three in an hour pause it.
  blocked_at timestamptz[] NOT NULL DEFAULT '{}',
  -- Connections refused in a row, for the back-off.
  failed_connects integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id),
  CHECK (next_at >= may_send_at)
);
CREATE UNIQUE INDEX senders_address ON senders (team_id, address_key) WHERE deleted_at IS NULL;
CREATE INDEX senders_ready ON senders (next_at) WHERE deleted_at IS NULL;

-- Weekly hours in which a campaign may send.
CREATE TABLE schedules (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  name text NOT NULL,
  -- The gap between two mails of one sender in a campaign of this schedule; 0 = none.
  seconds_to_wait integer NOT NULL DEFAULT 1200 CHECK (seconds_to_wait >= 0),
  timezone text NOT NULL,
  -- Wall times 'HH:mm' in that zone; the end '00:00' is midnight at the day's end.
  start_time text NOT NULL CHECK (start_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  end_time text NOT NULL CHECK (end_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  -- 1 = Monday … 7 = Sunday.
  weekdays integer[] NOT NULL CHECK (weekdays <@ ARRAY[1,2,3,4,5,6,7] AND weekdays <> '{}'),
  is_public boolean NOT NULL DEFAULT false,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  deleted_by text,
  PRIMARY KEY (team_id, id)
);

-- A person across campaigns: one row an address key.
CREATE TABLE contacts (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  email text NOT NULL,
  address_key text NOT NULL,
  -- The key without +tag and Gmail's dots: what all spellings that one unsubscribe covers share.
  person_key text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  -- Locking this row is what makes adding with deduplicate=true leave one lead.
  UNIQUE (team_id, address_key)
);
CREATE INDEX contacts_of_person ON contacts (team_id, person_key);

-- Whom a team must not write to: an address key, or '@domain'.
CREATE TABLE unsubscribes (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  -- As given, for showing.
  value text NOT NULL,
  key text NOT NULL,
  source text NOT NULL CHECK (source IN ('api', 'bounced', 'lead', 'user', 'abuse')),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  UNIQUE (team_id, key)
);
CREATE INDEX unsubscribes_listed ON unsubscribes (team_id, created_at, id);

-- A campaign: whether it runs, and what ends a lead's sequence in it.
CREATE TABLE campaigns (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  labels text[] NOT NULL DEFAULT '{}',
  timezone text NOT NULL,
  state text NOT NULL DEFAULT 'paused' CHECK (state IN ('running', 'paused')),
  is_archived boolean NOT NULL DEFAULT false,
  auto_review boolean NOT NULL DEFAULT true,
  stop_on_replied boolean NOT NULL DEFAULT true,
  stop_on_clicked boolean NOT NULL DEFAULT false,
  -- Whether "interested" ends the lead's sequence.
  stop_on_interested boolean NOT NULL DEFAULT true,
  track_opens boolean NOT NULL DEFAULT true,
  track_clicks boolean NOT NULL DEFAULT true,
  -- lemlist's other switches, kept and given back as they came.
  other_settings jsonb NOT NULL DEFAULT '{}',
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  -- First start; NULL = draft.
  started_at timestamptz,
  PRIMARY KEY (team_id, id),
  CHECK (NOT (is_archived AND state = 'running'))
);
CREATE INDEX campaigns_listed ON campaigns (team_id, created_at, id);

-- When a campaign may send: whenever one of its schedules allows it.
CREATE TABLE campaign_schedules (
  team_id text NOT NULL,
  campaign_id text NOT NULL,
  schedule_id text NOT NULL,
  PRIMARY KEY (team_id, campaign_id, schedule_id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, schedule_id) REFERENCES schedules (team_id, id)
);
CREATE INDEX campaign_schedules_of_schedule ON campaign_schedules (team_id, schedule_id);

-- Which senders a campaign has, and when each may write for it again.
CREATE TABLE campaign_senders (
  team_id text NOT NULL,
  campaign_id text NOT NULL,
  sender_id text NOT NULL,
  -- Window, secondsToWait and pause folded into one instant; 'infinity' while paused.
  next_at timestamptz NOT NULL,
  -- Not before: secondsToWait after its last mail here. Waking never goes below it.
  may_send_at timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (team_id, campaign_id, sender_id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);
CREATE INDEX campaign_senders_ready ON campaign_senders (team_id, sender_id, next_at);

-- The steps of a campaign, in order.
CREATE TABLE sequences (
  team_id text NOT NULL,
  id text NOT NULL,
  campaign_id text NOT NULL,
  -- 0 = the main sequence; branches come later.
  level integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  UNIQUE (team_id, campaign_id, level),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE
);

-- What is done next for a lead, and how long after the step before.
CREATE TABLE steps (
  team_id text NOT NULL,
  id text NOT NULL,
  sequence_id text NOT NULL,
  campaign_id text NOT NULL,
  type text NOT NULL CHECK (type IN ('email')),
  -- 0-based place in the sequence.
  position integer NOT NULL CHECK (position >= 0),
  -- Calendar days after the step before (after the start for the first).
  delay_days integer NOT NULL CHECK (delay_days >= 0),
  template_id text NOT NULL,
  -- The version that is sent now; step_versions keeps them all.
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  UNIQUE (team_id, sequence_id, position) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (team_id, sequence_id) REFERENCES sequences (team_id, id) ON DELETE CASCADE
);

-- Each published wording, kept for ever: a mail says which it was, and its links live on.
CREATE TABLE step_versions (
  team_id text NOT NULL,
  step_id text NOT NULL,
  version integer NOT NULL,
  campaign_id text NOT NULL,
  subject text NOT NULL,
  message text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, step_id, version)
);

-- A person in one campaign. This table is also the queue: due_at is the next moment something
-- is to be done, and what holds the lead back is in the columns beside it.
CREATE TABLE leads (
  team_id text NOT NULL,
  id text NOT NULL,
  campaign_id text NOT NULL,
  contact_id text NOT NULL,
  email text NOT NULL,
  address_key text NOT NULL,
  -- Whatever was given: lemlist's predefined keys and the team's own alike.
  variables jsonb NOT NULL DEFAULT '{}',
  source text NOT NULL DEFAULT 'api' CHECK (source IN ('api', 'csv', 'manually')),
  state text NOT NULL DEFAULT 'imported' CHECK (state IN (
    'imported', 'scanned', 'skipped', 'reviewed', 'contacted', 'hooked', 'attracted', 'warmed',
    'interested', 'notInterested', 'emailsBounced', 'emailsUnsubscribed')),
  -- Type of the last activity that counted; '' before there is any.
  last_state text NOT NULL DEFAULT '',
  email_status text NOT NULL DEFAULT '' CHECK (email_status IN ('', 'deliverable', 'risky', 'undeliverable')),
  -- The sender that wrote first and that all later mails come from.
  sender_id text,
  -- 0-based place of the next step in the main sequence.
  step_position integer NOT NULL DEFAULT 0,
  -- When that step is due; NULL = the sequence is finished.
  due_at timestamptz,
  is_paused boolean NOT NULL DEFAULT false,
  -- The activity that ended the sequence (emailsReplied, emailsUnsubscribed …).
  stopped_by text,
  -- The event it waits for: 'review', 'uncertain', 'suppressed', 'sender', 'rehearsal'.
  waits_for text CHECK (waits_for IN ('review', 'uncertain', 'suppressed', 'sender', 'rehearsal')),
  -- A worker has it until then; a result with an older fence changes nothing.
  leased_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  scanned_at timestamptz,
  reviewed_at timestamptz,
  skipped_at timestamptz,
  contacted_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  replied_at timestamptz,
  interested_at timestamptz,
  not_interested_at timestamptz,
  bounced_at timestamptz,
  failed_at timestamptz,
  unsubscribed_at timestamptz,
  sent_count integer NOT NULL DEFAULT 0,
  opened_count integer NOT NULL DEFAULT 0,
  clicked_count integer NOT NULL DEFAULT 0,
  replied_count integer NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, id),
  UNIQUE (team_id, campaign_id, address_key),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, contact_id) REFERENCES contacts (team_id, id)
) WITH (fillfactor = 85);
-- The queue: a claim reads just its first rows, whatever else waits.
CREATE INDEX leads_due ON leads (team_id, campaign_id, sender_id, due_at)
  WHERE due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL;
CREATE INDEX leads_of_contact ON leads (team_id, contact_id);
CREATE INDEX leads_listed ON leads (team_id, campaign_id, created_at, id);
-- Whose address is to be checked before a person reviews them; leads that need no review cost
-- nothing here.
CREATE INDEX leads_unscanned ON leads (created_at)
  WHERE waits_for = 'review' AND scanned_at IS NULL AND stopped_by IS NULL;
CREATE INDEX leads_parked ON leads (waits_for, team_id, campaign_id) WHERE waits_for IS NOT NULL;

-- Each mail sent or being sent. A row is committed before a byte of it goes out.
CREATE TABLE messages (
  team_id text NOT NULL,
  id text NOT NULL,
  -- 'rehearsal' goes to the operator's own address and moves no lead.
  kind text NOT NULL DEFAULT 'sequence' CHECK (kind IN ('sequence', 'rehearsal')),
  campaign_id text NOT NULL,
  lead_id text NOT NULL,
  sender_id text NOT NULL,
  step_id text NOT NULL,
  step_version integer NOT NULL,
  -- 0-based, as lemlist counts.
  sequence_step integer NOT NULL,
  -- sending: intent; deferred: to be tried again; uncertain: fate unknown, never resent unasked.
  state text NOT NULL CHECK (state IN ('sending', 'deferred', 'sent', 'refused', 'uncertain')),
  -- The lead's fence at the claim that carries it; an older one changes nothing.
  fence bigint NOT NULL,
  recipient text NOT NULL,
  address_key text NOT NULL,
  -- Our Message-ID and, where a provider replaced it, the one that replies will name.
  header_id text NOT NULL,
  effective_id text,
  subject text NOT NULL,
  -- Message-IDs of the thread before it.
  thread_ids text[] NOT NULL DEFAULT '{}',
  -- Targets by link number when some were known only after rendering; else the step's own.
  links text[],
  -- The exact bytes, kept until the fate is known, so that a retry is the same mail.
  raw bytea,
  attempts integer NOT NULL DEFAULT 0,
  -- Committed just before DATA: from here on the mail may have gone.
  data_at timestamptz,
  sent_at timestamptz,
  -- The server's last answer, at most 1 kB.
  reply text NOT NULL DEFAULT '',
  -- What that answer means (`replies.ReplyClass`); NULL = there was no refusal.
  reply_class text,
  bounced_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  -- No step reaches a lead twice.
  UNIQUE (team_id, lead_id, step_id, kind),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
-- Read whole or not at all, and gone in a moment: not worth compressing.
ALTER TABLE messages ALTER COLUMN raw SET STORAGE EXTERNAL;
-- Public links and returning mail name a message without its team.
CREATE UNIQUE INDEX messages_id ON messages (id);
CREATE INDEX messages_header ON messages (header_id);
CREATE INDEX messages_effective ON messages (effective_id) WHERE effective_id IS NOT NULL;
-- The rolling 24 hours of a sender.
CREATE INDEX messages_of_sender ON messages (team_id, sender_id, data_at) WHERE data_at IS NOT NULL;
-- Whose fate is not known. Every mail passes through here for a moment, so nothing else may
-- make use of this index: hence data_at.
CREATE INDEX messages_open ON messages (state)
  WHERE state = 'uncertain' OR (state = 'sending' AND data_at IS NOT NULL);

-- What stays of a removed lead's mails: old links still redirect, unsubscribing still works, and
-- the sender's day is not longer by them.
CREATE TABLE removed_messages (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  address_key text NOT NULL,
  step_id text NOT NULL,
  step_version integer NOT NULL,
  sender_id text NOT NULL,
  data_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id)
);
CREATE UNIQUE INDEX removed_messages_id ON removed_messages (id);
CREATE INDEX removed_messages_of_sender ON removed_messages (team_id, sender_id, data_at);

-- What happened, one row a fact, never changed. A row not yet told is the hooks' outbox.
CREATE TABLE activities (
  team_id text NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  campaign_id text NOT NULL,
  lead_id text NOT NULL,
  message_id text,
  sender_id text,
  step_id text,
  -- The step's 0-based place when it happened; NULL = it belongs to no step.
  sequence_step integer,
  -- First of its type for this lead and step.
  is_first boolean NOT NULL,
  -- A machine did it: kept, but it moved nothing; extra.reason says how it was recognised.
  is_bot boolean NOT NULL DEFAULT false,
  -- The state that this fact moved the lead to, when it moved it.
  reached text,
  -- It ended the lead's sequence.
  has_stopped boolean NOT NULL DEFAULT false,
  extra jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  told_at timestamptz,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
);
CREATE INDEX activities_listed ON activities (team_id, created_at DESC, id DESC);
CREATE INDEX activities_of_lead ON activities (team_id, lead_id, type, step_id);
CREATE INDEX activities_of_campaign ON activities (team_id, campaign_id, created_at DESC, id DESC);

-- Mails that came back to one of ours, and those that could not be read; what does not concern
-- us leaves no trace. The same mail twice is one row.
CREATE TABLE inbound_mails (
  team_id text NOT NULL,
  id text NOT NULL,
  sender_id text NOT NULL,
  -- Message-ID where it has one, else the SHA-256 of its bytes.
  identity text NOT NULL,
  kind text NOT NULL,
  -- The rule that found the message it answers; '' when it could not be read.
  matched_by text NOT NULL DEFAULT '',
  -- No lead when it was removed: its mails can still be unsubscribed from.
  message_id text,
  lead_id text,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  -- By identity first: a reply to two mailboxes of the team is looked up without the sender.
  UNIQUE (team_id, identity, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
);
-- Removing a lead removes these with it.
CREATE INDEX inbound_mails_of_lead ON inbound_mails (team_id, lead_id) WHERE lead_id IS NOT NULL;

-- A CSV file of a campaign's statistics, made in the background.
CREATE TABLE exports (
  team_id text NOT NULL,
  id text NOT NULL,
  campaign_id text NOT NULL,
  campaign_name text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'error')),
  -- Attempts to make it, counted here because a killed job counts nowhere else.
  attempts integer NOT NULL DEFAULT 0,
  total integer NOT NULL DEFAULT 0,
  size_bytes bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL,
  -- Its job was put into the queue; NULL = it waits until fewer of its team's are at work.
  queued_at timestamptz,
  ended_at timestamptz,
  -- The file is gone from the folder (24 hours after ended_at).
  deleted_at timestamptz,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE
);
-- The team's turns, oldest first.
CREATE INDEX exports_pending ON exports (team_id, started_at, id) WHERE state = 'pending';
CREATE UNIQUE INDEX exports_id ON exports (id);
CREATE INDEX exports_expiring ON exports (ended_at) WHERE state = 'done' AND deleted_at IS NULL;

-- Who called when: one row a key, or an address that came without a valid key, with the
-- requests granted in the last 2 s. UNLOGGED: after a crash everybody starts afresh, and
-- granting a request costs no write-ahead log and no wait for the disk.
CREATE UNLOGGED TABLE request_windows (
  -- 'key_…', or 'address:' and the address.
  key text PRIMARY KEY,
  -- Oldest first, by the database's clock, which all processes share.
  hits timestamptz[] NOT NULL,
  -- How many of those asked for last were granted; kept only to be returned.
  granted integer NOT NULL,
  used_at timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

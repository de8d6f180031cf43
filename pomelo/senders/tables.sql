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
  -- How replies come: 'imap' reads the mailbox, 'pipe' is fed by `pomelo receive`, 'none' means
  -- nobody looks; NULL = nobody has said.
  replies text CHECK (replies IN ('imap', 'pipe', 'none')),
  -- When the last complete reading of the mailbox began; NULL = it was never read.
  replies_read_at timestamptz,
  -- The names of its folders; '' = found by what the server says of them, or by usual names.
  sent_folder text NOT NULL DEFAULT '',
  junk_folder text NOT NULL DEFAULT '',
  -- Who puts a copy of what it sent into its Sent folder: its server, we, or nobody; NULL =
  -- not known yet.
  saves_sent_copy text CHECK (saves_sent_copy IN ('server', 'append', 'none')),
  -- Signs its mails where its host does not; '' = no.
  dkim_selector text NOT NULL DEFAULT '',
  -- The key, encrypted like a password; NULL = it does not sign.
  dkim_key bytea,
  -- Mails in any 24 hours over all campaigns, follow-ups included; 0 = no limit.
  limit_per_day integer NOT NULL DEFAULT 50 CHECK (limit_per_day >= 0),
  gap_seconds integer NOT NULL DEFAULT 0 CHECK (gap_seconds >= 0),
  -- A gap is longer by up to so many seconds, at random.
  gap_jitter_seconds integer NOT NULL DEFAULT 0 CHECK (gap_jitter_seconds >= 0),
  -- Not before: gap, limit and health folded into one instant.
  may_send_at timestamptz NOT NULL,
  -- When a worker looks at it again: never before may_send_at; later while there is no work
  -- and while a worker has it. What is blocked is never scanned.
  next_at timestamptz NOT NULL,
  claimed_by text,
  -- Why it does not send, for a person; NULL = it does.
  paused_for text CHECK (paused_for IN (
    'auth', 'block', 'throttled', 'sender', 'unreachable', 'bounces')),
  paused_reply text NOT NULL DEFAULT '',
  paused_at timestamptz,
  -- The last times a server called it a spammer; three in an hour pause it.
  blocked_at timestamptz[] NOT NULL DEFAULT '{}',
  -- Too many of its mails bounce: until fewer do, it writes to nobody whom it has not met.
  new_leads_stopped_at timestamptz,
  -- Mails before do not count for that: a person lifted it then.
  bounces_counted_from_at timestamptz,
  -- Connections refused in a row, for the back-off.
  failed_connects integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  -- So many mails in the first 24 hours of its ramp, and so many more in each later; 0 = no ramp.
  ramp_per_day integer NOT NULL DEFAULT 0 CHECK (ramp_per_day >= 0),
  -- NULL without a ramp.
  ramp_started_at timestamptz,
  -- What templates may name of it beside its name and address: {{ sender.calendarUrl }}.
  variables jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(variables) = 'object'),
  -- So long it leaves a domain alone after a mail to it; 0 = no gap.
  domain_gap_seconds integer NOT NULL DEFAULT 0 CHECK (domain_gap_seconds >= 0),
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id),
  CHECK (next_at >= may_send_at),
  CHECK ((ramp_per_day > 0) = (ramp_started_at IS NOT NULL))
);
CREATE UNIQUE INDEX senders_address ON senders (team_id, address_key) WHERE deleted_at IS NULL;
-- A mailbox that was deleted and added again has one day still.
CREATE INDEX senders_deleted ON senders (team_id, address_key) WHERE deleted_at IS NOT NULL;
CREATE INDEX senders_ready ON senders (next_at) WHERE deleted_at IS NULL;

-- A provider's leave to use a mailbox (OAuth 2.0), at most one a sender; where there is one, no
-- password counts.
CREATE TABLE grants (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  provider text NOT NULL CHECK (provider IN ('google', 'microsoft')),
  -- Encrypted with the secret key, the sender's id inside; so is the next.
  access_token bytea NOT NULL,
  refresh_token bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  -- From when on it is renewed: ahead of its end, or after the rest that a failure earned.
  refresh_at timestamptz NOT NULL,
  -- Counts the tokens: who renews writes only what follows from those it read, so that a
  -- provider's newest refresh token is never lost to an older one.
  version integer NOT NULL DEFAULT 1,
  -- One process asks the provider at a time; NULL = nobody does.
  leased_until timestamptz,
  -- Tries in a row that the provider did not answer.
  failures integer NOT NULL DEFAULT 0,
  -- The provider ended it: only a person can connect the mailbox again.
  ended_at timestamptz,
  PRIMARY KEY (team_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

-- Somebody was sent to a provider to give such leave, and has not come back.
CREATE TABLE authorizations (
  -- SHA-256 of the state parameter, which only that person's browser brings back.
  state_hash bytea PRIMARY KEY,
  team_id text NOT NULL,
  user_id text NOT NULL,
  -- Connected anew; NULL = it is added.
  sender_id text,
  provider text NOT NULL CHECK (provider IN ('google', 'microsoft')),
  email text NOT NULL,
  login text NOT NULL,
  name text NOT NULL,
  -- As the provider was told; it wants to hear the same again.
  redirect_uri text NOT NULL,
  -- PKCE's code verifier (RFC 7636), encrypted, the team's id inside.
  verifier bytea NOT NULL,
  -- SHA-256 of the cookie of the browser that began; of nothing for one on a command's machine.
  browser_hash bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);
CREATE INDEX authorizations_expiring ON authorizations (expires_at);

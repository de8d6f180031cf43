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

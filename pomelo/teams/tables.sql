-- Whose everything is: every other row names its team first, and every read is by team.
CREATE TABLE teams (
  id text PRIMARY KEY,
  name text NOT NULL CHECK (name <> ''),
  -- What becomes of a mail whose fate is unknown: held for a person, or sent again.
  uncertain text NOT NULL DEFAULT 'hold' CHECK (uncertain IN ('hold', 'resend')),
  created_at timestamptz NOT NULL,
  -- Some hook of the team is told of activities; without one nothing waits to be told.
  has_hooks boolean NOT NULL DEFAULT false,
  -- Since when nothing is sent for any of its campaigns; NULL = they go on.
  paused_at timestamptz,
  -- How much of each sender's day is kept for leads that nobody has written to, while any wait.
  new_leads_percent integer NOT NULL DEFAULT 20 CHECK (new_leads_percent BETWEEN 0 AND 100),
  -- Mails in any 24 hours by all senders together; 0 = no limit.
  limit_per_day integer NOT NULL DEFAULT 0 CHECK (limit_per_day >= 0)
);

-- How often a team writes to the same person or company; no row = it never said.
CREATE TABLE contact_rules (
  team_id text PRIMARY KEY REFERENCES teams (id) ON DELETE CASCADE,
  -- Goes up with every change; a lead keeps the one by which it was held back.
  version bigint NOT NULL,
  -- So many mails at most to one person in so many days; NULL = any number.
  person_mails integer CHECK (person_mails > 0),
  person_days integer CHECK (person_days > 0),
  -- As person_mails, to all people of one company together.
  company_mails integer CHECK (company_mails > 0),
  company_days integer CHECK (company_days > 0),
  -- Nobody is written to while another campaign is under way with them.
  is_one_campaign boolean NOT NULL DEFAULT false,
  -- So many days after a reply nobody of that company is written to; NULL = at once.
  quiet_days integer CHECK (quiet_days > 0),
  CHECK ((person_mails IS NULL) = (person_days IS NULL)),
  CHECK ((company_mails IS NULL) = (company_days IS NULL))
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

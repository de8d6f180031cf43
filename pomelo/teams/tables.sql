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
  new_leads_percent integer NOT NULL DEFAULT 20 CHECK (new_leads_percent BETWEEN 0 AND 100)
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

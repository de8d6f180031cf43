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

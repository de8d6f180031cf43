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

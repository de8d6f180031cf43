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

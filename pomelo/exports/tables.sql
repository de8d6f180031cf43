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

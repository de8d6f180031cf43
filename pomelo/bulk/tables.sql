-- One thing that is done to many leads of a campaign, in turns.
CREATE TABLE bulk_edits (
  team_id text NOT NULL,
  id text NOT NULL,
  campaign_id text NOT NULL,
  action text NOT NULL CHECK (action IN ('pause', 'resume', 'skip', 'review', 'move')),
  -- Only leads in these states; NULL = in any.
  states text[],
  -- Of a move: the sender that gets them; NULL = any of the campaign's.
  to_sender_id text,
  status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'cancelled')),
  total integer NOT NULL,
  done integer NOT NULL DEFAULT 0,
  -- The last lead that was looked at; leads are gone through in the order in which they came.
  after_at timestamptz,
  after_id text NOT NULL DEFAULT '',
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  CHECK ((status = 'running') = (ended_at IS NULL))
);
CREATE INDEX bulk_edits_of_campaign ON bulk_edits (team_id, campaign_id, created_at, id);

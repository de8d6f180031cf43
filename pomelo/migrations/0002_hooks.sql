-- Hooks: who is told of activities, and what waits to be told.

ALTER TABLE teams ADD COLUMN has_hooks boolean NOT NULL DEFAULT false;

-- Nobody was told of anything so far, and nobody had asked. Adding the column anew with a
-- constant default says so of millions of rows at once, where an UPDATE would rewrite them.
ALTER TABLE activities DROP COLUMN told_at;
ALTER TABLE activities ADD COLUMN told_at timestamptz DEFAULT '-infinity';
CREATE INDEX activities_untold ON activities (created_at, id) WHERE told_at IS NULL;

CREATE TABLE hooks (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  target_url text NOT NULL,
  type text,
  campaign_id text,
  is_first boolean NOT NULL,
  zap_id text,
  secret bytea,
  signing_secret bytea NOT NULL,
  old_signing_secret bytea,
  old_signs_until timestamptz,
  created_at timestamptz NOT NULL,
  disabled_at timestamptz,
  disabled_for text CHECK (disabled_for IN ('gone', 'failing')),
  fail_counter integer NOT NULL DEFAULT 0,
  first_failed_at timestamptz,
  next_at timestamptz NOT NULL DEFAULT 'infinity',
  rests_until timestamptz NOT NULL DEFAULT '-infinity',
  leased_until timestamptz NOT NULL DEFAULT '-infinity',
  fence bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  CHECK ((disabled_at IS NULL) = (disabled_for IS NULL)),
  CHECK ((old_signing_secret IS NULL) = (old_signs_until IS NULL))
);
CREATE INDEX hooks_due ON hooks (next_at) WHERE disabled_at IS NULL;

CREATE TABLE hook_deliveries (
  team_id text NOT NULL,
  id text NOT NULL,
  hook_id text NOT NULL,
  activity_id text NOT NULL,
  lead_id text NOT NULL,
  type text NOT NULL,
  place bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  queued_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  tried_at timestamptz,
  ended_at timestamptz,
  status integer,
  latency_ms integer,
  fault text,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, hook_id) REFERENCES hooks (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, activity_id) REFERENCES activities (team_id, id) ON DELETE CASCADE
);
CREATE INDEX hook_deliveries_due ON hook_deliveries (team_id, hook_id, next_at, place)
  WHERE state = 'waiting';
CREATE INDEX hook_deliveries_of_lead ON hook_deliveries (team_id, hook_id, lead_id, next_at)
  WHERE state = 'waiting';
CREATE INDEX hook_deliveries_listed ON hook_deliveries (team_id, hook_id, place DESC);
CREATE INDEX hook_deliveries_of_activity ON hook_deliveries (team_id, activity_id);
CREATE INDEX hook_deliveries_ended ON hook_deliveries (ended_at) WHERE ended_at IS NOT NULL;

-- Other systems that are told of activities; also the queue, one row an endpoint.
CREATE TABLE hooks (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  target_url text NOT NULL,
  -- Only activities of this type, or that bring a lead to this state; NULL = all.
  type text,
  -- Only of this campaign; NULL = of all.
  campaign_id text,
  -- Only the first of its type for a lead and step.
  is_first boolean NOT NULL,
  -- Somebody else's number for it, kept and given back; NULL = none.
  zap_id text,
  -- lemlist's word, said in each body; encrypted. NULL = none.
  secret bytea,
  -- What signs; encrypted. The one before signs beside it until old_signs_until.
  signing_secret bytea NOT NULL,
  -- NULL = it was never rotated.
  old_signing_secret bytea,
  old_signs_until timestamptz,
  created_at timestamptz NOT NULL,
  -- It is told nothing more: its receiver said 410, or failed for three days.
  disabled_at timestamptz,
  -- NULL = it is not disabled.
  disabled_for text CHECK (disabled_for IN ('gone', 'failing')),
  -- Attempts that failed since one did not.
  fail_counter integer NOT NULL DEFAULT 0,
  -- When the first of them was; NULL = none.
  first_failed_at timestamptz,
  -- When the first of its deliveries is due, and how long it rests after too many failures.
  next_at timestamptz NOT NULL DEFAULT 'infinity',
  rests_until timestamptz NOT NULL DEFAULT '-infinity',
  -- A worker's claim; results under an older fence are nobody's.
  leased_until timestamptz NOT NULL DEFAULT '-infinity',
  fence bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  CHECK ((disabled_at IS NULL) = (disabled_for IS NULL)),
  CHECK ((old_signing_secret IS NULL) = (old_signs_until IS NULL))
);
CREATE INDEX hooks_due ON hooks (next_at) WHERE disabled_at IS NULL;

-- One hook to be told of one activity, and how that went. The body is made anew for each attempt:
-- a fact does not change, and whoever is erased is erased here as well.
CREATE TABLE hook_deliveries (
  team_id text NOT NULL,
  -- The receiver's `webhook-id`.
  id text NOT NULL,
  hook_id text NOT NULL,
  activity_id text NOT NULL,
  lead_id text NOT NULL,
  -- The activity's type, or the state that it brought.
  type text NOT NULL,
  -- The order in which things are told.
  place bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  -- When it came into the queue, first or again: attempts are counted from there.
  queued_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  tried_at timestamptz,
  ended_at timestamptz,
  -- Of the last attempt: the answer's status, how long it took, what was wrong; NULL = no
  -- attempt yet, no answer, nothing wrong.
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

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
  -- A machine did it: kept, but it moved nothing; extra.reason says how it was recognised. What
  -- was recognised only by what came before or after is in activity_verdicts.
  is_bot boolean NOT NULL DEFAULT false,
  -- The state that this fact moved the lead to, when it moved it.
  reached text,
  -- It ended the lead's sequence.
  has_stopped boolean NOT NULL DEFAULT false,
  extra jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  -- NULL = hooks are still to be told (again, if it is set back). What nobody asked to be told,
  -- because the team has no hook or a machine did it, counts as told from the beginning.
  told_at timestamptz DEFAULT '-infinity',
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
);
CREATE INDEX activities_listed ON activities (team_id, created_at DESC, id DESC);
CREATE INDEX activities_of_lead ON activities (team_id, lead_id, type, step_id);
CREATE INDEX activities_of_campaign ON activities (team_id, campaign_id, created_at DESC, id DESC);
-- The inbox: mails out and in of a mailbox, newest first.
CREATE INDEX activities_mails ON activities (team_id, sender_id, created_at DESC, id DESC)
  WHERE type IN ('emailsSent', 'emailsReplied', 'emailsAutoReplied');
-- The outbox; empty where there are no hooks.
CREATE INDEX activities_untold ON activities (created_at, id) WHERE told_at IS NULL;

-- What a fact is held to be now that more is known: in place of the columns of these names. A
-- click that looked like a person's turned out to be a machine's; so another one is the first.
CREATE TABLE activity_verdicts (
  team_id text NOT NULL,
  activity_id text NOT NULL,
  lead_id text NOT NULL,
  -- How the machine was recognised; '' = a person did it after all.
  reason text NOT NULL,
  is_bot boolean NOT NULL,
  is_first boolean NOT NULL,
  -- As in activities.
  reached text,
  has_stopped boolean NOT NULL,
  judged_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, activity_id),
  FOREIGN KEY (team_id, activity_id) REFERENCES activities (team_id, id) ON DELETE CASCADE
);
-- Who clicked only as a machine is asked about again when an open comes late.
CREATE INDEX activity_verdicts_of_lead ON activity_verdicts (team_id, lead_id);

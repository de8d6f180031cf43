-- Mails that belong to no step, a person's answers and tests, for as long as their fate is open:
-- the queue of those. The mail itself is in messages.
CREATE TABLE single_mails (
  team_id text NOT NULL,
  message_id text NOT NULL,
  -- NULL = it is in doubt and waits for a person.
  due_at timestamptz,
  -- A worker has it until then; a result with an older fence changes nothing.
  leased_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  -- Who gets the same mail beside its recipient.
  copies text[] NOT NULL DEFAULT '{}',
  -- What the activity shows of it once it is sent.
  shown jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (team_id, message_id),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
CREATE INDEX single_mails_due ON single_mails (due_at) WHERE due_at IS NOT NULL;

-- Calls of steps of the type api that are not over: how often each was tried.
CREATE TABLE step_calls (
  team_id text NOT NULL,
  lead_id text NOT NULL,
  step_id text NOT NULL,
  tries integer NOT NULL,
  PRIMARY KEY (team_id, lead_id, step_id),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
);

-- When a sender last wrote to a domain, and until when its turns there are given away; NULL = never.
CREATE TABLE domain_turns (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  domain text NOT NULL,
  written_at timestamptz,
  -- By which gap turns were given; by another one they count no more. NULL = none was given.
  gap_seconds integer,
  -- Turns of new leads.
  taken_until timestamptz,
  -- Those of follow-ups, which come first.
  follow_ups_until timestamptz,
  PRIMARY KEY (team_id, sender_id, domain),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

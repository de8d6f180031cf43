-- A campaign: whether it runs, and what ends a lead's sequence in it.
CREATE TABLE campaigns (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  labels text[] NOT NULL DEFAULT '{}',
  timezone text NOT NULL,
  state text NOT NULL DEFAULT 'paused' CHECK (state IN ('running', 'paused')),
  is_archived boolean NOT NULL DEFAULT false,
  auto_review boolean NOT NULL DEFAULT true,
  -- Of which addresses leads are launched by themselves, once they were checked; none named = all,
  -- at once.
  review_conditions text[] NOT NULL DEFAULT '{}'
    CHECK (review_conditions <@ ARRAY['deliverable', 'risky', 'undeliverable', 'unverified']),
  stop_on_replied boolean NOT NULL DEFAULT true,
  stop_on_clicked boolean NOT NULL DEFAULT false,
  -- Whether "interested" ends the lead's sequence.
  stop_on_interested boolean NOT NULL DEFAULT true,
  stop_on_meeting boolean NOT NULL DEFAULT false,
  -- Of what ends a sequence, what only pauses the lead, so that a person can let it go on.
  pause_on text[] NOT NULL DEFAULT '{}' CHECK (pause_on <@ ARRAY['replied', 'clicked', 'meeting']),
  -- Only clicks on links that hold this text end it; '' = all.
  click_filter text NOT NULL DEFAULT '',
  track_opens boolean NOT NULL DEFAULT true,
  track_clicks boolean NOT NULL DEFAULT true,
  -- lemlist's other switches, kept and given back as they came.
  other_settings jsonb NOT NULL DEFAULT '{}',
  -- Of what answers a person gets a task; and what also ends or pauses a lead's colleagues.
  task_on text[] NOT NULL GENERATED ALWAYS AS (array_remove(ARRAY[
    CASE WHEN other_settings #>> '{onReplied,createNewTask}' = 'true'
      OR other_settings ->> 'opportunityReplied' = 'true' THEN 'replied' END,
    CASE WHEN other_settings #>> '{onLinkClicked,createNewTask}' = 'true'
      OR other_settings ->> 'opportunityClicked' = 'true' THEN 'clicked' END], NULL)) STORED,
  company_on text[] NOT NULL GENERATED ALWAYS AS (array_remove(ARRAY[
    CASE WHEN other_settings #>> '{onReplied,propagateProgressToCompany}' = 'true'
      THEN 'replied' END,
    CASE WHEN other_settings #>> '{onLinkClicked,propagateProgressToCompany}' = 'true'
      THEN 'clicked' END,
    CASE WHEN other_settings #>> '{onMeetingBooked,propagateProgressToCompany}' = 'true'
      THEN 'meeting' END], NULL)) STORED,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  -- First start; NULL = draft.
  started_at timestamptz,
  -- How much of its senders' turns it gets beside other campaigns.
  weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 100),
  -- Whether leads that are added begin with a mail: their first step's kind.
  begins_with_mail boolean NOT NULL DEFAULT true,
  -- On whose clocks its hours are read: the schedules', or each lead's where it says or shows it.
  lead_zones text NOT NULL DEFAULT 'off' CHECK (lead_zones IN ('off', 'own', 'guess')),
  -- Which hours those are, counted, so that leads that wait by older ones are looked at again.
  -- NULL = never were they others, nor the leads' own.
  hours_version bigint,
  -- How many of its steps have got a number, those that are gone included.
  steps_numbered integer NOT NULL DEFAULT 0,
  -- Its team is paused.
  is_held boolean NOT NULL DEFAULT false,
  -- Whether anything is sent for it: the one condition that every sending statement asks.
  is_live boolean NOT NULL
    GENERATED ALWAYS AS (state = 'running' AND NOT is_archived AND NOT is_held) STORED,
  PRIMARY KEY (team_id, id),
  CHECK (NOT (is_archived AND state = 'running'))
);
CREATE INDEX campaigns_zoned ON campaigns (team_id, id) WHERE hours_version IS NOT NULL;
CREATE INDEX campaigns_choosy ON campaigns (team_id, id) WHERE review_conditions <> '{}';
CREATE INDEX campaigns_listed ON campaigns (team_id, created_at, id);

-- When a campaign may send: whenever one of its schedules allows it.
CREATE TABLE campaign_schedules (
  team_id text NOT NULL,
  campaign_id text NOT NULL,
  schedule_id text NOT NULL,
  PRIMARY KEY (team_id, campaign_id, schedule_id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, schedule_id) REFERENCES schedules (team_id, id)
);
CREATE INDEX campaign_schedules_of_schedule ON campaign_schedules (team_id, schedule_id);

-- Hours of a sender's own: it sends only when they and its campaign's are open.
CREATE TABLE sender_schedules (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  schedule_id text NOT NULL,
  PRIMARY KEY (team_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id),
  FOREIGN KEY (team_id, schedule_id) REFERENCES schedules (team_id, id)
);
CREATE INDEX sender_schedules_of_schedule ON sender_schedules (team_id, schedule_id);

-- Which senders a campaign has, and when each may write for it again.
CREATE TABLE campaign_senders (
  team_id text NOT NULL,
  campaign_id text NOT NULL,
  sender_id text NOT NULL,
  -- Window, secondsToWait and pause folded into one instant; 'infinity' while paused.
  next_at timestamptz NOT NULL,
  -- Not before: secondsToWait after its last mail here. Waking never goes below it.
  may_send_at timestamptz NOT NULL DEFAULT '-infinity',
  -- Turns it had, each divided by its weight: the lowest is next. Who had none for a while is
  -- not let catch up.
  served double precision NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, campaign_id, sender_id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);
CREATE INDEX campaign_senders_ready ON campaign_senders (team_id, sender_id, next_at);

-- When a campaign's steps that are no mail are looked for again; a row a campaign.
CREATE TABLE campaign_errands (
  team_id text NOT NULL,
  campaign_id text NOT NULL,
  -- 'infinity' while the campaign is paused; while a worker has it, the end of its claim.
  next_at timestamptz NOT NULL,
  claimed_by text,
  PRIMARY KEY (team_id, campaign_id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE
);
CREATE INDEX campaign_errands_ready ON campaign_errands (next_at);

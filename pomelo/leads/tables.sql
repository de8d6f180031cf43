-- A person in one campaign. This table is also the queue: due_at is the next moment something
-- is to be done, and what holds the lead back is in the columns beside it.
CREATE TABLE leads (
  team_id text NOT NULL,
  id text NOT NULL,
  campaign_id text NOT NULL,
  contact_id text NOT NULL,
  email text NOT NULL,
  address_key text NOT NULL,
  -- Whatever was given: lemlist's predefined keys and the team's own alike.
  variables jsonb NOT NULL DEFAULT '{}',
  source text NOT NULL DEFAULT 'api' CHECK (source IN ('api', 'csv', 'manually')),
  state text NOT NULL DEFAULT 'imported' CHECK (state IN (
    'imported', 'scanned', 'skipped', 'reviewed', 'contacted', 'hooked', 'attracted', 'warmed',
    'interested', 'notInterested', 'emailsBounced', 'emailsUnsubscribed')),
  -- Type of the last activity that counted; '' before there is any.
  last_state text NOT NULL DEFAULT '',
  email_status text NOT NULL DEFAULT '' CHECK (email_status IN ('', 'deliverable', 'risky', 'undeliverable')),
  -- The sender that wrote first and that all later mails come from.
  sender_id text,
  -- The branch it is in; NULL = the main sequence.
  sequence_id text,
  -- 0-based place of the next step in that sequence.
  step_position integer NOT NULL DEFAULT 0,
  -- Whether that step is a mail: then its sender looks for it, else the campaign does.
  needs_sender boolean NOT NULL DEFAULT true,
  -- When that step is due; NULL = the sequence is finished.
  due_at timestamptz,
  -- The rule that set this moment, or parked it, where a person can change that rule; NULL = none.
  held_by text CHECK (held_by IN ('contactRule', 'domainGap', 'window')),
  -- The version of that rule which was read; whoever has an older one is looked at again.
  held_version bigint,
  -- Whose gap between mails to one domain that is: a sender's, which may have sent it nothing yet.
  spaced_by text,
  -- The condition it waits at, for one of these to come true; due_at is then the last moment,
  -- or the moment since which it is to be looked at, because it did.
  awaits text CHECK (awaits IN (
    'hasEmailAddress', 'hasLinkedinUrl', 'hasPhoneNumber', 'emailsOpened', 'emailsClicked',
    'emailsUnsubscribed', 'meetingBooked', 'aircallDone')),
  -- Until then at most; NULL = however long it takes, or it waits at no condition.
  awaits_until timestamptz,
  -- An automatic answer says that the person is away until then; no step is due before.
  back_at timestamptz,
  is_paused boolean NOT NULL DEFAULT false,
  -- The activity that paused it; NULL = a person did, or it is not paused.
  paused_by text,
  -- The activity that ended the sequence (emailsReplied, emailsUnsubscribed …).
  stopped_by text,
  -- The event it waits for; 'mending': that its text can be written, which a rehearsal could not;
  -- 'replies': that the mailbox of its sender is read; 'task': that a person has done something;
  -- 'condition': what it awaits, however long.
  waits_for text CHECK (waits_for IN (
    'review', 'uncertain', 'suppressed', 'sender', 'rehearsal', 'mending', 'replies', 'task',
    'condition', 'contactRule')),
  -- A worker has it until then; a result with an older fence changes nothing.
  leased_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  scanned_at timestamptz,
  reviewed_at timestamptz,
  skipped_at timestamptz,
  contacted_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  replied_at timestamptz,
  interested_at timestamptz,
  not_interested_at timestamptz,
  bounced_at timestamptz,
  failed_at timestamptz,
  unsubscribed_at timestamptz,
  meeting_booked_at timestamptz,
  -- Somebody of its company did what ends the sequences of them all.
  company_stopped_at timestamptz,
  sent_count integer NOT NULL DEFAULT 0,
  opened_count integer NOT NULL DEFAULT 0,
  clicked_count integer NOT NULL DEFAULT 0,
  replied_count integer NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, id),
  UNIQUE (team_id, campaign_id, address_key),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, contact_id) REFERENCES contacts (team_id, id)
) WITH (fillfactor = 70); -- room for a claim's version beside the one before
-- The queue: a claim reads just its first rows, whatever else waits.
CREATE INDEX leads_due ON leads (team_id, campaign_id, sender_id, due_at)
  WHERE due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL
    AND needs_sender;
-- The same for steps that are no mail.
CREATE INDEX leads_errands ON leads (team_id, campaign_id, due_at)
  WHERE due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL
    AND NOT needs_sender;
-- Who waits by a rule that may change.
CREATE INDEX leads_spaced ON leads (team_id, spaced_by, held_version) WHERE spaced_by IS NOT NULL;
CREATE INDEX leads_zoned ON leads (team_id, campaign_id, held_version) WHERE held_by = 'window';
CREATE INDEX leads_held ON leads (team_id, held_by, held_version) WHERE held_by IS NOT NULL;
CREATE INDEX leads_of_contact ON leads (team_id, contact_id);
CREATE INDEX leads_listed ON leads (team_id, campaign_id, created_at, id);
-- Whose address is to be checked before a person reviews them; leads that need no review cost
-- nothing here.
-- Who waits, checked or not, in a campaign that launches addresses of some kinds by itself.
CREATE INDEX leads_reviewed_by_kind ON leads (team_id, campaign_id, (scanned_at IS NULL), email_status)
  WHERE waits_for = 'review' AND stopped_by IS NULL;
CREATE INDEX leads_unscanned ON leads (created_at)
  WHERE waits_for = 'review' AND scanned_at IS NULL AND stopped_by IS NULL;
-- Who waits for a mailbox to be read, found again when it has been.
CREATE INDEX leads_unheard ON leads (team_id, sender_id) WHERE waits_for = 'replies';
CREATE INDEX leads_parked ON leads (waits_for, team_id, campaign_id, id) WHERE waits_for IS NOT NULL;
-- Whose step could not be carried out: campaigns warn of them.
CREATE INDEX leads_failing ON leads (team_id, campaign_id, stopped_by)
  WHERE stopped_by IN ('emailsFailed', 'apiFailed');

-- Every variable that a lead of a campaign has or once had: what columns an export has is known
-- without reading all leads.
CREATE TABLE variable_names (
  team_id text NOT NULL,
  campaign_id text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (team_id, campaign_id, name),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE
);

-- Each mail sent or being sent. A row is committed before a byte of it goes out.
CREATE TABLE messages (
  team_id text NOT NULL,
  id text NOT NULL,
  -- 'rehearsal' goes to the operator's own address, 'test' to somebody's own, and neither moves a
  -- lead; 'answer' was written by a person.
  kind text NOT NULL DEFAULT 'sequence' CHECK (kind IN ('sequence', 'rehearsal', 'answer', 'test')),
  campaign_id text NOT NULL,
  lead_id text NOT NULL,
  sender_id text NOT NULL,
  -- NULL = an answer or a test: no step was done by it.
  step_id text,
  -- As step_id.
  step_version integer,
  -- 0-based, as lemlist counts; of an answer that of the mail before, of a test the step's.
  sequence_step integer NOT NULL,
  -- sending: intent; deferred: to be tried again; uncertain: fate unknown, never resent unasked.
  state text NOT NULL CHECK (state IN ('sending', 'deferred', 'sent', 'refused', 'uncertain')),
  -- The lead's fence at the claim that carries it; an older one changes nothing.
  fence bigint NOT NULL,
  recipient text NOT NULL,
  address_key text NOT NULL,
  -- Our Message-ID and, where a provider replaced it, the one that replies will name.
  header_id text NOT NULL,
  effective_id text,
  subject text NOT NULL,
  -- Message-IDs of the thread before it.
  thread_ids text[] NOT NULL DEFAULT '{}',
  -- Targets by link number when some were known only after rendering; else the step's own.
  links text[],
  -- The exact bytes, kept until the fate is known, so that a retry is the same mail.
  raw bytea,
  attempts integer NOT NULL DEFAULT 0,
  -- Committed just before DATA: from here on the mail may have gone.
  data_at timestamptz,
  sent_at timestamptz,
  -- The server's last answer, at most 1 kB.
  reply text NOT NULL DEFAULT '',
  -- What that answer means (`replies.ReplyClass`); NULL = there was no refusal.
  reply_class text,
  bounced_at timestamptz,
  -- Because there is no such address, or it is closed to us.
  bounced_hard boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  -- Its lead had got no mail before: it counts for new leads' share of the sender's day.
  is_first boolean NOT NULL DEFAULT false,
  PRIMARY KEY (team_id, id),
  -- No step reaches a lead twice; answers and tests are as many as people want.
  UNIQUE (team_id, lead_id, step_id, kind),
  CONSTRAINT messages_of_step CHECK ((step_id IS NULL) = (kind IN ('answer', 'test'))),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
-- Read whole or not at all, and gone in a moment: not worth compressing.
ALTER TABLE messages ALTER COLUMN raw SET STORAGE EXTERNAL;
-- Public links and returning mail name a message without its team.
CREATE UNIQUE INDEX messages_id ON messages (id);
CREATE INDEX messages_header ON messages (header_id);
CREATE INDEX messages_effective ON messages (effective_id) WHERE effective_id IS NOT NULL;
-- The rolling 24 hours of a sender.
CREATE INDEX messages_of_sender ON messages (team_id, sender_id, data_at) WHERE data_at IS NOT NULL;
-- Whose fate is not known. Every mail passes through here for a moment, so nothing else may
-- make use of this index: hence data_at.
CREATE INDEX messages_open ON messages (state)
  WHERE state = 'uncertain' OR (state = 'sending' AND data_at IS NOT NULL);

-- A sender's refused mails, most of which never came to data_at.
CREATE INDEX messages_refused ON messages (team_id, sender_id, created_at)
  WHERE state = 'refused';
-- Sent mails whose bytes are kept, because they are still to be put into the Sent folder.
CREATE INDEX messages_kept ON messages (team_id, id) WHERE state = 'sent' AND raw IS NOT NULL;

-- What stays of a removed lead's mails: old links still redirect, unsubscribing still works, and
-- the sender's day is not longer by them. Also attempts in doubt that were made again (their id
-- ends in ~ and their number): they count as well.
CREATE TABLE removed_messages (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  address_key text NOT NULL,
  -- NULL as in messages.
  step_id text,
  -- As step_id.
  step_version integer,
  sender_id text NOT NULL,
  data_at timestamptz NOT NULL,
  is_first boolean NOT NULL DEFAULT false,
  -- Whom the person worked for when they were removed ('' as in contacts), and when they last
  -- answered: the company's rules outlive the lead.
  company text NOT NULL DEFAULT '',
  replied_at timestamptz,
  PRIMARY KEY (team_id, id)
);
CREATE UNIQUE INDEX removed_messages_id ON removed_messages (id);
CREATE INDEX removed_messages_of_sender ON removed_messages (team_id, sender_id, data_at);
-- The mails of a person who was removed and came back.
CREATE INDEX removed_messages_of_address ON removed_messages (team_id, address_key, data_at);
CREATE INDEX removed_messages_of_company ON removed_messages (team_id, company, data_at)
  WHERE company <> '';

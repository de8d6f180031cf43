-- Senders one can trust: what the last check of a mailbox found, copies put into the Sent folder
-- where its server keeps none, and a brake on hard bounces.

ALTER TABLE senders
  ADD COLUMN saves_sent_copy text CHECK (saves_sent_copy IN ('server', 'append', 'none')),
  ADD COLUMN new_leads_stopped_at timestamptz,
  ADD COLUMN bounces_counted_from_at timestamptz;
ALTER TABLE senders DROP CONSTRAINT senders_paused_for_check;
ALTER TABLE senders ADD CONSTRAINT senders_paused_for_check CHECK (paused_for IN (
  'auth', 'block', 'throttled', 'sender', 'unreachable', 'bounces'));

ALTER TABLE messages ADD COLUMN bounced_hard boolean NOT NULL DEFAULT false;
CREATE INDEX messages_refused ON messages (team_id, sender_id, created_at)
  WHERE state = 'refused';
CREATE INDEX messages_kept ON messages (team_id, id) WHERE state = 'sent' AND raw IS NOT NULL;

CREATE TABLE sender_checks (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  findings jsonb NOT NULL,
  checked_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

CREATE TABLE sent_appends (
  team_id text NOT NULL,
  message_id text NOT NULL,
  sender_id text NOT NULL,
  next_at timestamptz NOT NULL,
  claimed_by text,
  attempts integer NOT NULL DEFAULT 0,
  trouble text NOT NULL DEFAULT '',
  given_up_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, message_id),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
CREATE INDEX sent_appends_due ON sent_appends (next_at) WHERE given_up_at IS NULL;

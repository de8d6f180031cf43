-- Mailboxes are read by IMAP, and no follow-up leaves a sender whose replies were not read.

ALTER TABLE senders
  ADD COLUMN replies text CHECK (replies IN ('imap', 'pipe', 'none')),
  ADD COLUMN replies_read_at timestamptz,
  ADD COLUMN sent_folder text NOT NULL DEFAULT '',
  ADD COLUMN junk_folder text NOT NULL DEFAULT '';
UPDATE senders SET replies = 'imap' WHERE imap_host <> '';

ALTER TABLE leads DROP CONSTRAINT leads_waits_for_check;
ALTER TABLE leads ADD CONSTRAINT leads_waits_for_check CHECK (waits_for IN (
  'review', 'uncertain', 'suppressed', 'sender', 'rehearsal', 'replies'));
CREATE INDEX leads_unheard ON leads (team_id, sender_id) WHERE waits_for = 'replies';

-- A sender's mailbox that is read by IMAP: a due row, held by one worker at a time.
CREATE TABLE mailboxes (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  next_at timestamptz NOT NULL,
  claimed_by text,
  fence bigint NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0,
  trouble text NOT NULL DEFAULT '',
  trouble_at timestamptz,
  PRIMARY KEY (team_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);
CREATE INDEX mailboxes_due ON mailboxes (next_at);

-- How far a folder of a mailbox has been read; written with what was read.
CREATE TABLE mailbox_folders (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  name text NOT NULL,
  uid_validity bigint NOT NULL,
  last_uid bigint NOT NULL,
  highest_modseq bigint,
  stuck_uid bigint,
  stuck_times integer NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, sender_id, name),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

-- Mails of ours that lie in a sender's Sent folder: proof that its server took them.
CREATE TABLE sent_copies (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  header_id text NOT NULL,
  effective_id text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, header_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

-- Mails that came back to one of ours, and those that could not be read; what does not concern
-- us leaves no trace. The same mail twice is one row.
CREATE TABLE inbound_mails (
  team_id text NOT NULL,
  id text NOT NULL,
  sender_id text NOT NULL,
  -- Message-ID where it has one, else the SHA-256 of its bytes.
  identity text NOT NULL,
  kind text NOT NULL,
  -- The rule that found the message it answers; '' when it could not be read.
  matched_by text NOT NULL DEFAULT '',
  -- No lead when it was removed: its mails can still be unsubscribed from.
  message_id text,
  lead_id text,
  received_at timestamptz NOT NULL,
  -- What has happened by it, as people see it.
  activity_id text,
  -- Its Message-ID, and those it names before: an answer to it goes into that thread.
  header_id text,
  thread_ids text[] NOT NULL DEFAULT '{}',
  from_address text NOT NULL DEFAULT '',
  subject text NOT NULL DEFAULT '',
  -- All of its readable text, what it quotes included, its first 20,000 characters; '' where it
  -- is no answer of a person or their machine. Its newest part is in the activity.
  text text NOT NULL DEFAULT '',
  PRIMARY KEY (team_id, id),
  -- By identity first: a reply to two mailboxes of the team is looked up without the sender.
  UNIQUE (team_id, identity, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
);
-- Removing a lead removes these with it.
CREATE INDEX inbound_mails_of_lead ON inbound_mails (team_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX inbound_mails_of_activity ON inbound_mails (team_id, activity_id)
  WHERE activity_id IS NOT NULL;

-- A sender's mailbox that is read by IMAP: a due row, held by one worker at a time.
CREATE TABLE mailboxes (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  -- When a worker may take it: after a failure's rest, or when the one that has it is gone.
  next_at timestamptz NOT NULL,
  claimed_by text,
  -- Grows with each claim; who reads writes nothing under an older one.
  fence bigint NOT NULL DEFAULT 0,
  -- Attempts in a row that ended in trouble.
  failures integer NOT NULL DEFAULT 0,
  -- The last of it, in a sentence of ours; '' = it was read since.
  trouble text NOT NULL DEFAULT '',
  trouble_at timestamptz,
  PRIMARY KEY (team_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);
CREATE INDEX mailboxes_due ON mailboxes (next_at);

-- How far a folder of a mailbox has been read; written with what was read. It stays when the
-- mailbox is no more read: reading goes on from there.
CREATE TABLE mailbox_folders (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  name text NOT NULL,
  -- While it is the same, so are the UIDs (RFC 9051 2.3.1.1).
  uid_validity bigint NOT NULL,
  -- All mails up to this UID were read, or are no more.
  last_uid bigint NOT NULL,
  -- NULL where the server has none (RFC 7162).
  highest_modseq bigint,
  -- A mail that the server cannot give (NULL = none), and how often it was asked.
  stuck_uid bigint,
  stuck_times integer NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, sender_id, name),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

-- Mails of ours that lie in a sender's Sent folder: proof that its server took them.
CREATE TABLE sent_copies (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  -- The Message-ID that we gave it.
  header_id text NOT NULL,
  -- The one it has there; another where the provider replaces ours.
  effective_id text NOT NULL,
  seen_at timestamptz NOT NULL,
  -- By id first: whoever doubts a mail knows only that.
  PRIMARY KEY (team_id, header_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

-- In which conversations of a provider's a mail of ours lies, as its copy in Sent or an answer to
-- it showed: what comes into one without naming ours answers it.
CREATE TABLE provider_threads (
  team_id text NOT NULL,
  -- In whose mailbox: the name means something there alone.
  sender_id text NOT NULL,
  -- `gmail:` and X-GM-THRID, or `exchange:` and the first 22 bytes of Thread-Index in hex.
  thread text NOT NULL,
  message_id text NOT NULL,
  PRIMARY KEY (team_id, sender_id, thread, message_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
-- Removing a lead removes these with its messages.
CREATE INDEX provider_threads_of_message ON provider_threads (team_id, message_id);

-- All that were seen of a sender.
CREATE INDEX sent_copies_of_sender ON sent_copies (team_id, sender_id);

-- Mails in doubt, as long as nobody knows whether their servers took them: due rows of looking
-- for them in their senders' Sent folders.
CREATE TABLE doubts (
  team_id text NOT NULL,
  message_id text NOT NULL,
  sender_id text NOT NULL,
  -- Of the mail: one that is sent again and lost again is another doubt.
  data_at timestamptz NOT NULL,
  began_at timestamptz NOT NULL,
  -- When it is looked for next; NULL = no more, it is left to a person.
  look_at timestamptz,
  looks integer NOT NULL DEFAULT 0,
  -- When the last look began that went through; NULL = there was none.
  looked_at timestamptz,
  PRIMARY KEY (team_id, message_id),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
CREATE INDEX doubts_due ON doubts (sender_id, look_at) WHERE look_at IS NOT NULL;

-- What the last check of a sender found.
CREATE TABLE sender_checks (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  -- `Finding`s in the order in which they are shown.
  findings jsonb NOT NULL,
  checked_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

-- Sent mails that are to be put into their sender's Sent folder, because its server does not:
-- due rows, gone when that is done.
CREATE TABLE sent_appends (
  team_id text NOT NULL,
  message_id text NOT NULL,
  sender_id text NOT NULL,
  -- When a worker may take it: after a failure's rest, or when the one that has it is gone.
  next_at timestamptz NOT NULL,
  claimed_by text,
  attempts integer NOT NULL DEFAULT 0,
  -- What was wrong the last time, in a sentence of ours.
  trouble text NOT NULL DEFAULT '',
  -- It failed for a day; the mail is in no Sent folder.
  given_up_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, message_id),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
CREATE INDEX sent_appends_due ON sent_appends (next_at) WHERE given_up_at IS NULL;

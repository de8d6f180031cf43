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
  PRIMARY KEY (team_id, id),
  -- By identity first: a reply to two mailboxes of the team is looked up without the sender.
  UNIQUE (team_id, identity, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
);
-- Removing a lead removes these with it.
CREATE INDEX inbound_mails_of_lead ON inbound_mails (team_id, lead_id) WHERE lead_id IS NOT NULL;

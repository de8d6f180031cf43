-- How long a sender leaves each mail domain alone after a mail to it.
ALTER TABLE senders
  ADD COLUMN domain_gap_seconds integer NOT NULL DEFAULT 0 CHECK (domain_gap_seconds >= 0);

-- When a sender last wrote to a domain, and until when its turns there are given away; NULL = never.
CREATE TABLE domain_turns (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  domain text NOT NULL,
  written_at timestamptz,
  gap_seconds integer,
  taken_until timestamptz,
  follow_ups_until timestamptz,
  PRIMARY KEY (team_id, sender_id, domain),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

ALTER TABLE leads DROP CONSTRAINT leads_held_by_check;
ALTER TABLE leads ADD CONSTRAINT leads_held_by_check
  CHECK (held_by IN ('contactRule', 'domainGap'));
-- The sender for whose gap it waits.
ALTER TABLE leads ADD COLUMN spaced_by text;
CREATE INDEX leads_spaced ON leads (team_id, spaced_by, held_version) WHERE spaced_by IS NOT NULL;

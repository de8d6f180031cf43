-- New leads keep a share of each sender's day, however many follow-ups are due.
ALTER TABLE teams
  ADD COLUMN new_leads_percent integer NOT NULL DEFAULT 20
    CHECK (new_leads_percent BETWEEN 0 AND 100);
ALTER TABLE messages ADD COLUMN is_first boolean NOT NULL DEFAULT false;
ALTER TABLE removed_messages ADD COLUMN is_first boolean NOT NULL DEFAULT false;

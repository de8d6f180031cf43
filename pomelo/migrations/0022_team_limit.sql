-- How many mails a team sends in any 24 hours, by all its senders together.
ALTER TABLE teams
  ADD COLUMN limit_per_day integer NOT NULL DEFAULT 0 CHECK (limit_per_day >= 0);

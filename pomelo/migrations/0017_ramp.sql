-- A new mailbox begins with few mails a day, and may send some more each day.
ALTER TABLE senders
  ADD COLUMN ramp_per_day integer NOT NULL DEFAULT 0 CHECK (ramp_per_day >= 0),
  ADD COLUMN ramp_started_at timestamptz,
  ADD CHECK ((ramp_per_day > 0) = (ramp_started_at IS NOT NULL));

-- A team can stop all its sending at once, and go on where it was.
ALTER TABLE teams ADD COLUMN paused_at timestamptz;
ALTER TABLE campaigns
  ADD COLUMN is_held boolean NOT NULL DEFAULT false,
  ADD COLUMN is_live boolean NOT NULL
    GENERATED ALWAYS AS (state = 'running' AND NOT is_archived AND NOT is_held) STORED;

-- Weekly hours in which a campaign may send.
CREATE TABLE schedules (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  name text NOT NULL,
  -- The gap between two mails of one sender in a campaign of this schedule; 0 = none.
  seconds_to_wait integer NOT NULL DEFAULT 1200 CHECK (seconds_to_wait >= 0),
  timezone text NOT NULL,
  -- Wall times 'HH:mm' in that zone; the end '00:00' is midnight at the day's end.
  start_time text NOT NULL CHECK (start_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  end_time text NOT NULL CHECK (end_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  -- 1 = Monday … 7 = Sunday.
  weekdays integer[] NOT NULL CHECK (weekdays <@ ARRAY[1,2,3,4,5,6,7] AND weekdays <> '{}'),
  is_public boolean NOT NULL DEFAULT false,
  -- Single days, on the zone's calendar, on which it allows nothing.
  days_off date[] NOT NULL DEFAULT '{}',
  -- Whose public holidays are days off too, as an ISO 3166 code ('FR', 'DE-BY'); '' = nobody's.
  holidays text NOT NULL DEFAULT '',
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  deleted_by text,
  PRIMARY KEY (team_id, id)
);

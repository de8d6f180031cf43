-- On some days of the year nothing is sent: those that a schedule lists, and public holidays.
ALTER TABLE schedules
  ADD COLUMN days_off date[] NOT NULL DEFAULT '{}',
  ADD COLUMN holidays text NOT NULL DEFAULT '';

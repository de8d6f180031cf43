-- name: insert
INSERT INTO schedules (team_id, id, name, seconds_to_wait, timezone, start_time, end_time, weekdays,
  is_public, days_off, holidays, created_by, created_at)
VALUES (:team_id, :id, :name, :seconds_to_wait, :timezone, :start_time, :end_time, :weekdays,
  :is_public, :days_off, :holidays, :created_by, :now)
RETURNING team_id, id, name, seconds_to_wait, timezone, start_time, end_time, weekdays, is_public,
  days_off, holidays, created_by, created_at, deleted_at, deleted_by;

-- name: find
SELECT team_id, id, name, seconds_to_wait, timezone, start_time, end_time, weekdays, is_public,
  days_off, holidays, created_by, created_at, deleted_at, deleted_by
FROM schedules WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: list_oldest
SELECT team_id, id, name, seconds_to_wait, timezone, start_time, end_time, weekdays, is_public,
  days_off, holidays, created_by, created_at, deleted_at, deleted_by
FROM schedules WHERE team_id = :team_id AND deleted_at IS NULL
ORDER BY created_at, id OFFSET :skip LIMIT :amount;

-- name: list_newest
SELECT team_id, id, name, seconds_to_wait, timezone, start_time, end_time, weekdays, is_public,
  days_off, holidays, created_by, created_at, deleted_at, deleted_by
FROM schedules WHERE team_id = :team_id AND deleted_at IS NULL
ORDER BY created_at DESC, id DESC OFFSET :skip LIMIT :amount;

-- name: count
SELECT count(*) FROM schedules WHERE team_id = :team_id AND deleted_at IS NULL;

-- name: update
-- All values at once, checked together.
UPDATE schedules SET name = :name, seconds_to_wait = :seconds_to_wait, timezone = :timezone,
  start_time = :start_time, end_time = :end_time, weekdays = :weekdays, is_public = :is_public,
  days_off = :days_off, holidays = :holidays
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL
RETURNING team_id, id, name, seconds_to_wait, timezone, start_time, end_time, weekdays, is_public,
  days_off, holidays, created_by, created_at, deleted_at, deleted_by;

-- name: lock
-- Two changes of different fields at once both count: the second reads what the first wrote.
SELECT team_id, id, name, seconds_to_wait, timezone, start_time, end_time, weekdays, is_public,
  days_off, holidays, created_by, created_at, deleted_at, deleted_by
FROM schedules WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL
FOR NO KEY UPDATE;

-- name: delete
UPDATE schedules SET deleted_at = :now, deleted_by = :deleted_by
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: insert_sequence
INSERT INTO sequences (team_id, id, campaign_id, level, created_at)
VALUES (:team_id, :id, :campaign_id, 0, :now);

-- name: find_sequence
SELECT team_id, id, campaign_id, level, created_at
FROM sequences WHERE team_id = :team_id AND id = :id;

-- name: list_sequences
SELECT team_id, id, campaign_id, level, created_at
FROM sequences WHERE team_id = :team_id AND campaign_id = :campaign_id
ORDER BY level;

-- name: main_ids
SELECT campaign_id, id FROM sequences
WHERE team_id = :team_id AND campaign_id = ANY(:campaign_ids::text[]) AND level = 0;

-- name: list_steps
-- Each with the wording that is sent now.
SELECT s.team_id, s.id, s.sequence_id, s.campaign_id, s.type, s.position, s.delay_days,
  s.template_id, s.version, v.subject, v.message, s.created_at
FROM steps s
JOIN step_versions v ON v.team_id = s.team_id AND v.step_id = s.id AND v.version = s.version
JOIN sequences q ON q.team_id = s.team_id AND q.id = s.sequence_id
WHERE q.team_id = :team_id AND q.campaign_id = :campaign_id
ORDER BY q.level, s.position;

-- name: lock_step
-- Two changes of one step at once become two versions, one after the other.
SELECT s.team_id, s.id, s.sequence_id, s.campaign_id, s.type, s.position, s.delay_days,
  s.template_id, s.version, v.subject, v.message, s.created_at
FROM steps s
JOIN step_versions v ON v.team_id = s.team_id AND v.step_id = s.id AND v.version = s.version
WHERE s.team_id = :team_id AND s.sequence_id = :sequence_id AND s.id = :id
FOR NO KEY UPDATE OF s;

-- name: shift
-- Makes room for a step, or closes the gap of one that went.
UPDATE steps SET position = position + :by
WHERE team_id = :team_id AND sequence_id = :sequence_id AND position >= :since;

-- name: insert_step
INSERT INTO steps (team_id, id, sequence_id, campaign_id, type, position, delay_days, template_id,
  created_at)
VALUES (:team_id, :id, :sequence_id, :campaign_id, :type, :position, :delay_days, :template_id, :now);

-- name: insert_version
INSERT INTO step_versions (team_id, step_id, version, campaign_id, subject, message, created_at)
VALUES (:team_id, :step_id, :version, :campaign_id, :subject, :message, :now);

-- name: update_step
UPDATE steps SET delay_days = :delay_days, version = :version
WHERE team_id = :team_id AND id = :id;

-- name: delete_step
-- Its versions stay: mails of it are still opened, clicked and answered.
DELETE FROM steps WHERE team_id = :team_id AND id = :id;

-- name: contents
SELECT v.team_id, v.step_id, v.version, v.campaign_id, v.subject, v.message, v.created_at
FROM unnest(:team_ids::text[], :step_ids::text[], :versions::integer[])
  AS n (team_id, step_id, version)
JOIN step_versions v
  ON v.team_id = n.team_id AND v.step_id = n.step_id AND v.version = n.version;

-- name: insert_sequence
INSERT INTO sequences (team_id, id, campaign_id, level, parent_step_id, is_fallback, created_at)
VALUES (:team_id, :id, :campaign_id, :level, :parent_step_id, :is_fallback, :now);

-- name: find_sequence
SELECT q.team_id, q.id, q.campaign_id, q.level, q.parent_step_id, p.sequence_id AS parent_id,
  p.position AS parent_position, q.is_fallback, q.created_at
FROM sequences q LEFT JOIN steps p ON p.team_id = q.team_id AND p.id = q.parent_step_id
WHERE q.team_id = :team_id AND q.id = :id;

-- name: list_sequences
SELECT q.team_id, q.id, q.campaign_id, q.level, q.parent_step_id, p.sequence_id AS parent_id,
  p.position AS parent_position, q.is_fallback, q.created_at
FROM sequences q LEFT JOIN steps p ON p.team_id = q.team_id AND p.id = q.parent_step_id
WHERE q.team_id = :team_id AND q.campaign_id = :campaign_id
ORDER BY q.level, p.sequence_id, p.position, q.is_fallback;

-- name: main_ids
SELECT campaign_id, id FROM sequences
WHERE team_id = :team_id AND campaign_id = ANY(:campaign_ids::text[]) AND level = 0;

-- name: list_steps
-- Each with the wording that is sent now.
SELECT s.team_id, s.id, s.sequence_id, s.campaign_id, s.type, s.position, s.delay_days,
  s.delay_minutes, s.number, s.template_id, s.version, v.subject, v.message, v.content, s.created_at
FROM steps s
JOIN step_versions v ON v.team_id = s.team_id AND v.step_id = s.id AND v.version = s.version
JOIN sequences q ON q.team_id = s.team_id AND q.id = s.sequence_id
WHERE q.team_id = :team_id AND q.campaign_id = :campaign_id
ORDER BY q.level, s.sequence_id, s.position;

-- name: list_outlines
-- Where the steps of many campaigns stand; a sequence without steps is one row.
SELECT q.team_id, q.campaign_id, q.id AS sequence_id, q.level, q.parent_step_id, q.is_fallback, s.id,
  s.type, s.position, s.delay_days, s.delay_minutes, s.version
FROM unnest(:team_ids::text[], :campaign_ids::text[]) AS w (team_id, campaign_id)
JOIN sequences q ON q.team_id = w.team_id AND q.campaign_id = w.campaign_id
LEFT JOIN steps s ON s.team_id = q.team_id AND s.sequence_id = q.id;

-- name: lock_step
-- Two changes of one step at once become two versions, one after the other.
SELECT s.team_id, s.id, s.sequence_id, s.campaign_id, s.type, s.position, s.delay_days,
  s.delay_minutes, s.number, s.template_id, s.version, v.subject, v.message, v.content, s.created_at
FROM steps s
JOIN step_versions v ON v.team_id = s.team_id AND v.step_id = s.id AND v.version = s.version
WHERE s.team_id = :team_id AND s.sequence_id = :sequence_id AND s.id = :id
FOR NO KEY UPDATE OF s;

-- name: shift
-- Makes room for a step, or closes the gap of one that went.
UPDATE steps SET position = position + :by
WHERE team_id = :team_id AND sequence_id = :sequence_id AND position >= :since;

-- name: insert_step
INSERT INTO steps (team_id, id, sequence_id, campaign_id, type, position, delay_days, delay_minutes,
  number, template_id, created_at)
VALUES (:team_id, :id, :sequence_id, :campaign_id, :type, :position, :delay_days, :delay_minutes,
  :number, :template_id, :now);

-- name: insert_version
INSERT INTO step_versions (team_id, step_id, version, campaign_id, subject, message, content,
  created_at)
VALUES (:team_id, :step_id, :version, :campaign_id, :subject, :message, :content, :now);

-- name: update_step
UPDATE steps SET delay_days = :delay_days, delay_minutes = :delay_minutes, version = :version
WHERE team_id = :team_id AND id = :id;

-- name: number_steps
-- The main sequence before branches, each in order.
WITH numbered AS (
  SELECT s.id, row_number() OVER (ORDER BY q.level, q.parent_step_id, q.is_fallback, s.position)
    AS place
  FROM steps s JOIN sequences q ON q.team_id = s.team_id AND q.id = s.sequence_id
  WHERE s.team_id = :team_id AND s.campaign_id = :campaign_id AND s.number IS NULL
)
UPDATE steps s SET number = :since + n.place FROM numbered n
WHERE s.team_id = :team_id AND s.id = n.id;

-- name: delete_step
-- Its versions stay: mails of it are still opened, clicked and answered. A condition takes its
-- branches with it.
DELETE FROM steps WHERE team_id = :team_id AND id = :id;

-- name: contents
SELECT v.team_id, v.step_id, v.version, v.campaign_id, v.subject, v.message, v.content, v.created_at
FROM unnest(:team_ids::text[], :step_ids::text[], :versions::integer[])
  AS n (team_id, step_id, version)
JOIN step_versions v
  ON v.team_id = n.team_id AND v.step_id = n.step_id AND v.version = n.version;

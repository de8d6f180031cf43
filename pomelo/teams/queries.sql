-- name: insert_team
INSERT INTO teams (id, name, created_at) VALUES (:id, :name, :now)
RETURNING id, name, uncertain, created_at, paused_at, new_leads_percent, limit_per_day;

-- name: insert_user
INSERT INTO users (team_id, id, name, email, created_at) VALUES (:team_id, :id, :name, :email, :now)
RETURNING team_id, id, name, email, role, is_blocked, created_at;

-- name: insert_key
INSERT INTO api_keys (team_id, id, user_id, name, hash, hint, created_at)
VALUES (:team_id, :id, :user_id, :name, :hash, :hint, :now);

-- name: find_team
SELECT id, name, uncertain, created_at, paused_at, new_leads_percent, limit_per_day FROM teams WHERE id = :team_id;

-- name: list_teams
SELECT id, name, uncertain, created_at, paused_at, new_leads_percent, limit_per_day FROM teams ORDER BY created_at, id;

-- name: list_users
SELECT team_id, id, name, email, role, is_blocked, created_at
FROM users WHERE team_id = :team_id ORDER BY created_at, id;

-- name: find_user
SELECT team_id, id, name, email, role, is_blocked, created_at
FROM users WHERE team_id = :team_id AND id = :user_id;

-- name: list_keys
SELECT id, user_id, name, hint, created_at, revoked_at
FROM api_keys WHERE team_id = :team_id ORDER BY created_at, id;

-- name: revoke_key
-- A key revoked before keeps its first moment.
UPDATE api_keys SET revoked_at = COALESCE(revoked_at, :now)
WHERE team_id = :team_id AND id = :key_id;

-- name: find_owner
-- The one look-up that is not by team: it finds out whose team calls.
SELECT k.team_id, k.user_id, k.id, u.is_blocked
FROM api_keys k JOIN users u ON u.team_id = k.team_id AND u.id = k.user_id
WHERE k.hash = :hash AND k.revoked_at IS NULL;

-- name: set_uncertain
UPDATE teams SET uncertain = :uncertain WHERE id = :team_id;

-- name: set_new_leads_percent
UPDATE teams SET new_leads_percent = :percent WHERE id = :team_id;

-- name: set_limit
UPDATE teams SET limit_per_day = :limit WHERE id = :team_id;

-- name: set_paused
-- Gives nothing where it is so already, and the first moment stays.
UPDATE teams SET paused_at = :paused_at
WHERE id = :team_id AND (paused_at IS NULL) <> (:paused_at::timestamptz IS NULL);

-- name: rename
UPDATE teams SET name = :name WHERE id = :team_id;

-- name: lock
-- Who adds or ends a hook, or changes a rule, takes turns with others of the team.
SELECT id FROM teams WHERE id = :team_id FOR NO KEY UPDATE;

-- name: set_has_hooks
UPDATE teams SET has_hooks = :has_hooks WHERE id = :team_id AND has_hooks <> :has_hooks;

-- name: find_contact_rules
SELECT version, is_one_campaign, quiet_days,
  CASE WHEN person_mails IS NOT NULL
    THEN jsonb_build_object('mails', person_mails, 'days', person_days) END AS person,
  CASE WHEN company_mails IS NOT NULL
    THEN jsonb_build_object('mails', company_mails, 'days', company_days) END AS company
FROM contact_rules WHERE team_id = :team_id;

-- name: set_contact_rules
-- Each change has a version of its own, so that whoever read an older one is found.
INSERT INTO contact_rules AS r (team_id, version, person_mails, person_days, company_mails,
  company_days, is_one_campaign, quiet_days)
VALUES (:team_id, 1, :person_mails, :person_days, :company_mails, :company_days,
  :is_one_campaign, :quiet_days)
ON CONFLICT (team_id) DO UPDATE SET version = r.version + 1,
  person_mails = EXCLUDED.person_mails, person_days = EXCLUDED.person_days,
  company_mails = EXCLUDED.company_mails, company_days = EXCLUDED.company_days,
  is_one_campaign = EXCLUDED.is_one_campaign, quiet_days = EXCLUDED.quiet_days;

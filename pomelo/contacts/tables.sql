-- A person across campaigns: one row an address key.
CREATE TABLE contacts (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  email text NOT NULL,
  address_key text NOT NULL,
  -- The key without +tag and Gmail's dots: what all spellings that one unsubscribe covers share.
  person_key text NOT NULL,
  -- The domain of whom they work for; '' = nobody is known to share it with them.
  company text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  -- Locking this row is what makes adding with deduplicate=true leave one lead.
  UNIQUE (team_id, address_key)
);
CREATE INDEX contacts_of_person ON contacts (team_id, person_key);
CREATE INDEX contacts_of_company ON contacts (team_id, company) WHERE company <> '';

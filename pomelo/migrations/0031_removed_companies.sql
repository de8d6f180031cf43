-- What contact rules of companies know of people who were removed.
ALTER TABLE removed_messages
  ADD COLUMN company text NOT NULL DEFAULT '',
  ADD COLUMN replied_at timestamptz;
CREATE INDEX removed_messages_of_company ON removed_messages (team_id, company, data_at)
  WHERE company <> '';

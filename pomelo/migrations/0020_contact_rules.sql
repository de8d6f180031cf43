-- How often a team writes to the same person or company.
CREATE TABLE contact_rules (
  team_id text PRIMARY KEY REFERENCES teams (id) ON DELETE CASCADE,
  version bigint NOT NULL,
  person_mails integer CHECK (person_mails > 0),
  person_days integer CHECK (person_days > 0),
  company_mails integer CHECK (company_mails > 0),
  company_days integer CHECK (company_days > 0),
  is_one_campaign boolean NOT NULL DEFAULT false,
  quiet_days integer CHECK (quiet_days > 0),
  CHECK ((person_mails IS NULL) = (person_days IS NULL)),
  CHECK ((company_mails IS NULL) = (company_days IS NULL))
);

-- Of people who are there already the whole domain stands for their company, until they are added
-- again; whose mailbox may be anybody's belongs to none.
ALTER TABLE contacts ADD COLUMN company text NOT NULL DEFAULT '';
UPDATE contacts SET company = split_part(address_key, '@', 2)
WHERE split_part(address_key, '@', 2) NOT IN (
  'gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'yahoo.com',
  'aol.com', 'icloud.com', 'me.com', 'mac.com', 'gmx.de', 'gmx.net', 'web.de', 'orange.fr',
  'free.fr', 'laposte.net', 'libero.it', 'mail.ru', 'yandex.ru', 'proton.me', 'protonmail.com');
CREATE INDEX contacts_of_company ON contacts (team_id, company) WHERE company <> '';

CREATE INDEX removed_messages_of_address ON removed_messages (team_id, address_key, data_at);

-- Only a contact rule holds a lead by a moment of its own: windows hold senders.
ALTER TABLE leads DROP CONSTRAINT leads_held_by_check;
ALTER TABLE leads ADD CONSTRAINT leads_held_by_check CHECK (held_by IN ('contactRule'));
-- Who waits for an event is gone through in an order.
DROP INDEX leads_parked;
CREATE INDEX leads_parked ON leads (waits_for, team_id, campaign_id, id) WHERE waits_for IS NOT NULL;

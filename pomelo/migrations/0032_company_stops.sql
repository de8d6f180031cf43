-- That somebody of its company ended a lead's sequence is kept beside what ended it first.
ALTER TABLE leads ADD COLUMN company_stopped_at timestamptz;
UPDATE leads SET company_stopped_at = updated_at WHERE stopped_by = 'companyStopped';

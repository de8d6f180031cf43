-- Whose text could not be written in a rehearsal waits to be mended: it neither fails nor was rehearsed.
ALTER TABLE leads
  DROP CONSTRAINT leads_waits_for_check,
  ADD CONSTRAINT leads_waits_for_check CHECK (waits_for IN (
    'review', 'uncertain', 'suppressed', 'sender', 'rehearsal', 'mending', 'replies', 'task',
    'condition', 'contactRule'));

-- What templates may name of a sender beside its name and address: {{ sender.calendarUrl }}.
ALTER TABLE senders
  ADD COLUMN variables jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(variables) = 'object');

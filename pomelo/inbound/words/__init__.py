"""What mails of many languages say: subjects of machines, requests to be left alone."""

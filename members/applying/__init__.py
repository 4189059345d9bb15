"""What an application asks and what becomes of it: rules without a database."""

"""The database and the USSD sessions in Redis: tables, named queries, migrations."""

"""Life cycle of the embedded PostgreSQL and Valkey that `make run`, `manage.py` and the tests use.

Nothing here runs in production: there `DATABASE_URL` and `REDIS_URL` point at real servers and
`ensure_started()` returns at once. See docs/adr/0001-embedded-servers.md.
"""

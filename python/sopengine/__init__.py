"""Production planning and scheduling: a verified schedule from Arrow tables, in seconds."""

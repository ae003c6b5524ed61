"""The service: both doors, streams, hostile bytes, limits."""

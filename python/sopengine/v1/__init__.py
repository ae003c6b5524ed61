"""Messages and stubs of the service, generated from `proto/`; see proto/README.md."""

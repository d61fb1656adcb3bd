"""The bodies of requests: their shapes, what one field demands of another, and whom they name."""

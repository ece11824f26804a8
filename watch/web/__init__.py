"""The local page: a guarded web server that joins browsers to the device."""

"""The system skills. Each is registered through an entry point, as a third party's would be."""

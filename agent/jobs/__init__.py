"""Long work in the background: a durable queue of jobs that are done chunk by chunk and yield to the owner's voice."""

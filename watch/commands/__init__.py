"""The commands of ``bluerill``, one verb group a file; each is imported only when it runs."""

"""Floor 5: the device put together: boot, command line, web page."""

"""``bluerill top`` as an application in the terminal (extra ``top``)."""

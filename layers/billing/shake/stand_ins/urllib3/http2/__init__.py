"""urllib3's own reads the version of `h2` on demand, for which it loads importlib.metadata and 26 more. HTTP/2 is not asked for."""

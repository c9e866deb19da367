"""Help texts that botocore writes for an interactive prompt: 12 modules and html.parser, loaded by every client. None is read on Lambda."""

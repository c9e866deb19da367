"""One file a resource: how it is made, what changes it, which events that emits."""

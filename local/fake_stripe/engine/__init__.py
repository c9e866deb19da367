"""What crosses resources: paying, invoicing, renewing, changing, entitling. Resources call in; nothing here knows HTTP."""

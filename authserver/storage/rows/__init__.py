"""Tables: columns only, no behaviour."""

"""An answer becomes a live system: overlay, database, process."""

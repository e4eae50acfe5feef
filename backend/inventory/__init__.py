"""Stock that is set aside for somebody."""

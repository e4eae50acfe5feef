"""The gateway: one door to users, orders and products, and what they make together."""

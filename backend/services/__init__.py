"""The services behind the gateway: users and orders. The third one is the catalog."""

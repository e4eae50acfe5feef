"""Checks, and the clients and expectations that they are written with."""

"""Copies of answers, kept in Redis."""

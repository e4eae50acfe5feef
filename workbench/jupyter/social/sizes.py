"""How much data the live social database holds: three sizes."""

from __future__ import annotations

#: What sql/data/social.sql is told, as in backend/social/data.py.
SIZES = {
    "small": {
        "users": 200,
        "posts": 2_000,
        "follows": 4_000,
        "likes": 6_000,
        "reposts": 600,
        "activities": 1_000,
    },
    "laptop": {
        "users": 2_000,
        "posts": 50_000,
        "follows": 100_000,
        "likes": 150_000,
        "reposts": 15_000,
        "activities": 25_000,
    },
    "large": {
        "users": 20_000,
        "posts": 1_000_000,
        "follows": 2_100_000,
        "likes": 3_050_000,
        "reposts": 300_000,
        "activities": 500_000,
    },
}

#: What a new database is filled with.
SMALL = "small"

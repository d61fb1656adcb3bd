"""Profiles: what is known of one user (`profile`), and files of them (`files`)."""

from .profile import (
    EXPORTED_FIELDS,
    FLAT_FIELDS,
    Profile,
    ProfileError,
    instant_of,
    profile_of,
    since_epoch,
)

__all__ = [
    "EXPORTED_FIELDS",
    "FLAT_FIELDS",
    "Profile",
    "ProfileError",
    "instant_of",
    "profile_of",
    "since_epoch",
]

"""The same filter on a Spark DataFrame, where one machine is not enough. Needs the extra `spark`; see docs/spark.md."""

from .filtering import where
from .reading import Profiles, read_profiles

__all__ = ["Profiles", "read_profiles", "where"]

"""One local Spark for all of these tests. They skip where there is no PySpark or no Java; CI has both."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.differential.on_spark import local_session, missing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def session() -> "Iterator[SparkSession]":
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    session = local_session()
    yield session
    session.stop()


@pytest.fixture
def spark(session: "SparkSession") -> "Iterator[SparkSession]":
    """The session, whose settings are as they were after each test."""
    before = dict(session.conf.getAll)
    yield session
    for name in session.conf.getAll.keys() - before.keys():
        session.conf.unset(name)
    for name, value in before.items():
        if session.conf.get(name) != value:
            session.conf.set(name, value)

"""What tests of several rooms share: a PostgreSQL server, and a database of their own on it."""

import contextlib
import os

import postgres
import pytest


def missing(what):
    """Skip the test that asked, by name; where CI runs, nothing may be left out."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what}: {postgres.REMEDY}")


@pytest.fixture(scope="session")
def postgresql():
    """Return a running server, one for each worker."""
    with contextlib.ExitStack() as until_the_end:
        try:
            server = until_the_end.enter_context(postgres.serving())
        except postgres.MissingError as error:
            missing(error)
        yield server


@pytest.fixture
def database(postgresql):
    """Return the URL of an empty database of this test's own, with `btree_gist` and, where there is one, PostGIS."""
    with postgresql.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def postgis(postgresql):
    """Return the version of PostGIS; a test that cannot do without it asks for this."""
    if not postgresql.has_postgis:
        missing(f"PostgreSQL in {postgresql.folder} has no PostGIS")
    with postgresql.fresh() as url, postgres.psycopg.connect(url) as asked:
        return asked.execute("SELECT postgis_lib_version()").fetchone()[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Show what the server wrote down beside a test of it that failed."""
    report = yield
    if report.failed and isinstance(server := getattr(item, "funcargs", {}).get("postgresql"), postgres.Server):
        report.sections.append(("PostgreSQL's log", server.log()))
    return report

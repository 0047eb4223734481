"""The suite runs on the engine that it was asked for."""

import os

from django.db import connection


def test_the_database_is_the_one_asked_for(db):
    assert connection.vendor == os.environ["ANNEAL_TEST_ENGINE"]


def test_postgresql_is_a_real_server(db):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            assert int(cursor.fetchone()[0]) >= 140000
    else:
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"

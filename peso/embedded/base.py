"""Django's PostgreSQL backend on the embedded server."""

import functools

from django.db.backends.postgresql import base, client, creation

from peso import postgres


class DatabaseClient(client.DatabaseClient):
    @functools.cached_property
    def executable_name(self):
        return str(self.connection.server.home.binaries / "psql")

    def runshell(self, parameters):
        self.connection.get_connection_params()
        super().runshell(parameters)


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args, **kwargs):
        # In the settings, which connections of other threads share.
        self.connection.settings_dict["THROWAWAY"] = True
        return super().create_test_db(*args, **kwargs)


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient
    creation_class = DatabaseCreation

    @property
    def server(self):
        for_tests = self.settings_dict.get("THROWAWAY")
        return postgres.tests_server() if for_tests else postgres.default_server()

    def get_connection_params(self):
        where = self.server.ensure_running()
        self.settings_dict |= {"HOST": where.host, "PORT": where.port}
        return super().get_connection_params()

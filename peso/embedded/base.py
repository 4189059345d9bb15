"""Django's PostgreSQL backend on the embedded server."""

import functools

from django.db.backends.postgresql import base, client

from peso import postgres


class DatabaseClient(client.DatabaseClient):
    @functools.cached_property
    def executable_name(self):
        return str(postgres.program("psql"))

    def runshell(self, parameters):
        self.connection.settings_dict["HOST"] = postgres.ensure_running().host
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def get_connection_params(self):
        server = postgres.ensure_running()
        self.settings_dict |= {"HOST": server.host, "PORT": server.port}
        return super().get_connection_params()

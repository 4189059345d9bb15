"""Django's PostgreSQL backend on the embedded server."""

from django.db.backends.postgresql import base, client

from peso import postgres
from peso.embedded.creation import DatabaseCreation


class DatabaseClient(client.DatabaseClient):
    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        arguments, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(postgres.program(cls.executable_name)), *arguments[1:]], env

    def runshell(self, parameters):
        self.connection.get_connection_params()
        super().runshell(parameters)


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

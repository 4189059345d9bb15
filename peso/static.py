"""The static files that are collected."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Of Bootstrap's files one is used; the others are 20 of 28 megabytes."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "bootstrap.*",
        *("bootstrap-grid.*", "bootstrap-utilities.*"),
        *("bootstrap-reboot.css*", "bootstrap-reboot.rtl.*"),
    ]

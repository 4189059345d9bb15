from django.core.management.base import BaseCommand, CommandError

from members.models import User


class Command(BaseCommand):
    help = (
        "Takes out the authenticator app, passkeys and recovery codes of an account, "
        "and ends its sessions. Make sure first that its owner asks for it."
    )

    def add_arguments(self, parser):
        parser.add_argument("email", help="the e-mail address of the account")

    def handle(self, *, email, **options):
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"No account has the address {email}.")
        number = user.remove_second_factor()
        self.stdout.write(f"{email}: {number} taken out, all sessions ended.")

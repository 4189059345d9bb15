import hashlib
import math

from django.db import connection, models

# One statement: of two requests at once, each is counted.
SPEND = """
INSERT INTO members_allowance (key, spent, renewed_at)
VALUES (%(key)s, %(amount)s, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (key) DO UPDATE SET
    spent = CASE WHEN members_allowance.renewed_at <= clock_timestamp()
        THEN EXCLUDED.spent ELSE members_allowance.spent + EXCLUDED.spent END,
    renewed_at = CASE WHEN members_allowance.renewed_at <= clock_timestamp()
        THEN EXCLUDED.renewed_at ELSE members_allowance.renewed_at END
RETURNING spent, EXTRACT(EPOCH FROM renewed_at - clock_timestamp())
"""
FORGET = "DELETE FROM members_allowance WHERE renewed_at < clock_timestamp()"
# A sweep for so many new keys is cheap, and keeps the table as small as its use.
SWEEP_EVERY = 200


class AllowanceManager(models.Manager):
    def spend(self, key, *, times, seconds, amount=1):
        """Count one use of `key`, of which so many are free in so many seconds.

        Or `amount` of them at once: characters, for example.

        Returns after how many seconds to try again; 0 if this one was free.
        """
        hidden = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        with connection.cursor() as cursor:
            facts = {"key": hidden, "seconds": seconds, "amount": amount}
            cursor.execute(SPEND, facts)
            spent, left = cursor.fetchone()
            if spent == amount and int(hidden[:8], 16) % SWEEP_EVERY == 0:
                cursor.execute(FORGET)
        return max(1, math.ceil(left)) if spent > times else 0


class Allowance(models.Model):
    """How often something was tried lately: by an address, or for an account.

    The key is a digest, so that this table holds nobody's address.
    """

    key = models.CharField(max_length=64, primary_key=True, editable=False)
    spent = models.PositiveIntegerField(editable=False)
    renewed_at = models.DateTimeField(editable=False, db_index=True)

    objects = AllowanceManager()

    def __str__(self):
        return f"{self.spent} until {self.renewed_at}"

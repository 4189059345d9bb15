"""All that the registry holds about an account, for its owner to take along."""

from members.models import Mail


def record_of(user):
    """Plain values only. Secrets are named, not told."""
    return {
        "account": {
            "name": user.get_full_name(),
            "user_name": user.username,
            "e_mail": user.email,
            "made_at": user.date_joined,
            "last_sign_in_at": user.last_login,
            "has_password": user.has_usable_password(),
            "roles": [group.name for group in user.groups.order_by("name")],
            "rights": sorted(user.user_permissions.values_list("codename", flat=True)),
        },
        "addresses": list(user.emailaddress_set.values("email", "verified", "primary")),
        "second_factors": list(
            user.authenticator_set.values("type", "created_at", "last_used_at")
        ),
        "sign_in_by_others": list(
            user.socialaccount_set.values(
                "provider", "uid", "date_joined", "last_login", "extra_data"
            )
        ),
        "sessions": list(
            user.usersession_set.values(
                "created_at", "last_seen_at", "ip", "user_agent"
            )
        ),
        "person": person_of(user),
        "mails": mails_to(user),
        "did": deeds_of(user),
    }


def person_of(user):
    person = getattr(user, "person", None)
    if person is None:
        return None
    roles = person.representatives.select_related("organization")
    return {
        "name": person.name,
        "affiliation": person.affiliation,
        "e_mail": person.email,
        "e_mail_is_shown_to": person.email_visibility,
        "roles": [
            {
                "organization": role.organization.name,
                "role": role.role,
                "shown_to": role.visibility,
                "from": role.started_on,
                "until": role.ended_on,
            }
            for role in roles
        ],
    }


def mails_to(user):
    """What was sent to the addresses of the account, without what signs somebody in."""
    if not user.email:
        return []
    rows = Mail.objects.filter(to__iexact=user.email).order_by("pk")
    told = rows.values("kind", "at", "state", "subject", "text", "is_secret")
    return [
        {**row, "text": "" if row["is_secret"] else row["text"]}
        for row in told.iterator()
    ]


def deeds_of(user):
    """Every record that names the account, whatever tables there are or will be."""
    own = {"emailaddress", "authenticator", "socialaccount", "usersession", "person"}
    deeds = []
    for relation in user._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        model = relation.related_model
        is_link = model._meta.auto_created or model._meta.model_name in own
        if is_link or model._meta.proxy:
            continue
        rows = model._base_manager.filter(**{relation.field.name: user})
        deeds += [
            {
                "record": str(model._meta.verbose_name),
                "number": row.pk,
                "what": str(row),
                "as": str(relation.field.verbose_name),
            }
            for row in rows.order_by("pk").iterator()
        ]
    return deeds

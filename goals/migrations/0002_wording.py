"""The goals and their approaches, word for word from the organizational model."""

from django.db import migrations

# (slug, short name, the goal, its approaches in the order of the document)
GOALS = [
    (
        "ecosystem",
        "Software ecosystem",
        "Deliver a capable, high-quality, interoperable software ecosystem for scientific computing",
        [
            "providing guidance with respect to software engineering best practices and standards",
            "developing, promulgating, and applying assessment methods",
        ],
    ),
    (
        "workforce",
        "Workforce",
        "Build and retain a diverse, inclusive, and capable workforce equipped to carry out and lead scientific software stewardship and advancement activities",
        [
            "fostering a supportive and inclusive culture",
            "applying best practices to broaden participation",
        ],
    ),
    (
        "engagement",
        "Stakeholder engagement",
        "Engage a broad base of stakeholders",
        [
            "promoting the scientific software ecosystem",
            "undertaking outreach activities to educate and engage",
            "lowering barriers to engagement",
            "pursuing opportunities to broaden the impact of the Consortium",
        ],
    ),
    (
        "communication",
        "Two-way communication",
        "Maintain open, two-way communication with stakeholders",
        [
            "speaking with a unified voice to stakeholders regarding status and direction",
            "disseminating feedback to the Consortium",
        ],
    ),
    (
        "impact",
        "Shared impact",
        "Maximize the impact of Consortium resources and capabilities for the benefit of the ecosystem at large",
        [
            "improving efficiency by combining and coordinating infrastructure, planning, and resources across the ecosystem",
        ],
    ),
    (
        "awareness",
        "Situational awareness",
        "Maintain situational awareness and balanced coverage of the evolving needs of scientific computing",
        [
            "identifying gaps, incompatibilities, and other issues to be addressed in a coordinated fashion across the Consortium",
        ],
    ),
    (
        "sustainability",
        "Sustainability",
        "Ensure the long-term viability and sustainability of the Consortium",
        [
            "exploring and executing plans for ensuring secure funding sources, including the growth of the Consortium through the expansion of membership",
        ],
    ),
]

# A commitment's approaches are approaches to its goal: no constraint can compare columns
# of three tables, a trigger can.
APPROACH_FITS = """
CREATE FUNCTION registry_approach_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM goals_commitment AS c JOIN goals_approach AS a USING (goal_id)
        WHERE c.id = NEW.commitment_id AND a.id = NEW.approach_id
    ) THEN
        RAISE EXCEPTION 'approach % is not one of the goal of commitment %',
            NEW.approach_id, NEW.commitment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_approach_fits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approach_fits BEFORE INSERT OR UPDATE ON goals_commitmentapproach
FOR EACH ROW EXECUTE FUNCTION registry_approach_fits();
"""
NO_APPROACH_FITS = """
DROP TRIGGER approach_fits ON goals_commitmentapproach;
DROP FUNCTION registry_approach_fits;
"""


def write(apps, schema_editor):
    Goal = apps.get_model("goals", "Goal")
    for number, (slug, short_name, title, approaches) in enumerate(GOALS, start=1):
        goal = Goal.objects.create(
            number=number, slug=slug, short_name=short_name, title=title
        )
        for position, text in enumerate(approaches, start=1):
            goal.approaches.create(position=position, text=text)


class Migration(migrations.Migration):
    dependencies = [("goals", "0001_goals")]

    operations = [
        migrations.RunPython(write, migrations.RunPython.noop),
        migrations.RunSQL(APPROACH_FITS, NO_APPROACH_FITS),
    ]

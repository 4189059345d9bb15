"""What the worker does: procrastinate's tasks. Each may run twice and harm nothing.

Pages, verbs and commands ask for them with members/deferring.py.
"""

from procrastinate.contrib.django import app

from members import checking, due, mailing

# Jobs that failed are kept so long, for whoever looks for the reason.
KEPT_HOURS = 31 * 24


@app.task(name="members.send_mail")
def send_mail(mail_id):
    mailing.deliver(mail_id)


@app.task(name="members.check_website")
def check_website(check_id, tries=0):
    checking.check_website(check_id, tries)


@app.task(name="members.due_work", queueing_lock="members.due_work")
def do_due_work(timestamp=0):
    """Every hour, and when a worker starts."""
    due.do_due_work()


@app.periodic(cron="* * * * *")
@app.task(name="members.recover_mails", queueing_lock="members.recover_mails")
def recover_mails(timestamp):
    mailing.recover()


@app.periodic(cron="* * * * *")
@app.task(
    name="members.recover_jobs",
    queueing_lock="members.recover_jobs",
    pass_context=True,
)
async def recover_jobs(context, timestamp):
    """Have done again what workers began that were killed."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        await jobs.retry_job(job)


@app.periodic(cron="17 3 * * *")
@app.task(
    name="members.forget_jobs", queueing_lock="members.forget_jobs", pass_context=True
)
async def forget_jobs(context, timestamp):
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


app.periodic(cron="7 * * * *")(do_due_work)

"""The report stage: the summary of the run, and the reports made of it."""

from rack2city.chain.stage import Session, Stage


def _compute(session: Session) -> None:
    from rack2city.chain.summary import summarise
    from rack2city.evidence import store
    from rack2city.report import write_report

    store(session.file("summary.json"), summarise(session))
    for lack in write_report(session.folder.path)[1]:
        session.monitor.tell(lack)


REPORT = Stage(
    name="report", compute=_compute, files=lambda case: ("summary.json", "report.html", "report.pdf"), kept=False
)

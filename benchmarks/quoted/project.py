"""What is known of the tests: their time, what they find, other machines."""

from collections import Counter

from quoted.markdown import results, table

KINDS = {"trainings": "in trainings", "tracing": "in tracing", "other processes": "in other processes"}
ROOMS_SHOWN = 4


def test_times() -> str:
    """Where the time of the tests goes."""
    found = results("test_time")
    rows = [["tests", f"{found['tests']:,}"], ["minutes", found["minutes"]]]
    rows += [["seconds of both workers", f"{found['seconds']:.0f}"]]
    rows += [[label, f"{found['kinds'][kind]:.0f}"] for kind, label in KINDS.items()]
    rooms = list(found["rooms"].items())[:ROOMS_SHOWN]
    rows += [
        [f"{'' if index else 'the most: '}`{room}`", f"{seconds:.0f}"] for index, (room, seconds) in enumerate(rooms)
    ]
    return table(["", ""], rows)


def bugs_found() -> str:
    """Deliberate bugs that the tests find, room by room."""
    before, now = (results(name)["bugs"] for name in ("deliberate_bugs_before", "deliberate_bugs"))
    bugs = Counter(bug["room"] for bug in now.values())
    found = [Counter(bug["room"] for bug in bugs_of.values() if bug["caught"]) for bugs_of in (before, now)]
    rows = [[f"`{room}`", count, *(caught[room] for caught in found)] for room, count in bugs.items()]
    rows.append(["all", bugs.total(), *(caught.total() for caught in found)])
    return table(["room", "bugs", "found before", "found now"], rows)


def other_machines() -> str:
    """The tests as other machines run them."""
    rows = [
        [name, run["settings"], f"{run['passed']:,}", run["skipped"], run["failed"], f"{run['minutes']:.1f}"]
        for name, run in results("other_machines")["runs"].items()
    ]
    return table(["run", "settings", "passed", "left out", "failed", "minutes"], rows)

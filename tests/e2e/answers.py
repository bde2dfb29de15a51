"""All that the demo's answers may tell, read from its database and not from its tools: what the ears that hear replies
again are made of. They know every booking, policy and opening of every business, so that a right word heard is a word
said."""

import datetime
import json
import sqlite3
import zoneinfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK = ("twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")


def local(moment, zone):
    """A UTC time of the database in the business's own."""
    utc = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
    return utc.astimezone(zoneinfo.ZoneInfo(zone)).isoformat(timespec="seconds")


def bookings(database):
    rows = database.execute("SELECT b.id, b.status, b.service, b.booking_datetime, t.timezone"
                            " FROM bookings AS b JOIN tenants AS t ON t.id = b.business_id")
    for number, status, service, moment, zone in rows:
        data = {"booking_id": number, "status": status, "service": service, "booking_datetime": local(moment, zone)}
        yield "get_latest_booking", data
        yield "get_booking_by_id", data


def openings(database):
    rows = database.execute("SELECT a.service, a.start_time, t.timezone"
                            " FROM availability AS a JOIN tenants AS t ON t.id = a.business_id")
    for service, moment, zone in rows:
        yield "get_availability", {"items": [{"service": service, "start_time": local(moment, zone)}]}


def spoken_time(clock):
    hour, minute = clock.split(":")
    return CLOCK[int(hour) % 12] + {"00": "", "30": " thirty"}.get(minute, " " + minute)


def hours(database):
    """Of the week, and of each day."""
    for (text,) in database.execute("SELECT working_hours FROM businesses"):
        by_span = {}
        for day, span in zip(DAYS, map(json.loads(text).get, DAYS)):
            name = day.capitalize()
            if span is None:
                yield "get_working_hours", {"summary": f"We are closed on {name}."}
                continue
            words = f"from {spoken_time(span['open'])} to {spoken_time(span['close'])}"
            by_span.setdefault(words, []).append(name)
            yield "get_working_hours", {"summary": f"We are open {name} {words}."}
        week = ", and ".join(f"{', '.join(names)} {words}" for words, names in by_span.items())
        yield "get_working_hours", {"summary": f"We are open {week}."}


def texts(database):
    for (content,) in database.execute("SELECT content FROM policies"):
        yield "get_policies", {"content": content}
    for (answer,) in database.execute("SELECT answer FROM faqs"):
        yield "get_faqs", {"items": [{"answer": answer}]}
    for (services,) in database.execute("SELECT services FROM businesses"):
        yield "get_business_services", {"services": json.loads(services)}


def write_answers(database_file, out):
    """Lines of {tool, data} to the file `out`; answers how many."""
    database = sqlite3.connect(f"file:{database_file}?mode=ro", uri=True)
    try:
        rows = [json.dumps({"tool": tool, "data": data})
                for source in (bookings, openings, hours, texts) for tool, data in source(database)]
    finally:
        database.close()
    out.write_text("\n".join(rows) + "\n")
    return len(rows)

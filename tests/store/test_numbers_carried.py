"""The numbers that people had become numbers that they hold, on both databases, with rows."""

from collections.abc import Callable

from sqlalchemy import Engine, text

from smsapp.store.migrate import is_current, upgrade

PEOPLE = """
INSERT INTO person (id, code, name, short, phone, role, language, place_id, supervisor_id, active,
                    training, opted_out, created_at)
VALUES (1, 'sup', 'Grace', 'Grace', '+265991000101', 'supervisor', 'en', 1, NULL, true, false,
        false, '2026-01-05 08:00:00.000000'),
       (2, 'chw', 'Esther', 'Esther', '+265991000001', 'chw', 'en', 1, 1, true, false, false,
        '2026-01-05 08:00:00.000000'),
       (3, 'left', 'Eve', 'Eve', '+265991000002', 'chw', 'en', 1, 1, false, false, false,
        '2026-01-05 08:00:00.000000'),
       (4, 'none', 'Ann', 'Ann', NULL, 'chw', 'en', 1, 1, false, false, false,
        '2026-01-05 08:00:00.000000')
"""
PLACE = "INSERT INTO place (id, code, name, short, kind) VALUES (1, 'x', 'x', 'x', 'facility')"
REPORT = """
INSERT INTO report (id, ref, person_id, flow, version, source, state, unconfirmed, training, params,
                    answers, classes, waits, place_id, opened_at, changed_at)
VALUES (1, '123457', 2, 'iccm', 1, 'ussd', 'closed', false, false, '{}', '{}', '[]', '', 1,
        '2026-02-05 08:00:00.000000', '2026-02-05 08:00:00.000000')
"""


def test_numbers_are_carried_over(earlier: Callable[[str], Engine]):
    engine = earlier("0002")
    with engine.begin() as db:
        for rows in (PLACE, PEOPLE, REPORT):
            db.execute(text(rows))
    upgrade(engine)
    assert is_current(engine)
    with engine.begin() as db:
        held = db.execute(text("SELECT person_id, phone, until FROM phone_number ORDER BY 1"))
        assert list(held) == [(1, "+265991000101", None), (2, "+265991000001", None)]
        assert db.scalar(text("SELECT count(*) FROM phone_number WHERE heard_at > since")) == 2
        assert db.scalar(text("SELECT supervisor_id FROM person WHERE code = 'chw'")) == 1
        assert (
            db.scalar(text("SELECT code FROM person, report WHERE person_id = person.id")) == "chw"
        )
        db.execute(text("UPDATE person SET phone = '+265991000101', deputy_id = 1 WHERE id = 2"))

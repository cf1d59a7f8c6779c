"""A broadcast whose writing down was cut off in the middle reaches whom it was begun for, once."""

from datetime import timedelta

import pytest

from smsapp.service import broadcasts
from tests.rig.stage import Stage
from tests.service.test_broadcasts import BY, DAY, chws, drafted, finish, leave, sent
from tests.service.test_broadcasts import real as real

MANY = """
WITH RECURSIVE n(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM n WHERE n < 3950)
INSERT INTO person (code, name, short, phone, role, language, place_id, active, training,
                    opted_out, created_at)
SELECT 'many-' || n, 'Many', 'M' || n, '+26588' || (1000 + n % 2000), 'chw', 'en',
       (SELECT min(id) FROM place), true, false, false, :at FROM n
"""  # of 2,951 the last share their phones with the first
NUMBERS = """
INSERT INTO phone_number (phone, person_id, since, heard_at)
SELECT phone, id, :at, :at FROM person WHERE code LIKE 'many%'
"""


@pytest.mark.parametrize("rests", [True, False])
def test_cut_off_while_it_is_written_down_it_goes_on(real: Stage, rests: bool):
    real.write(MANY, at=str(DAY - timedelta(days=1)))
    real.write(NUMBERS, at=str(DAY))
    gone = "code BETWEEN 'many-1900' AND 'many-2999'"  # more than a page
    real.write(f"UPDATE person SET active = false WHERE {gone}")
    made = drafted(real)
    foreseen = broadcasts.preview(real.rt, made).people
    assert foreseen == chws(real)
    real.write("UPDATE broadcast SET state = 'writing', sent_at = :at", at=str(DAY))
    broadcasts.send_due(real.rt)  # a page
    (count,) = real.rows("SELECT count(*) AS of FROM broadcast_recipient")
    assert 0 < count.of < foreseen
    real.now += timedelta(hours=1)
    late = MANY.replace("many", "late").replace("+26588", "+26587")
    real.write(late, at=str(real.now))  # it is sent since an hour
    if rests:
        broadcasts.pause(real.rt, made, BY)
        broadcasts.send_due(real.rt)
        assert real.rows("SELECT count(*) AS of FROM broadcast_recipient") == [count]
        broadcasts.resume(real.rt, made, BY)
    assert sent(real) == []
    while broadcasts.listed(real.rt)[0].one.state == "writing":
        broadcasts.send_due(real.rt)
    assert broadcasts.listed(real.rt)[0].total == foreseen
    leave(real)
    finish(real)
    assert len(sent(real)) == len(set(sent(real))) == foreseen

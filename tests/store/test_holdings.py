"""Which products a person holds."""

from smsapp.store.holdings import held, set_held
from tests.rig.programme import Programme


def test_holdings_are_set_whole(programme: Programme):
    chw, eve = programme.person("chw").id, programme.person("eve").id
    with programme.rt.begin() as db:
        set_held(db, chw, ["zi", "la", "zi"])
        set_held(db, eve, ["mt"])
        set_held(db, eve, [])
    with programme.rt.begin() as db:
        assert held(db, chw) == ("la", "zi")
        assert held(db, eve) == ()
        set_held(db, chw, ["or"])
        assert held(db, chw) == ("or",)

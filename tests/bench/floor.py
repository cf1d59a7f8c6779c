"""The least that any service must do for a hop: a bare Flask view on the same server and settings.

`/middle` parses the form and does one Redis GET and SET; `/closing` does that and one PostgreSQL
insert and commit.
"""

from flask import Flask, Response, request
from redis import Redis
from sqlalchemy import text

from smsapp.settings import read_settings
from smsapp.store.connect import make_engine

STATE = b"x" * 1200  # bytes: about what a call in the middle of a form weighs

settings = read_settings()
redis = Redis.from_url(settings.redis)
engine = make_engine(settings)
app = Flask(__name__)


@app.post("/middle")
def middle() -> Response:
    _turn()
    return Response("CON go on", mimetype="text/plain")


@app.post("/closing")
def closing() -> Response:
    _turn()
    insert = text("insert into floor (session, content) values (:session, :content)")
    with engine.begin() as db:
        db.execute(insert, {"session": request.form["sessionId"], "content": "x" * 400})
    return Response("END saved", mimetype="text/plain")


def _turn() -> None:
    key = f"floor:{request.form['sessionId']}"
    redis.get(key)
    redis.set(key, STATE, ex=1800)

"""Forms as gateways post them, read so that no bad byte costs more than itself."""

from urllib.parse import unquote_to_bytes

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_ENCODING = "cp1252"  # what older gateways and modems send where they do not send UTF-8


def read_form(body: bytes) -> dict[str, str]:
    """The fields of an urlencoded body. Never fails; of a repeated field the last one counts.

    Every field is UTF-8 or else Windows-1252, escaped or raw, for itself: the framework's own
    parser returns an empty form for one raw byte that is not UTF-8. NUL is dropped, because no
    database can keep it.
    """
    fields = {}
    for pair in body.removeprefix(_BYTE_ORDER_MARK).strip().split(b"&"):
        name, _, value = pair.partition(b"=")
        if name:
            fields[_text(name)] = _text(value)
    return fields


def _text(raw: bytes) -> str:
    raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode(_OTHER_ENCODING, "replace")
    return text.replace("\0", "")

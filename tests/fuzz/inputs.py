"""What is handed in: texts that people might write, worn away and grown together until nobody would."""

import json
import random
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from audience_dsl.braze_api import BODY_FIELDS
from audience_dsl.syntax.driver import tokenize
from tests.sender.test_endpoints import LEAST

__all__ = ["audience_json", "bodies", "catalogs", "configurations", "raw", "recipients", "request_files", "texts"]

ROOT = Path(__file__).resolve().parents[2]

# What no token of the language is, or what is one at the wrong place.
ODDITIES = (
    *('"', "'", "`", "/", "\\", "$", "#", "=", "==", "(", ")", "[", "]", "{", "}", ",", ";", "!", "&&", "||", "\0"),
    *(
        "“",
        "”",
        "’",
        "\u00a0",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\ud800",
        "\x1b[31m",
        "é",
        "e\u0301",
        "👩‍👩‍👧",
        "а",
        "İ",
        "ß",
    ),
    *("\r", "\n", "\r\n", "\t", "\x0c", "\x85", "\u2028"),
    *("and", "or", "not", "in", "is", "null", "let x =", "audience y =", "param $p:", 'use a from "b"', "exists"),
    *("1e999", "007", "-", "9007199254740993", "2026-02-30", "2026-01-01T00:00:00+9999", "/(a|aa)+$/", "0 days ago"),
    *("# audience: ignore AUD310", "# audience: ignore-file all", "# audience:"),
)
JSON_ODDITIES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 2**53 + 1, "", "x", "\ud800", "{{x}}", "<value>", "2026-02-30", [], {}),
    *(["a", 1], [[]], {"AND": []}, {"OR": [{}]}, {"NOT": {}}, "is", "does_not_equal", "equals", "opted_in"),
)


@cache
def _corpus() -> list[str]:
    cases = [
        case["text"]
        for file in sorted((ROOT / "tests" / "cases").glob("*.toml"))
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
        # The few that are large for the sake of it would be most of the work.
        if len(case["text"]) < 2_000
    ]
    return cases + [file.read_text(encoding="utf-8") for file in sorted((ROOT / "examples").rglob("*.audience"))]


@cache
def _objects() -> list[Any]:
    return [
        json.loads(case["json"])
        for file in sorted((ROOT / "tests" / "cases").glob("*.toml"))
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
        if "json" in case and len(case["json"]) < 5_000
    ]


def _worn(random: random.Random, pieces: list[str], others: Callable[[], list[str]]) -> list[str]:
    """Pieces of a text with some lost, doubled, swapped, replaced, or grown together with those of another."""
    pieces = list(pieces)
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 3, 5))):
        at = random.randrange(len(pieces) + 1)
        end = min(len(pieces), at + random.choice((1, 1, 1, 2, 5)))
        match random.randrange(7):
            case 0:
                del pieces[at:end]
            case 1:
                pieces[at:at] = pieces[at:end] * random.choice((1, 1, 3))
            case 2:
                pieces[at:end] = reversed(pieces[at:end])
            case 3:
                pieces.insert(at, random.choice(ODDITIES))
            case 4:
                other = others()
                start = random.randrange(len(other) + 1)
                pieces[at:end] = other[start : start + random.randrange(1, 12)]
            case 5 if pieces:
                place = random.randrange(len(pieces))
                text = pieces[place]
                cut = random.randrange(len(text) + 1)
                pieces[place] = text[:cut] + random.choice((*ODDITIES, "")) + text[cut + random.randrange(2) :]
            case _:
                del pieces[end:]
    return pieces


def texts(random: random.Random) -> str:
    """A text: of the language, nearly of it, or of nothing."""
    if random.random() < 0.05:
        return "".join(chr(random.choice((random.randrange(128), random.randrange(0x3000)))) for _ in range(40))

    def tokens() -> list[str]:
        return [each for each in tokenize(random.choice(_corpus())) if each]

    joints = random.choices((" ", "\n", "  ", "\t", " # c\n", "\r\n", ""), (30, 4, 1, 1, 2, 1, 1), k=50)
    text = "".join(piece + random.choice(joints) for piece in _worn(random, tokens(), tokens))
    if random.random() < 0.02:
        text = random.choice(("(", "not ", "[")) * random.randrange(3_000) + text
    return text


def raw(random: random.Random) -> bytes:
    """The bytes of a file: of a text or of JSON, some of them changed."""
    text = texts(random) if random.random() < 0.7 else json.dumps(audience_json(random))
    found = bytearray(text.encode(random.choice(("utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig")), "surrogatepass"))
    for _ in range(random.choice((0, 0, 1, 3))):
        at = random.randrange(len(found) + 1)
        found[at : at + random.randrange(2)] = random.randbytes(random.randrange(3))
    return bytes(found)


def _lines(random: random.Random, texts: tuple[str, ...]) -> str:
    def pieces() -> list[str]:
        return random.choice(texts).splitlines(keepends=True)

    return "".join(_worn(random, pieces(), pieces))


CATALOGS = (
    '[attributes]\nplan = { type = "string", values = ["free", "gold"] }\nage = "number"\n"Favorite Team" = "string"\n',
    '[attributes.a]\ntype = "array"\nalways_present = true\n[attributes]\nb = "time"\nc = "boolean"\n',
)
CONFIGURATIONS = (
    'time-zone = "Asia/Ho_Chi_Minh"\nselect = ["AUD3"]\nignore = ["bare-date"]\nfail-level = "note"\n',
    '[limits]\nclauses = 5\n[assume]\n"greater_than.number.other" = true\n[ci]\nsteps = ["check"]\n',
    '[[require]]\npaths = ["**"]\nfilters = ["p exists", "not a == 1"]\n[[require]]\npaths = ["x"]\nfilters = ["y"]\n',
    '[env.a]\ninstance = "EU-01"\nkey = { env = "KEY" }\ncampaigns = { storm = "s" }\nallowed_campaigns = ["storm"]\n',
    '[env.b]\nendpoint = "https://x.example"\nkey = { keyring = "x", user = "y" }\nshare = "1/8"\nread-only = true\n',
)


def catalogs(random: random.Random) -> str:
    """The text of a catalogue, or nearly."""
    return _lines(random, CATALOGS)


def configurations(random: random.Random) -> str:
    """The text of a configuration, or nearly."""
    return _lines(random, CONFIGURATIONS)


def audience_json(random: random.Random) -> Any:
    """A connected audience object, or nearly, or a body that holds one."""
    value = _copied(random.choice(_objects()))
    for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
        value = _changed(random, value)
    return {"campaign_id": "c", "audience": value} if random.random() < 0.1 else value


def _changed(random: random.Random, value: Any) -> Any:
    """The value with something in it changed."""
    places: list[tuple[Any, Any]] = []
    pending = [value]
    while pending:
        each = pending.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        places += [(each, key) for key in keys]
        pending += [each[key] for key in keys]
    if not places or random.random() < 0.05:
        return _copied(random.choice((*JSON_ODDITIES, random.choice(_objects()))))
    parent, key = random.choice(places)
    match random.randrange(5):
        case 0:
            parent[key] = _copied(random.choice(JSON_ODDITIES))
        case 1:
            parent[key] = _copied(random.choice(_objects()))
        case 2:
            parent[key] = {random.choice(("AND", "OR")): [parent[key]]}
        case 3:
            del parent[key]
        case _ if isinstance(parent, dict):
            parent[random.choice(("AND", "OR", "value", "comparison", "custom_attribute", "x"))] = parent[key]
        case _:
            parent.append(parent[key])
    return _copied(value)


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


@cache
def _bodies() -> list[Any]:
    cases = tomllib.loads((ROOT / "tests" / "sender" / "documented_bodies.toml").read_text(encoding="utf-8"))["case"]
    return [*LEAST.values(), *(json.loads(case["body"]) for case in cases)]


# What a program hands over, and JSON cannot carry; and what is more than it should be.
FOREIGN: tuple[Any, ...] = (
    *(
        float("nan"),
        float("inf"),
        2**2_000,
        b"x",
        {1},
        (1, "a"),
        datetime(2026, 3, 1, tzinfo=UTC),
        Decimal(1),
        object(),
        {1: 2},
    ),
    *({None: "x"}, {"\ud800": 1}, range(3), [{"external_user_id": "u"}] * 51, "x" * 60_000, {"a": "x" * 60_000}),
)


def bodies(random: random.Random) -> Any:
    """The body of a request, or nearly, of whatever endpoint."""
    value = _copied(random.choice(_bodies()))
    for _ in range(random.choice((0, 1, 1, 2, 4))):
        value = _changed(random, value)
    if isinstance(value, dict):
        for _ in range(random.choice((0, 0, 1, 3))):
            name = random.choice((*BODY_FIELDS, "schedule_id", "audience"))
            value[name] = random.choice((*JSON_ODDITIES, *FOREIGN, *random.choice(_bodies()).values()))
        if random.random() < 0.02:
            value["trigger_properties"] = value["context"] = value
        if random.random() < 0.02:
            deep: Any = {}
            for _ in range(random.choice((99, 5_000))):
                deep = random.choice(({"a": deep}, [deep]))
            value[random.choice(("trigger_properties", "audience", "messages"))] = deep
    return value


REQUESTS = (
    """campaign_id = "c"
broadcast = true
audience = { text = "a is true and b == $b", params = { b = "x" } }
[trigger_properties]
"a.b" = { c = [1, 2.5, true], d = 2026-03-01T09:00:00Z }
""",
    """canvas = "x"
schedule = { time = 2026-03-01T09:00:00, in_local_time = true }
[[recipients]]
external_user_id = "u"
[recipients.attributes]
x = 09:00:00
[[recipients]]
email = "e"
[context.a.b]
c = 1
""",
    """endpoint = "messages-send"
user_aliases = [{ alias_name = "n", alias_label = "l" }]
segment_id = '''
s'''
[messages.email]
subject = 's'
[messages.email.extra]
x = 1
[messages.web_push]
""",
    """campaign_id = "c"
recipients = { file = "p.csv", map = { "x" = "attributes.x", "y:" = "1" } }
api_key = "secret-1"
""",
    '{"campaign_id": "c", "audience": {"AND": [{"text": "a"}]}, "recipients": [{"external_user_id": 3, "a/b~": null}]}',
    '{"schedule_id": "s", "messages": {"sms": {"body": "\\ud83d\\ude00"}}, "schedule": {"time": "2026-03-01"}}',
)


def request_files(random: random.Random) -> bytes:
    """A request file of TOML or JSON: its signs worn, and then its bytes."""

    def pieces() -> list[str]:
        return [each for each in re.split(r"([\"',:={}\[\].\n ])", random.choice(REQUESTS)) if each]

    found = bytearray("".join(_worn(random, pieces(), pieces)).encode("utf-8", "surrogatepass"))
    for _ in range(random.choice((0, 0, 0, 1))):
        at = random.randrange(len(found) + 1)
        found[at : at + random.randrange(2)] = random.randbytes(random.randrange(3))
    return bytes(found)


RECIPIENTS = (
    'external_user_id;attributes.x;trigger_properties.y\r\nu1;"a;b";\r\n;;\r\nu2;c;1,5\r\n',
    "sep=\t\nexternal_user_id\tAge\nu1\t31\n\t\n",
    'external_user_id,attributes.x,trigger_properties.a.b\nu1,1,2\n"u,2","a ""b""\nc",\n\nu3,,\n',
    "email,prioritization,Age,Note,send_to_existing_only\r\na@example.com,identified,31,x,true\r\n",
    '{"external_user_id": "u", "attributes": {"x": [1, null, {}]}}\n{"id": "v", "Age": "3"}\n',
    '{"user_alias": {"alias_name": "n", "alias_label": "l"}, "trigger_properties": {"n": 1e999}}\n\n{"email": "e"}\n',
)
_SIGNS = (
    '"',
    '""',
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "{",
    "}",
    ":",
    "\\",
    "\0",
    "id",
    "Age",
    "NaN",
    "1",
    "é",
    "\ufeff",
)


def recipients(random: random.Random) -> bytes:
    """A file of recipients: its signs worn, and then its bytes."""

    def pieces() -> list[str]:
        return [each for each in re.split(r"([\",;:{}\t\n])", random.choice(RECIPIENTS)) if each]

    worn = _worn(random, pieces(), pieces)
    for _ in range(random.choice((0, 1, 4))):
        worn.insert(random.randrange(len(worn) + 1), random.choice(_SIGNS) * random.choice((1, 1, 50)))
    found = bytearray("".join(worn).encode(random.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16")), "surrogatepass"))
    for _ in range(random.choice((0, 0, 1))):
        at = random.randrange(len(found) + 1)
        found[at : at + random.randrange(2)] = random.randbytes(random.randrange(3))
    return bytes(found)

"""Mapping files: what they say, and every mistake at its place."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience_dsl
from audience_dsl.sql import MappingError, SqlError, read_mapping
from audience_dsl.sql.names import BadNameError, column_named, table_named

HEAD = 'table = "t"\nid = "id"\n'


def _findings(text: str) -> list[tuple[str, str, str | None]]:
    with pytest.raises(MappingError) as refused:
        read_mapping(text, "m.toml")
    for each in refused.value.diagnostics:
        assert each.code.code == "AUD909"
        assert each.source is not None
        assert each.source.name == "m.toml"
    return [(each.place, each.message, each.help) for each in refused.value.diagnostics]


def _query(text: str, mapping: str, dialect: str = "postgres") -> str:
    return audience_dsl.compile(text).to_sql(dialect=dialect, table=read_mapping(mapping)).text


def test_all_mistakes_of_a_file_are_found_in_one_run() -> None:
    found = _findings(
        """\
tabel = "x"
id = 3
push = "a b"
custom_attributes = { colum = "x" }
last_used_app = { column = "x", type = "number" }
[attributes]
a = { column = "A", type = "nummer" }
"b c" = { column = "A", path = "$.a[0]" }
c = { column = "A", path = "$", type = "string" }
d = []
e = {}
f = { column = "F", text = "yes" }
g = { column = "G", path = "a.b" }
h = { column = "H", text = true }
'i.j' = { column = "J", path = "$.a['" }
"""
    )
    assert [place for place, _, _ in found] == [
        f"m.toml:{place}"
        for place in (
            *("1:1", "1:1", "2:1", "3:1", "4:23", "5:33", "7:21", "8:25", "9:1", "9:21", "10:1", "11:1", "12:21"),
            *("13:21", "14:1", "15:25"),
        )
    ]
    messages = [message for _, message, _ in found]
    assert "the mapping has no `table`" in messages
    assert "`id` is no name in quotes" in messages
    assert '`attributes."b c".path` is `$.a[0]`, which leads through more than keys' in messages
    ways = {message: way for _, message, way in found}
    assert ways["a mapping has no key `tabel`"] == "did you mean `table`?"
    assert ways["`attributes.a.type` is `nummer`, which is no type of a column here"] == "did you mean `number`?"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("table = ", "m.toml:1:9", "this is no TOML: invalid value"),
        ('table = "x"\ntable = "y"', "m.toml:2:12", "this is no TOML: cannot overwrite a value"),
        ("", "m.toml:1:1", "the mapping has no `table`"),
        (HEAD + "attributes = 3", "m.toml:3:1", "`attributes` is no table of columns"),
        (HEAD + "attributes.x = 3", "m.toml:3:12", "`attributes.x` is no column"),
        (HEAD + '[attributes.x]\nname = "y"', "m.toml:4:1", "`attributes.x` has no key `name`"),
        (HEAD + 'mail = "x"', "m.toml:3:1", "a mapping has no key `mail`"),
        ('table = "a.b.c.d"\nid = "x"', "m.toml:1:1", "`table` is `a.b.c.d`, and it has more than three parts"),
        ('table = "x; DROP TABLE x"\nid = "x"', "m.toml:1:1", "`table` is `x; DROP TABLE x`, and it is no name"),
        ('table = "t"\nid = "count(*)"', "m.toml:2:1", "`id` is `count(*)`, and it is no name of a column"),
    ],
)
def test_a_mistake(text: str, place: str, message: str) -> None:
    first = _findings(text)[0]
    assert (first[0], first[1][: len(message)]) == (place, message)


def test_every_field_finds_its_column() -> None:
    text = _query(
        'a == "x" and n > 1 and b is true and t after 2026-01-01T00:00:00Z and r includes "x" and j == "x"'
        ' and p == "x" and q == "x" and other == "x" and push is opted_in and email is opted_in'
        " and last_used_app after 2026-01-01T00:00:00Z",
        """
        table = "Shop.\\"Our users\\""
        id = "USER_ID"
        custom_attributes = { column = "REST", text = true }
        push = "PUSH"
        email = "EMAIL"
        last_used_app = { column = "SEEN", type = "string" }
        [attributes]
        a = "A"
        n = { column = "N", type = "number" }
        b = { column = "B", type = "boolean" }
        t = { column = "T", type = "time" }
        r = { column = "R", type = "array" }
        j = { column = "J", type = "json" }
        p = { column = "P", path = "$.x.y" }
        q = { column = "Q", path = "$['it''s'].z", text = true }
        """.replace("it''s", "its own"),
    )
    for part in (
        'FROM "shop"."Our users"',
        '"user_id" AS "id"',
        "JSONB_EXTRACT_PATH(CAST(\"rest\" AS JSONB), 'other')",
        '"push" AS "push"',
        '"seen" AS "last_used_app"',
        "JSONB_EXTRACT_PATH(JSONB_EXTRACT_PATH(\"p\", 'x'), 'y')",
        "JSONB_EXTRACT_PATH(JSONB_EXTRACT_PATH(CAST(\"q\" AS JSONB), 'its own'), 'z')",
        '"j" AS "j"',
    ):
        assert part in text, part


def test_the_table_that_is_named_beside_the_mapping() -> None:
    table = read_mapping('id = "id"\n[attributes]\na = "a"', table="other.users")
    text = audience_dsl.compile('a == "x"').to_sql(dialect="duckdb", table=table).text
    assert 'FROM "other"."users"' in text


@pytest.mark.parametrize(
    ("dialect", "column"),
    [
        ("duckdb", '"Eye"'),
        ("postgres", '"eye"'),
        ("snowflake", '"EYE"'),
        ("bigquery", "`Eye`"),
        ("spark", "`Eye`"),
        ("databricks", "`Eye`"),
    ],
)
def test_names_are_found_as_the_dialect_finds_them(dialect: str, column: str) -> None:
    plain = HEAD + '[attributes]\na = "Eye"'
    assert column in _query('a == "x"', plain, dialect)
    exact = HEAD + "[attributes]\na = '\"Eye\"'"
    assert column[0] + "Eye" + column[-1] in _query('a == "x"', exact, dialect)


def test_a_mapping_leaves_nothing_to_guess() -> None:
    with pytest.raises(SqlError, match="the mapping `<mapping>` has no column for the state of push"):
        _query("push is opted_in", HEAD)
    with pytest.raises(SqlError, match="no column for the last use of an app"):
        _query("last_used_app after 2026-01-01T00:00:00Z", HEAD)
    with pytest.raises(SqlError, match="has no column for `b`"):
        _query("b is true", HEAD)


def test_the_error_is_pickled() -> None:
    with pytest.raises(MappingError) as refused:
        read_mapping("")
    copy = pickle.loads(pickle.dumps(refused.value))
    assert str(copy) == str(refused.value)
    assert len(copy.diagnostics) == 2


@given(st.text())
def test_any_text_is_a_mapping_or_has_findings(text: str) -> None:
    try:
        read_mapping(text)
    except MappingError as error:
        found = error.diagnostics
        assert found


_JSON = st.recursive(
    st.one_of(
        st.text(max_size=6), st.integers(), st.booleans(), st.sampled_from(["$.a", "$['a b']", "$[0]", "$..", "a.b"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["column", "type", "path", "text", "x"]), inner, max_size=4),
    ),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["table", "id", "custom_attributes", "push", "email", "last_used_app", "attributes", "x"]),
        _JSON,
    ),
    st.dictionaries(st.sampled_from(["a", "b c", "", "é"]), _JSON),
)
def test_any_document_is_a_mapping_or_has_findings(document: dict[str, object], attributes: dict[str, object]) -> None:
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in document.items())
    if "attributes" not in document:
        text += "[attributes]\n" + "".join(f"{_toml(key)} = {_toml(value)}\n" for key, value in attributes.items())
    try:
        read_mapping(text)
    except MappingError as error:
        messages = [each.message for each in error.diagnostics]
        assert not any(message.startswith("this is no TOML") for message in messages)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(each):08X}" if not "\ud800" <= each <= "\udfff" else "?" for each in value) + '"'
    return str(value).lower() if isinstance(value, bool) else str(max(-(2**63), min(2**63 - 1, int(value))))  # type: ignore[call-overload]


@given(st.text(max_size=12))
def test_a_name_is_taken_apart_as_it_was_written_or_not_at_all(text: str) -> None:
    for named in (table_named, column_named):
        try:
            found = named(text)
        except BadNameError:
            continue
        quoted = '"' + text.replace('"', '""') + '"'
        assert found.sql(dialect="duckdb").replace('"', "") in (text.replace('"', ""), quoted.replace('"', ""))

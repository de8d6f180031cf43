import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pomelo.api import strict_json
from pomelo.api.strict_json import BodyInvalid
from tests.api import toy
from tests.api.wires import ask

ADD = "/api/campaigns/cam_1/leads/a%40b.c"

REFUSED = {
    "too deep for any stack": b"[" * 100_000,
    "as deep as msgspec goes": b'{"a":' * 900 + b"1" + b"}" * 900,
    "33 deep": b'{"a":' + b"[" * 32 + b"]" * 32 + b"}",
    "a million keys": b"{" + b",".join(b'"%d":1' % n for n in range(60_000)) + b"}",
    "1,001 keys": b"{" + b",".join(b'"%d":1' % n for n in range(1_001)) + b"}",
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "1e400": b'{"a":1e400}',
    "1e130000": b'{"a":1e130000}',
    "5,000 digits": b'{"a":' + b"1" * 5_000 + b"}",
    "30 digits": b'{"a":' + b"1" * 30 + b"}",
    "2**63": b'{"a":9223372036854775808}',
    "-2**63 - 1": b'{"a":[-9223372036854775809]}',
    "lone high surrogate": b'{"a":"\\ud800"}',
    "lone low surrogate": b'{"a":"\\udc00"}',
    "two high surrogates": b'{"a":"\\ud800\\ud800"}',
    "NUL in a value": b'{"a":"x\\u0000"}',
    "NUL in a key": b'{"\\u0000":1}',
    "NUL deep inside": b'{"a":[{"b":["\\u0000"]}]}',
    "NUL after a backslash": b'{"a":"\\\\\\u0000"}',
    "raw NUL": b'{"a":"\x00"}',
    "byte order mark": b'\xef\xbb\xbf{"a":1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-16 without mark": '{"a":1}'.encode("utf-16-le"),
    "Latin-1": b'{"a":"\xe9"}',
    "overlong": b'{"a":"\xc0\xaf"}',
    "repeated key": b'{"a":1,"a":2}',
    "repeated key with colons": b'{"a":":::","b":{"c":1,"c":":"}}',
    "repeated by escape": b'{"a":1,"\\u0061":2}',
    "repeated with escaped colons": b'{"a":"\\u003a","a":"\\u003A"}',
    "repeated, its colon hidden": b'{"a:":1,"a\\u003a":2}',
    "array": b"[]",
    "string": b'"x"',
    "null": b"null",
    "number": b"1",
    "trailing bytes": b'{"a":1}x',
    "two objects": b"{}{}",
    "trailing comma": b'{"a":1,}',
    "form": b"a=1&b=2",
    "cut": b'{"a":',
    "line break behind a backslash, inside a string": b'{"a":"x\\\n"}',
}
TAKEN = {
    "nothing": b"",
    "spaces": b" \r\n",
    "empty": b"{}",
    "32 deep": b'{"a":' + b"[" * 31 + b"]" * 31 + b"}",
    "1,000 keys": b"{" + b",".join(b'"%d":1' % n for n in range(1_000)) + b"}",
    "2**63 - 1": b'{"a":9223372036854775807,"b":-9223372036854775808}',
    "a pair of surrogates": b'{"a":"\\ud83d\\ude00"}',
    "colons everywhere": b'{"a:":":",":":{"::":["a:b",":"]}}',
    "escaped colons": b'{"a\\u003a":"\\u003A","b":":"}',
    "the letters of an escape": b'{"a":"\\\\u0000","b":"\\\\u003a"}',
    "spaces before colons": b'{ "a" : 1 , "b" :\n2 }',
    "hostile names": b'{"__proto__":{"polluted":1},"constructor":2,"_id":"x"}',
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
async def test_what_nobody_can_keep_is_refused_in_a_sentence(body: bytes) -> None:
    answer = await ask(toy.app(), "POST", ADD, body)

    assert answer.status == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("The body ")
    assert answer.text.endswith(".")
    assert len(answer.text) < 200


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
async def test_unusual_but_good_json_is_taken_as_it_is(body: bytes) -> None:
    answer = await ask(toy.app(), "POST", ADD, body)

    assert answer.status == 201
    assert answer.json["body"] == json.loads(body.strip() or b"{}")


async def test_a_body_too_long_is_refused_before_it_is_read_as_json() -> None:
    answer = await ask(toy.app(), "POST", ADD, b'{"a":"' + b"x" * 1_000_000 + b'"}')

    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert answer.text == "The body is too large; send at most 1 MB."


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "This needs a body: send a JSON object"),
        (b"[]", "Bad params: Expected `object`, got `array`."),
        (b'{"maxSize":1}', "Bad params: Object missing required field `name`."),
        (b'{"name":1}', "Bad params: Expected `str`, got `int` - at `$.name`."),
        (b'{"name":"a","maxSize":"1"}', "Bad params: Expected `int`, got `str` - at `$.maxSize`."),
        (b'{"name":"a","password":1}', "Bad params: Expected `str` - at `$.password`."),
        (b'{"name":"a","password":["x"]}', "Bad params: Expected `str` - at `$.password`."),
        (b'{"name":"a","state":"c"}', "Bad params: state must be one of warmed, hooked."),
        (
            b'{"name":"a","states":["hooked",""]}',
            "Bad params: states[1] must be one of warmed, hooked.",
        ),
    ],
)
async def test_a_body_that_does_not_fit_is_told_where(body: bytes, sentence: str) -> None:
    answer = await ask(toy.app(), "POST", "/api/widgets", body)

    assert answer.status == 400
    assert answer.text.startswith(sentence)


async def test_a_wrong_word_is_not_given_back_at_length() -> None:
    body = b'{"name":"a","state":"' + b"x` - at `$.name" * 5_000 + b'"}'

    answer = await ask(toy.app(), "POST", "/api/widgets", body)

    assert (answer.status, answer.text) == (400, "Bad params: state must be one of warmed, hooked.")


@pytest.mark.parametrize("line_break", [b"\\\n", b"\\\r\n"])
async def test_the_references_own_example_is_taken_as_it_is_printed(line_break: bytes) -> None:
    body = b'{"lastName":"Hendricks","icebreaker":"Text\\u003a",' + line_break + b'"phone":"(555)"}'

    answer = await ask(toy.app(), "POST", ADD, body)

    assert answer.status == 201
    assert answer.json["body"] == {
        "lastName": "Hendricks",
        "icebreaker": "Text:",
        "phone": "(555)",
    }


async def test_a_typed_body_comes_as_its_struct_and_its_secret_as_stars() -> None:
    body = b'{"name":"a","maxSize":2,"password":"canary","extra":{"x":[1]},"more":1}'

    answer = await ask(toy.app(), "POST", "/api/widgets", body)

    assert answer.json == {"name": "a", "maxSize": 2, "secret": "***"}


@pytest.mark.parametrize(
    "kind",
    ["application/json;charset=utf-8", "text/plain", "application/x-www-form-urlencoded", ""],
)
async def test_the_content_type_is_not_asked_for(kind: str) -> None:
    headers = {"authorization": toy.BASIC, "content-type": kind}

    answer = await ask(toy.app(), "POST", ADD, b'{"a":1}', headers)

    assert answer.status == 201


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "gzip, identity", "x"])
async def test_a_compressed_body_is_not_taken(coding: str) -> None:
    headers = {"authorization": toy.BASIC, "content-encoding": coding}

    answer = await ask(toy.app(), "POST", ADD, b"\x1f\x8b", headers)

    assert (answer.status, "Content-Encoding" in answer.text) == (415, True)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(texts, values, max_size=6), st.booleans())
def test_all_that_can_be_kept_is_taken_unchanged(value: dict[str, Any], escapes: bool) -> None:
    body = json.dumps(value, ensure_ascii=escapes).encode()

    assert strict_json.parse(body) == value


@given(st.dictionaries(texts, values, min_size=1, max_size=6), st.data())
def test_a_key_said_twice_is_always_seen(value: dict[str, Any], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(value)))
    again = json.dumps({key: data.draw(values)})[1:]
    body = (json.dumps(value, ensure_ascii=data.draw(st.booleans()))[:-1] + "," + again).encode()

    with pytest.raises(BodyInvalid):
        strict_json.parse(body)


@given(st.binary(max_size=60) | st.text('{}[]":,\\u0039da1e+-. ', max_size=40).map(str.encode))
def test_bytes_of_any_kind_are_taken_or_refused_but_never_surprise(body: bytes) -> None:
    try:
        value = strict_json.parse(body)
    except BodyInvalid:
        return

    assert msgspec.json.decode(msgspec.json.encode(value)) == value

"""Read a GraphQL request from HTTP (GraphQL over HTTP, sections 5 and 5.4)."""

from __future__ import annotations

from typing import cast
from urllib.parse import parse_qsl

from reelgraph_router.errors import Code, RequestError, refuse
from reelgraph_router.json_text import read_json
from reelgraph_router.pipeline.request import ClientRequest

JSON_TYPE = b"application/json"


def read_post(content_type: bytes, body: bytes) -> ClientRequest:
    """Read the JSON body of a POST.

    Raises RequestError: 415 for another media type, 400 for a body that is no GraphQL request.
    """
    if content_type != JSON_TYPE:
        check_content_type(content_type)
    try:
        document = read_json(body)
    except ValueError:
        raise refuse("The request body is not JSON in UTF-8.", Code.BAD_REQUEST) from None
    if type(document) is list:
        raise refuse(
            "Batches are not enabled: send one GraphQL request per HTTP request.", Code.BAD_REQUEST
        )
    if type(document) is not dict:
        raise refuse(
            'The request body must be a JSON object such as {"query": "{ __typename }"}.',
            Code.BAD_REQUEST,
        )
    return from_parameters(cast("dict[str, object]", document), mutations=True)


def check_content_type(content_type: bytes) -> None:
    """Raise RequestError (415) unless the body claims to be JSON in UTF-8."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(b";"))
    charset = next((p[8:].strip(b'"') for p in parameters if p.startswith(b"charset=")), b"utf-8")
    if media_type != JSON_TYPE or charset != b"utf-8":
        raise refuse(
            "Send the request as content-type application/json in UTF-8.", Code.BAD_REQUEST, 415
        )


def read_get(query_string: bytes) -> ClientRequest:
    """Read the parameters of a GET; mutations are refused later, when the operation is known."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise refuse("The query string is not URL-encoded UTF-8.", Code.BAD_REQUEST) from None
    parameters: dict[str, object] = dict(pairs)
    for name in ("variables", "extensions"):
        text = parameters.get(name)
        if text:
            parameters[name] = _parameter_json(name, str(text))
        else:
            parameters.pop(name, None)
    if not parameters.get("operationName"):
        parameters.pop("operationName", None)
    return from_parameters(parameters, mutations=False)


def _parameter_json(name: str, text: str) -> object:
    try:
        return read_json(text.encode())
    except ValueError:
        raise refuse(f'The parameter "{name}" is not JSON.', Code.BAD_REQUEST) from None


def from_parameters(parameters: dict[str, object], *, mutations: bool) -> ClientRequest:
    """Check the types of the four parameters; raises RequestError (400)."""
    identifier = _document_id(parameters)
    query = parameters.get("query")
    if query is None and identifier:
        query = ""
    elif type(query) is not str or not query:
        raise _wrong("query", "a string with a GraphQL document", query)
    name = parameters.get("operationName")
    if name is not None and type(name) is not str:
        raise _wrong("operationName", "a string or null", name)
    variables = parameters.get("variables")
    if variables is not None and type(variables) is not dict:
        raise _wrong("variables", "an object or null", variables)
    extensions = parameters.get("extensions")
    if extensions is not None and type(extensions) is not dict:
        raise _wrong("extensions", "an object or null", extensions)
    return ClientRequest(query, name or None, variables, mutations, document_id=identifier)


def _document_id(parameters: dict[str, object]) -> str:
    """The id or hash that names the document, empty for none; raises RequestError (400)."""
    identifier = parameters.get("documentId")
    if identifier is not None and (type(identifier) is not str or not identifier):
        raise _wrong("documentId", "a string or null", identifier)
    extensions = parameters.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if identifier is not None or persisted is None:
        return (identifier or "").removeprefix("sha256:")
    found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if type(found) is not str or not found or persisted.get("version") != 1:
        raise refuse(
            'extensions.persistedQuery must be {"version": 1, "sha256Hash": "…"}.', Code.BAD_REQUEST
        )
    return found.lower()


def _wrong(name: str, expected: str, value: object) -> RequestError:
    found = "is missing" if value is None else "is something else"
    return refuse(f'The parameter "{name}" must be {expected}; it {found}.', Code.BAD_REQUEST)

"""Workflow commands, by which GitHub Actions marks lines of a pull request."""

from .annotations import Annotation


def to_github(annotations: list[Annotation]) -> str:
    """Write one workflow command a remark."""
    return "\n".join(_command(annotation) for annotation in annotations)


def _command(annotation: Annotation) -> str:
    properties = []
    if (place := annotation.location) and place.file:
        properties.append(f"file={_property(place.file)}")
        if place.line:
            properties += [f"line={place.line}", f"col={place.column}"]
    properties.append(f"title={_property(annotation.title)}")
    return f"::{annotation.level} {','.join(properties)}::{_data(annotation.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

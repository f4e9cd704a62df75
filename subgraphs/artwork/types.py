"""What the artwork subgraph adds to the graph."""

from __future__ import annotations

import enum

import strawberry

from reelgraph_dgs.errors import BadRequest
from subgraphs.artwork.drawing.render import SIZES, Subject, alt_text
from subgraphs.artwork.image_urls import make_subject
from subgraphs.artwork.loaders import load_choices
from subgraphs.artwork.resources import ArtworkInfo


@strawberry.enum(description="The shape of a picture.")
class ArtworkShape(enum.Enum):
    """The shape of a picture."""

    POSTER = "poster"
    LANDSCAPE = "landscape"


@strawberry.type(description="A picture of a title.")
class Artwork:
    """A picture of a title."""

    url: str = strawberry.field(description="Where the SVG is; may be cached for ever.")
    width: int = strawberry.field(description="In pixels; SVG may be shown at any size.")
    height: int
    theme: str = strawberry.field(description="The genre that the picture speaks of, or classic.")
    alt: str = strawberry.field(description="The picture in words.")
    variant: str = strawberry.field(description="Which of the title's pictures it is.")
    personalised: bool = strawberry.field(description="Whether it was chosen for the profile.")


@strawberry.federation.type
class Genre:
    """A genre, as far as artwork needs it."""

    name: str = strawberry.federation.field(external=True)


@strawberry.federation.type(keys=["id"])
class Title:
    """A title of the catalogue, which artwork gives its pictures."""

    id: strawberry.ID
    name: str = strawberry.federation.field(external=True)
    release_year: int = strawberry.federation.field(external=True)
    genres: list[Genre] = strawberry.federation.field(external=True)

    @strawberry.federation.field(
        requires=["name", "releaseYear", "genres { name }"],
        description="The picture chosen for the profile that asks, the same all day.",
    )
    async def artwork(
        self, info: ArtworkInfo, shape: ArtworkShape = ArtworkShape.POSTER
    ) -> Artwork:
        """Choose a variant and say where it is."""
        subject = self._subject()
        shared = info.context.resources
        shared.notebook.note_title(subject)
        choice = await info.context.loader(load_choices).load(subject)
        width, height = SIZES[shape.value]
        return Artwork(
            url=shared.urls.url(subject, choice.variant.name, shape.value),
            width=width,
            height=height,
            theme=choice.variant.theme,
            alt=alt_text(subject, choice.variant),
            variant=choice.variant.name,
            personalised=choice.personalised,
        )

    def _subject(self) -> Subject:
        try:
            names = [genre.name for genre in self.genres]
            return make_subject(self.id, self.name, self.release_year, names)
        except AttributeError as error:
            raise BadRequest(
                "artwork needs name, releaseYear and genres { name } in the representation."
            ) from error

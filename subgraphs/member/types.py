"""Member's GraphQL types."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from reelgraph_dgs.context import Context
from reelgraph_dgs.errors import PermissionDenied, Unauthenticated
from subgraphs.member import store
from subgraphs.member.maturity import MaturityLevel
from subgraphs.member.records import MemberRecord, ProfileRecord
from subgraphs.member.use_cases import sign_in, sign_up
from subgraphs.member.use_cases.directory import Directory, SignedIn
from subgraphs.member.use_cases.directory import InvalidInput as InvalidInputOutcome
from subgraphs.member.use_cases.profiles import TooManyProfiles as TooManyProfilesOutcome

Info = strawberry.Info[Context[Directory], None]

READ_MEMBERS = "member:read"

strawberry.enum(
    MaturityLevel,
    name="MaturityRating",
    description="The age from which a title is meant to be watched.",
)


@strawberry.federation.type(keys=["id"], description="Somebody who watches within a membership.")
class Profile:
    """A profile, seen by its member and by services."""

    id: strawberry.ID
    name: str = strawberry.field(description="What the profile is called.")
    maturity: MaturityLevel = strawberry.field(
        description="The highest rating that the profile may watch; never above SEVEN for kids."
    )
    kids: bool = strawberry.field(description="Whether the profile is a child's.")

    @classmethod
    def of(cls, record: ProfileRecord) -> Profile:
        """Show a record."""
        return cls(
            id=strawberry.ID(record.id),
            name=record.name,
            maturity=record.maturity,
            kids=record.kids,
        )

    @classmethod
    async def resolve_references(
        cls, info: Info, keys: list[strawberry.ID]
    ) -> list[Profile | Exception | None]:
        """Find profiles by id; only their member and services see them."""
        async with info.context.resources.database.read() as session:
            found = await store.find_profiles(session, keys)
        return [_visible_profile(info, found.get(key)) for key in keys]


@strawberry.federation.type(keys=["id"], description="A person with an account.")
class Member:
    """A member; what is private is shown to themselves and to services with member:read."""

    id: strawberry.ID
    display_name: str = strawberry.field(description="What the member wants to be called.")
    record: strawberry.Private[MemberRecord]
    # Who has just signed in sees themselves, though the request itself was anonymous.
    just_signed_in: strawberry.Private[bool] = False

    @classmethod
    def of(cls, record: MemberRecord, just_signed_in: bool = False) -> Member:
        """Show a record."""
        return cls(
            id=strawberry.ID(record.id),
            display_name=record.display_name,
            record=record,
            just_signed_in=just_signed_in,
        )

    @classmethod
    async def resolve_references(cls, info: Info, keys: list[strawberry.ID]) -> list[Member | None]:
        """Find members by id."""
        async with info.context.resources.database.read() as session:
            found = await store.find_members(session, keys)
        return [None if record is None else cls.of(record) for record in map(found.get, keys)]

    @strawberry.field(description="E-mail address; only the member sees it.")
    def email(self, info: Info) -> str | None:
        """Return the address to its owner."""
        self._require_owner(info)
        return self.record.email

    @strawberry.field(
        description="Home country as ISO 3166-1 alpha-2 code; only the member sees it."
    )
    def country(self, info: Info) -> str | None:
        """Return the country to its owner."""
        self._require_owner(info)
        return self.record.country

    @strawberry.field(description="When the member signed up; only the member sees it.")
    def created_at(self, info: Info) -> datetime | None:
        """Return the moment to its owner."""
        self._require_owner(info)
        return self.record.created_at

    @strawberry.field(description="Who watches, in the order they were made.")
    async def profiles(self, info: Info) -> list[Profile] | None:
        """Return the profiles to their owner."""
        self._require_owner(info)
        loader = info.context.loader(_load_profiles)
        return [Profile.of(record) for record in await loader.load(self.record.id)]

    def _require_owner(self, info: Info) -> None:
        if not self.just_signed_in:
            require_owner(info, self.record.id)


@strawberry.type(description="A sign-in: the token for the Authorization header, and whose it is.")
class Session:
    """A fresh access token."""

    access_token: str = strawberry.field(
        description="Send it as `Authorization: Bearer <accessToken>`."
    )
    expires_at: datetime = strawberry.field(description="When the token stops working.")
    member: Member
    profile: Profile = strawberry.field(description="Who watches with this token.")

    @classmethod
    def of(cls, signed_in: SignedIn) -> Session:
        """Show a sign-in."""
        return cls(
            access_token=signed_in.token.text,
            expires_at=signed_in.token.expires_at,
            member=Member.of(signed_in.member, just_signed_in=True),
            profile=Profile.of(signed_in.profile),
        )


@strawberry.type(description="Somebody signed up with this e-mail address before.")
class EmailTaken:
    """See sign_up.EmailTaken."""

    email: str
    message: str = "Somebody has signed up with this e-mail address. Sign in instead."

    @classmethod
    def of(cls, outcome: sign_up.EmailTaken) -> EmailTaken:
        """Show an outcome."""
        return cls(email=outcome.email)


@strawberry.type(description="An input that cannot be taken, and what to do.")
class InvalidInput:
    """See directory.InvalidInput."""

    field: str
    message: str

    @classmethod
    def of(cls, outcome: InvalidInputOutcome) -> InvalidInput:
        """Show an outcome."""
        return cls(field=outcome.field, message=outcome.message)


@strawberry.type(description="E-mail address and password do not go together.")
class InvalidCredentials:
    """See sign_in.InvalidCredentials."""

    message: str = "E-mail address and password do not go together."


@strawberry.type(description="Too many sign-ins failed; wait until `retryAt`.")
class TooManyAttempts:
    """See sign_in.TooManyAttempts."""

    retry_at: datetime
    message: str = "Too many sign-ins failed. Wait a few minutes and try again."

    @classmethod
    def of(cls, outcome: sign_in.TooManyAttempts) -> TooManyAttempts:
        """Show an outcome."""
        return cls(retry_at=outcome.retry_at)


@strawberry.type(description="The member has as many profiles as there can be.")
class TooManyProfiles:
    """See profiles.TooManyProfiles."""

    limit: int
    message: str = "There are as many profiles as there can be."

    @classmethod
    def of(cls, outcome: TooManyProfilesOutcome) -> TooManyProfiles:
        """Show an outcome."""
        return cls(limit=outcome.limit)


@strawberry.type(description="There is no such profile in this membership.")
class UnknownProfile:
    """The profile is not the member's."""

    profile_id: strawberry.ID
    message: str = "This is none of the member's profiles."


SignUpResult = Annotated[Session | EmailTaken | InvalidInput, strawberry.union("SignUpResult")]
SignInResult = Annotated[
    Session | InvalidCredentials | TooManyAttempts, strawberry.union("SignInResult")
]
CreateProfileResult = Annotated[
    Profile | InvalidInput | TooManyProfiles, strawberry.union("CreateProfileResult")
]
SelectProfileResult = Annotated[Session | UnknownProfile, strawberry.union("SelectProfileResult")]


def require_owner(info: Info, member_id: str) -> None:
    """Let the member themselves and services with member:read pass.

    Raises Unauthenticated without a caller, PermissionDenied for anybody else.
    """
    identity = info.context.identity
    if identity.is_member and identity.subject == member_id:
        return
    if identity.is_service and identity.has_scope(READ_MEMBERS):
        return
    if identity.kind == "anonymous":
        raise Unauthenticated("Sign in first.")
    raise PermissionDenied("Only the member may see this.")


def _visible_profile(info: Info, record: ProfileRecord | None) -> Profile | Exception | None:
    if record is None:
        return None
    try:
        require_owner(info, record.member_id)
    except (PermissionDenied, Unauthenticated) as refusal:
        return refusal
    return Profile.of(record)


async def _load_profiles(
    context: Context[Directory], member_ids: list[str]
) -> list[list[ProfileRecord]]:
    async with context.resources.database.read() as session:
        found = await store.list_profiles(session, member_ids)
    return [found[member_id] for member_id in member_ids]

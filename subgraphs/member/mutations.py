"""Member's mutations."""

from __future__ import annotations

from typing import Annotated

import strawberry

from reelgraph_dgs.permissions import require_member
from subgraphs.member.maturity import MaturityLevel
from subgraphs.member.types import (
    CreateProfileResult,
    EmailTaken,
    Info,
    InvalidCredentials,
    InvalidInput,
    Profile,
    SelectProfileResult,
    Session,
    SignInResult,
    SignUpResult,
    TooManyAttempts,
    TooManyProfiles,
    UnknownProfile,
)
from subgraphs.member.use_cases import profiles, sign_in, sign_up
from subgraphs.member.use_cases.directory import InvalidInput as InvalidInputOutcome
from subgraphs.member.use_cases.directory import SignedIn

Country = Annotated[
    str | None, strawberry.argument(description="ISO 3166-1 alpha-2 code, such as DE.")
]


@strawberry.type
class Mutation:
    """What can be done."""

    @strawberry.mutation(description="Become a member, signed in at once.")
    async def sign_up(
        self, info: Info, email: str, password: str, display_name: str, country: Country = None
    ) -> SignUpResult:
        """Sign up."""
        form = sign_up.SignUp(email, password, display_name, country)
        outcome = await sign_up.sign_up(info.context.resources, form)
        match outcome:
            case SignedIn():
                return Session.of(outcome)
            case sign_up.EmailTaken():
                return EmailTaken.of(outcome)
            case InvalidInputOutcome():
                return InvalidInput.of(outcome)

    @strawberry.mutation(description="Sign in; the member's first profile watches.")
    async def sign_in(self, info: Info, email: str, password: str) -> SignInResult:
        """Sign in."""
        address = info.context.identity.address
        outcome = await sign_in.sign_in(info.context.resources, email, password, address)
        match outcome:
            case SignedIn():
                return Session.of(outcome)
            case sign_in.InvalidCredentials():
                return InvalidCredentials()
            case sign_in.TooManyAttempts():
                return TooManyAttempts.of(outcome)

    @strawberry.mutation(description="Add a profile; one for kids is held to SEVEN.")
    async def create_profile(
        self,
        info: Info,
        name: str,
        maturity: MaturityLevel = MaturityLevel.EIGHTEEN,
        kids: bool = False,
    ) -> CreateProfileResult:
        """Create a profile."""
        member_id = require_member(info.context)
        outcome = await profiles.create_profile(
            info.context.resources, member_id, name, maturity, kids
        )
        match outcome:
            case InvalidInputOutcome():
                return InvalidInput.of(outcome)
            case profiles.TooManyProfiles():
                return TooManyProfiles.of(outcome)
            case _:
                return Profile.of(outcome)

    @strawberry.mutation(description="Get a token for another of the member's profiles.")
    async def select_profile(self, info: Info, profile_id: strawberry.ID) -> SelectProfileResult:
        """Select a profile."""
        member_id = require_member(info.context)
        signed_in = await profiles.select_profile(info.context.resources, member_id, profile_id)
        return UnknownProfile(profile_id=profile_id) if signed_in is None else Session.of(signed_in)

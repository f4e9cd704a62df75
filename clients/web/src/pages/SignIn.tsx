import { gql } from "@apollo/client";
import { useApolloClient, useMutation } from "@apollo/client/react";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";

import selectProfileSource from "../operations/SelectProfile.graphql?raw";
import signInSource from "../operations/SignIn.graphql?raw";
import { ages, Problem } from "../parts";
import { setSession } from "../session";

interface Profile {
  id: string;
  name: string;
  maturity: string;
  kids: boolean;
}
interface SignInData {
  signIn:
    | {
        __typename: "Session";
        accessToken: string;
        expiresAt: string;
        member: { id: string; displayName: string; profiles: Profile[] };
      }
    | { __typename: "InvalidCredentials" | "TooManyAttempts"; message: string };
}
interface SelectProfileData {
  selectProfile:
    | {
        __typename: "Session";
        accessToken: string;
        expiresAt: string;
        profile: { id: string; name: string } | null;
      }
    | { __typename: string };
}

const SIGN_IN = gql(signInSource);
const SELECT_PROFILE = gql(selectProfileSource);

export function SignInPage() {
  const [member, setMember] = useState<{ name: string; profiles: Profile[] } | null>(null);
  return member === null ? (
    <Credentials onMember={setMember} />
  ) : (
    <ProfileChoice memberName={member.name} profiles={member.profiles} />
  );
}

function Credentials({
  onMember,
}: {
  onMember: (member: { name: string; profiles: Profile[] }) => void;
}) {
  const [signIn, { loading, error }] = useMutation<SignInData>(SIGN_IN);
  const [refused, setRefused] = useState<string | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setRefused(null);
    const variables = { email: form.get("email"), password: form.get("password") };
    const { data } = await signIn({ variables }).catch(() => ({ data: undefined }));
    if (data === undefined) return;
    if (data.signIn.__typename !== "Session") return setRefused(data.signIn.message);
    const { accessToken, expiresAt, member } = data.signIn;
    const { displayName: memberName, profiles } = member;
    setSession({ accessToken, expiresAt, memberName, profileId: null, profileName: null });
    onMember({ name: memberName, profiles });
  };
  return (
    <form className="card" onSubmit={(event) => void submit(event)}>
      <h1>Sign in</h1>
      <label>
        E-mail
        <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button type="submit" disabled={loading}>
        Sign in
      </button>
      {refused ? (
        <p className="notice problem" role="alert">
          {refused}
        </p>
      ) : null}
      {error ? <Problem what="Signing in failed." error={error} /> : null}
    </form>
  );
}

function ProfileChoice({ memberName, profiles }: { memberName: string; profiles: Profile[] }) {
  const navigate = useNavigate();
  const client = useApolloClient();
  const [select, { loading, error }] = useMutation<SelectProfileData>(SELECT_PROFILE);
  const choose = async (profileId: string) => {
    const { data } = await select({ variables: { profileId } }).catch(() => ({ data: undefined }));
    const chosen = data?.selectProfile;
    if (chosen === undefined || !("accessToken" in chosen)) return;
    const { accessToken, expiresAt, profile } = chosen;
    setSession({
      accessToken,
      expiresAt,
      memberName,
      profileId: profile?.id ?? null,
      profileName: profile?.name ?? null,
    });
    // What was cached was chosen for somebody else.
    await client.clearStore();
    await navigate("/");
  };
  return (
    <section className="card">
      <h1>Who is watching?</h1>
      <div className="profiles">
        {profiles.map((profile) => (
          <button
            key={profile.id}
            type="button"
            disabled={loading}
            onClick={() => void choose(profile.id)}
          >
            {profile.name}
            <small>{profile.kids ? "kids" : ages(profile.maturity)}</small>
          </button>
        ))}
      </div>
      {error ? <Problem what="The profile could not be chosen." error={error} /> : null}
    </section>
  );
}

/** The GraphQL client: one endpoint, the member's token on each request, entities by their key. */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";
import { SetContextLink } from "@apollo/client/link/context";
import { ErrorLink } from "@apollo/client/link/error";

import { getSession, setSession } from "./session";

function isUnauthenticated(error: unknown): boolean {
  if (ServerError.is(error)) return error.statusCode === 401;
  return (
    CombinedGraphQLErrors.is(error) &&
    error.errors.some((each) => each.extensions?.["code"] === "UNAUTHENTICATED")
  );
}

export function createClient(uri: string): ApolloClient {
  const authorise = new SetContextLink((previous) => {
    const session = getSession();
    if (session === null) return previous;
    const headers = { ...previous["headers"], authorization: `Bearer ${session.accessToken}` };
    return { ...previous, headers };
  });
  const signOutWhenRefused = new ErrorLink(({ error }) => {
    if (isUnauthenticated(error) && getSession() !== null) setSession(null);
  });
  return new ApolloClient({
    link: ApolloLink.from([signOutWhenRefused, authorise, new HttpLink({ uri })]),
    cache: new InMemoryCache({
      possibleTypes: { SearchEntity: ["Title"] },
      // A home row belongs to the member who asked: rows of two profiles share ids.
      typePolicies: { Home: { keyFields: false }, HomeRow: { keyFields: false } },
    }),
    clientAwareness: { name: "reelgraph-web", version: "0.1.0" },
  });
}

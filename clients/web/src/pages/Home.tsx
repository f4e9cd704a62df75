import { gql } from "@apollo/client";
import { useQuery } from "@apollo/client/react";
import { Link } from "react-router";

import source from "../operations/Home.graphql?raw";
import { Notice, Poster, type PosterTitle, Problem, Row } from "../parts";
import { useSession } from "../session";

interface HomeData {
  home: {
    fallback: boolean;
    rows: { id: string; name: string; reason: string | null; items: { title: PosterTitle }[] }[];
  } | null;
  viewer: {
    id: string;
    continueWatching: { title: PosterTitle; positionSeconds: number }[] | null;
  } | null;
}

const HOME = gql(source);

export function HomePage() {
  const session = useSession();
  const { data, error, loading } = useQuery<HomeData>(HOME, {
    // Rows follow what was just watched; one part failing leaves the others.
    fetchPolicy: "cache-and-network",
    errorPolicy: "all",
  });
  const watching = data?.viewer?.continueWatching ?? [];
  if (!data && loading) return <Notice>Choosing films…</Notice>;
  return (
    <>
      {session === null ? (
        <Notice>
          <Link to="/sign-in">Sign in</Link> for rows chosen for you, and to play.
        </Notice>
      ) : null}
      {data?.home?.fallback ? <Notice>Our family favourites, while your rows rest.</Notice> : null}
      {watching.length > 0 ? (
        <Row name="Continue watching">
          {watching.map((entry) => (
            <Poster
              key={entry.title.id}
              title={entry.title}
              detail={`at ${clock(entry.positionSeconds)}`}
            />
          ))}
        </Row>
      ) : null}
      {data?.home?.rows.map((row) => (
        <Row key={row.id} name={row.name} reason={row.reason}>
          {row.items.map(({ title }) => (
            <Poster key={title.id} title={title} />
          ))}
        </Row>
      ))}
      {error ? <Problem what="Some of this page could not be loaded." error={error} /> : null}
    </>
  );
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

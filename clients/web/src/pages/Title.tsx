import { gql } from "@apollo/client";
import { useQuery } from "@apollo/client/react";
import { Link, useParams } from "react-router";

import source from "../operations/TitlePage.graphql?raw";
import { ages, Notice, Poster, type PosterTitle, Problem, Row } from "../parts";

interface TitleData {
  title:
    | (PosterTitle & {
        originalName: string | null;
        synopsis: string | null;
        runtimeMinutes: number | null;
        maturityRating: string;
        countries: string[];
        playable: boolean | null;
        genres: { id: string; name: string }[];
        credits: {
          role: string;
          character: string | null;
          person: { id: string; name: string };
        }[];
        similar: PosterTitle[] | null;
      })
    | null;
}

const TITLE = gql(source);

export function TitlePage() {
  const { id = "" } = useParams();
  const { data, error, loading } = useQuery<TitleData>(TITLE, {
    variables: { id },
    errorPolicy: "all",
  });
  const title = data?.title;
  if (!title) {
    if (loading) return <Notice>Loading…</Notice>;
    if (error) return <Problem what="The title could not be loaded." error={error} />;
    return <Notice>There is no such title.</Notice>;
  }
  const facts = [
    title.releaseYear,
    title.runtimeMinutes === null ? null : `${title.runtimeMinutes} min`,
    ages(title.maturityRating),
    title.countries.join(", "),
    title.genres.map(({ name }) => name).join(", "),
  ];
  return (
    <article className="title">
      {title.artwork ? <img className="wide" src={title.artwork.url} alt={title.artwork.alt} /> : null}
      <h1>{title.name}</h1>
      {title.originalName && title.originalName !== title.name ? (
        <p className="reason">{title.originalName}</p>
      ) : null}
      <p className="facts">{facts.filter(Boolean).join(" · ")}</p>
      {title.playable === false ? (
        <Notice>This title cannot be played.</Notice>
      ) : (
        <Link className="button" to={`/play/${encodeURIComponent(title.id)}`}>
          Play
        </Link>
      )}
      <p>{title.synopsis}</p>
      <dl className="credits">
        {title.credits.map((credit) => (
          <div key={`${credit.role}-${credit.person.id}-${credit.character}`}>
            <dt>{credit.character ?? credit.role.toLowerCase()}</dt>
            <dd>{credit.person.name}</dd>
          </div>
        ))}
      </dl>
      {title.similar && title.similar.length > 0 ? (
        <Row name="More like this">
          {title.similar.map((other) => (
            <Poster key={other.id} title={other} />
          ))}
        </Row>
      ) : null}
    </article>
  );
}

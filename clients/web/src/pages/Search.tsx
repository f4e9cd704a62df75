import { gql } from "@apollo/client";
import { useQuery } from "@apollo/client/react";
import { useDeferredValue } from "react";
import { useSearchParams } from "react-router";

import source from "../operations/Search.graphql?raw";
import { Notice, Poster, type PosterTitle, Problem } from "../parts";

interface SearchData {
  search: {
    totalCount: number;
    edges: {
      cursor: string;
      node: (PosterTitle & { genres: { id: string; name: string }[] }) | null;
    }[];
  };
}

const SEARCH = gql(source);

export function SearchPage() {
  const [parameters] = useSearchParams();
  const text = useDeferredValue(parameters.get("q") ?? "");
  const { data, previousData, error, loading } = useQuery<SearchData>(SEARCH, {
    variables: { text },
    skip: text === "",
    fetchPolicy: "cache-and-network",
  });
  if (error) return <Problem what="The search failed." error={error} />;
  const found = (data ?? previousData)?.search;
  if (!found) return <Notice>{loading ? "Searching…" : "Type to search."}</Notice>;
  const titles = found.edges.flatMap(({ node }) => (node === null ? [] : [node]));
  if (titles.length === 0) return <Notice>Nothing found for “{text}”.</Notice>;
  return (
    <section className="row" aria-busy={loading}>
      <h2>
        {found.totalCount} {found.totalCount === 1 ? "film" : "films"} for “{text}”
      </h2>
      <div className="posters wrap">
        {titles.map((title) => (
          <Poster
            key={title.id}
            title={title}
            detail={[title.releaseYear, ...title.genres.slice(0, 2).map(({ name }) => name)]
              .filter(Boolean)
              .join(" · ")}
          />
        ))}
      </div>
    </section>
  );
}

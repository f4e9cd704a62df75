// Apollo Server with @apollo/subgraph, standalone; SDL and films come as JSON on standard input.
import { readFileSync } from "node:fs";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

const { sdl, films } = JSON.parse(readFileSync(0, "utf8"));
const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';
const schema = buildSubgraphSchema([{
  typeDefs: parse(link + sdl),
  resolvers: {
    Query: { films: () => films },
    Film: { __resolveReference: ({ id }) => films[Number(id)] },
  },
}]);
const server = new ApolloServer({ schema });
await startStandaloneServer(server, {
  listen: { port: Number(process.env.PORT), host: "127.0.0.1" },
});

// Apollo Gateway as a server of many supergraphs, and Apollo's composer, for comparing answers.
//
//   PUT    /NAME     a supergraph's SDL as body: serve it under this name
//   POST   /NAME     a GraphQL request as JSON
//   DELETE /NAME     stop serving it
//   POST   /compose  {"subgraphs": [{"name", "url", "sdl"}]} → {"supergraph"} or {"errors"}
//
// Prints its port and a newline when it listens on 127.0.0.1; ends when its standard input ends.
import { createServer } from "node:http";
import { ApolloGateway } from "@apollo/gateway";
import { composeServices } from "@apollo/composition";
import { ApolloServer, HeaderMap } from "@apollo/server";
import { parse } from "graphql";

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const served = new Map();

async function serve(name, supergraphSdl) {
  await stop(name);
  const gateway = new ApolloGateway({ supergraphSdl, logger });
  const server = new ApolloServer({ gateway, logger, introspection: true, csrfPrevention: false, stopOnTerminationSignals: false });
  await server.start();
  served.set(name, server);
}

async function stop(name) {
  const server = served.get(name);
  served.delete(name);
  await server?.stop();
}

async function answer(name, body) {
  const server = served.get(name);
  if (!server) throw new Error(`no supergraph is served as ${name}`);
  const headers = new HeaderMap([["content-type", "application/json"]]);
  const request = { method: "POST", headers, search: "", body };
  const response = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: request,
    context: async () => ({}),
  });
  if (response.body.kind !== "complete") throw new Error("the answer came in parts");
  return response.body.string;
}

function compose({ subgraphs }) {
  const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  const { supergraphSdl, errors } = composeServices(services);
  return supergraphSdl ? { supergraph: supergraphSdl } : { errors: errors.map(String) };
}

async function handle(method, name, text) {
  if (method === "PUT") return serve(name, text).then(() => "{}");
  if (method === "DELETE") return stop(name).then(() => "{}");
  if (name === "compose") return JSON.stringify(compose(JSON.parse(text)));
  return answer(name, JSON.parse(text));
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

const server = createServer(async (request, response) => {
  let status = 200;
  let text;
  try {
    text = await handle(request.method, request.url.slice(1), await read(request));
  } catch (error) {
    status = 500;
    text = JSON.stringify({ errors: [{ message: String(error?.stack ?? error) }] });
  }
  response.writeHead(status, { "content-type": "application/json" });
  response.end(text);
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();

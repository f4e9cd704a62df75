// Compose the subgraphs of standard input with the installed composer named as argument; print the supergraph.
//   {"subgraphs": [{"name", "url", "sdl"}]} → SDL, or the errors and exit code 1
import { readFileSync } from "node:fs";
import graphql from "graphql";

const [composer] = process.argv.slice(2);
const { subgraphs } = JSON.parse(readFileSync(0, "utf8"));
const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: graphql.parse(sdl) }));
const { composeAndValidate, printSupergraphSdl } = (await import(composer)).default;
const { schema, supergraphSdl, errors } = composeAndValidate(services);
if (errors) {
  console.error(errors.map(String).join("\n"));
  process.exit(1);
}
// Older versions print in a step of its own.
process.stdout.write(supergraphSdl ?? printSupergraphSdl(schema, services));

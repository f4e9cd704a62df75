// Compose the subgraphs of standard input with the installed composer named as argument; print the supergraph.
//   {"subgraphs": [{"name", "url", "sdl"}]} → SDL, or the errors and exit code 1
import { readFileSync } from "node:fs";
import { parse } from "graphql";

const [composer] = process.argv.slice(2);
const { subgraphs } = JSON.parse(readFileSync(0, "utf8"));
const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
const found = await import(composer);
const { composeServices } = found.composeServices ? found : found.default;
const { supergraphSdl, errors } = composeServices(services);
if (!supergraphSdl) {
  console.error(errors.map(String).join("\n"));
  process.exit(1);
}
process.stdout.write(supergraphSdl.endsWith("\n") ? supergraphSdl : `${supergraphSdl}\n`);

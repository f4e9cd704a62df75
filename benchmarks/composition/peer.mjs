// Runs the peer composer on one JSON request a line: {"subgraphs": [{"name", "url", "sdl"}]} and
// answers one JSON line each: {"codes": [...], "messages": [...], "api": "...", "supergraph": "..."}.
// With "read", a supergraph of ours, the answer is that of Apollo's reader, whoever composes: what a router
// does before it plans ({"api": "..."}, or {"refused": "..."} with what it cannot load or answer).
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.PEER_HOME}/package.json`);
const { parse, print } = require('graphql');
const peer = process.env.PEER === 'apollo' ? apollo() : require('@theguild/federation-composition');

// Apollo's composer, with the other peer's calls.
function apollo() {
  const { composeServices } = require('@apollo/composition');
  const { Supergraph } = require('@apollo/federation-internals');
  const { printSchema } = require('graphql');
  const publicSchema = (text) => parse(printSchema(Supergraph.build(text, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema()));
  return { composeServices, transformSupergraphToPublicSchema: publicSchema, takesText: true };
}

// Loads a supergraph as Apollo's router does, takes its subgraphs apart, and proves that it can be answered, if
// Apollo's composition itself proves that of the subgraphs.
function read(text, subgraphs) {
  const { Supergraph, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES: supportedFeatures } = require('@apollo/federation-internals');
  const { composeServices, validateSatisfiability } = require('@apollo/composition');
  const { printSchema } = require('graphql');
  try {
    const supergraph = Supergraph.build(text, { supportedFeatures, validateSupergraph: true });
    supergraph.subgraphs();
    const { errors } = validateSatisfiability({ supergraphSdl: text });
    if (errors?.length && !composeServices(services(subgraphs)).errors?.length) return { refused: errors.map((e) => e.message).join('\n') };
    return { api: printSchema(supergraph.apiSchema().toGraphQLJSSchema()) };
  } catch (error) {
    return { refused: [error.message, ...(error.causes ?? []).map((e) => e.message)].join('\n') };
  }
}

const services = (subgraphs) => subgraphs.map((s) => ({ name: s.name, url: s.url, typeDefs: parse(s.sdl) }));

for await (const line of createInterface({ input: process.stdin })) {
  const { subgraphs, time, read: text } = JSON.parse(line);
  if (text) {
    process.stdout.write(`${JSON.stringify(read(text, subgraphs))}\n`);
    continue;
  }
  const start = performance.now();
  const cpu = process.cpuUsage();
  let answer;
  let used = 0;
  try {
    const result = peer.composeServices(services(subgraphs));
    const elapsed = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    used = user + system;
    if (result.errors?.length) {
      answer = {
        codes: result.errors.map((e) => e.extensions?.code ?? 'UNKNOWN'),
        messages: result.errors.map((e) => e.message),
      };
    } else if (time) {
      answer = { codes: [], size: result.supergraphSdl.length };
    } else {
      const text = result.supergraphSdl;
      const api = peer.transformSupergraphToPublicSchema(peer.takesText ? text : parse(text));
      const hints = peer.takesText ? (result.hints ?? []).map((hint) => hint.definition.code) : undefined;
      answer = { codes: [], hints, api: print(api), supergraph: result.supergraphSdl };
    }
    answer.seconds = elapsed;
    answer.cpu = used / 1e6;
    answer.peak = process.resourceUsage().maxRSS * 1024;
  } catch (error) {
    answer = { codes: ['INVALID_GRAPHQL'], messages: [`threw: ${error.message}`] };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";

import { planPlugin } from "./PlanPanel";
import { fetchWithPlan } from "./planStore";
import { readAddress, rememberInAddress } from "./address";

const FIRST_QUERY = `# Write a query and press the play button, or Ctrl-Enter.
# Ctrl-Space completes names; the books icon shows the schema.
# The lanes icon shows how the router fetched the last answer.

query FirstLook {
  __typename
}
`;

const endpoint = "/graphql";
const socket = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${endpoint}`;

const fetcher = createGraphiQLFetcher({
  url: endpoint,
  fetch: fetchWithPlan,
  subscriptionUrl: socket,
});

const given = readAddress();

createRoot(document.getElementById("root")!).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={FIRST_QUERY}
    initialQuery={given.query}
    initialVariables={given.variables}
    defaultEditorToolsVisibility
    shouldPersistHeaders={false}
    plugins={[HISTORY_PLUGIN, planPlugin]}
    onEditQuery={(query) => rememberInAddress("query", query)}
    onEditVariables={(variables) => rememberInAddress("variables", variables)}
  />,
);

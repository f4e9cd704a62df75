import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";

import { planPlugin } from "./PlanPanel";
import { fetchWithPlan, keepingPlans } from "./planStore";
import { takeFromAddress } from "./address";

const HINTS = `# Press the play button, or Ctrl-Enter. Ctrl-Space completes names; the books icon shows the
# schema, the lanes icon how the router fetched the last answer.

`;
/** What the router was told to begin with (its setting `graphiql_query`). */
const first = document.querySelector<HTMLMetaElement>('meta[name="first-query"]')?.content;
const FIRST_QUERY = HINTS + (first || "{\n  __typename\n}\n");

const endpoint = "/graphql";
const socket = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${endpoint}`;

const fetcher = keepingPlans(
  createGraphiQLFetcher({ url: endpoint, fetch: fetchWithPlan, subscriptionUrl: socket }),
);

const given = takeFromAddress();

createRoot(document.getElementById("root")!).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={FIRST_QUERY}
    initialQuery={given.query}
    initialVariables={given.variables}
    defaultEditorToolsVisibility
    shouldPersistHeaders={false}
    plugins={[HISTORY_PLUGIN, planPlugin]}
  />,
);

/** The query plan of the last answer, taken from the answer's extensions. */

export interface FetchTimes {
  id: number;
  subgraph: string;
  startedAt: number;
  endedAt?: number;
  status?: number;
  fault?: string;
  requestBytes: number;
  answerBytes?: number;
}

export interface PlanView {
  text: string;
  fetches: FetchTimes[];
}

export interface PlanState {
  wanted: boolean;
  plan: PlanView | null;
  answered: boolean;
}

const WANTED_KEY = "reelgraph:include-plan";

let state: PlanState = {
  wanted: localStorage.getItem(WANTED_KEY) !== "no",
  plan: null,
  answered: false,
};
const listeners = new Set<() => void>();

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function current(): PlanState {
  return state;
}

export function setWanted(wanted: boolean): void {
  localStorage.setItem(WANTED_KEY, wanted ? "yes" : "no");
  update({ ...state, wanted });
}

/** `fetch`, asking for the plan and keeping it; introspection by the page itself is left alone. */
export async function fetchWithPlan(
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const body = typeof init?.body === "string" ? init.body : "";
  if (!state.wanted || body.includes('"operationName":"IntrospectionQuery"')) {
    return fetch(input, init);
  }
  const headers = new Headers(init?.headers);
  headers.set("Reelgraph-Include-Plan", "1");
  const response = await fetch(input, { ...init, headers });
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("json")) {
    keepPlan(await response.clone().json());
  } else if (type.startsWith("multipart/mixed")) {
    // Not awaited: the page shows the parts as they come, the plan when the last one is there.
    void response.clone().text().then((text) => keepPlan(lastPart(text)));
  }
  return response;
}

/** The last part of an answer to an operation with `@defer`; it has the plan and all times. */
function lastPart(text: string): unknown {
  const bodies = text.split("\r\n---").map((part) => part.slice(part.indexOf("\r\n\r\n") + 4));
  const last = bodies.filter((body) => body.startsWith("{")).at(-1);
  return last === undefined ? null : JSON.parse(last);
}

function keepPlan(answer: unknown): void {
  const extensions = (answer as { extensions?: { queryPlan?: PlanView } } | null)?.extensions;
  update({ ...state, plan: extensions?.queryPlan ?? null, answered: true });
}

function update(next: PlanState): void {
  state = next;
  for (const listener of listeners) {
    listener();
  }
}

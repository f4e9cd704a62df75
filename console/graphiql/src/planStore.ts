/** The query plan of the last answer, taken from the answer's extensions. */

import { type Fetcher, isAsyncIterable, isObservable } from "@graphiql/toolkit";

interface Answer {
  extensions?: { queryPlan?: PlanView };
}

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

/** `fetch`, asking for the plan; introspection by the page itself is left alone. */
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
  return fetch(input, { ...init, headers });
}

/** A fetcher whose answers come without the plan: that is for the panel, not for the answer. */
export function keepingPlans(fetcher: Fetcher): Fetcher {
  const kept = async (...[parameters, options]: Parameters<Fetcher>) => {
    const answered = await fetcher(parameters, options);
    const isOwn = parameters.operationName === "IntrospectionQuery";
    return isAsyncIterable(answered)
      ? withoutPlans(answered as AsyncIterable<unknown>)
      : isObservable(answered) || isOwn
        ? answered
        : withoutPlan(answered, true);
  };
  return kept as Fetcher;
}

/** The parts of an answer to an operation with `@defer`, or the events of a subscription. */
async function* withoutPlans(parts: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const part of parts) {
    yield Array.isArray(part)
      ? part.map((one) => withoutPlan(one, false))
      : withoutPlan(part, false);
  }
}

function withoutPlan(answer: unknown, isWhole: boolean): unknown {
  const extensions = (answer as Answer | null)?.extensions;
  const plan = extensions?.queryPlan ?? null;
  if (plan !== null || isWhole) {
    update({ ...state, plan, answered: true });
  }
  if (plan === null) {
    return answer;
  }
  const { queryPlan: _, ...others } = extensions!;
  const { extensions: __, ...rest } = answer as Answer;
  return Object.keys(others).length > 0 ? { ...rest, extensions: others } : rest;
}

function update(next: PlanState): void {
  state = next;
  for (const listener of listeners) {
    listener();
  }
}

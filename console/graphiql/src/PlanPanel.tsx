import type { GraphiQLPlugin } from "@graphiql/react";
import { useSyncExternalStore } from "react";

import { current, type FetchTimes, type PlanView, setWanted, subscribe } from "./planStore";

function PlanIcon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
      <path d="M2 3h7M5 8h9M4 13h5" strokeLinecap="round" />
    </svg>
  );
}

function PlanPanel() {
  const { wanted, plan, answered } = useSyncExternalStore(subscribe, current);
  return (
    <section className="plan-panel" aria-label="Query plan">
      <h2>Query plan</h2>
      <label>
        <input
          type="checkbox"
          checked={wanted}
          onChange={(event) => setWanted(event.target.checked)}
        />{" "}
        Ask the router for the plan
      </label>
      {plan ? <Plan plan={plan} /> : <NoPlan wanted={wanted} answered={answered} />}
    </section>
  );
}

function NoPlan({ wanted, answered }: { wanted: boolean; answered: boolean }) {
  if (!wanted) {
    return <p>Plans are not asked for.</p>;
  }
  if (!answered) {
    return <p>Run an operation to see how the router fetches it.</p>;
  }
  return (
    <p>
      The answer carried no plan. The router sends plans when it is started with{" "}
      <code>REELGRAPH_ROUTER_EXPOSE_PLAN=true</code>.
    </p>
  );
}

function Plan({ plan }: { plan: PlanView }) {
  return (
    <>
      <h3>Fetches</h3>
      <Timeline fetches={plan.fetches} />
      <h3>Plan</h3>
      <pre className="plan-text">{plan.text}</pre>
    </>
  );
}

function Timeline({ fetches }: { fetches: FetchTimes[] }) {
  if (fetches.length === 0) {
    return <p>No subgraph was asked.</p>;
  }
  const whole = Math.max(...fetches.map((one) => one.endedAt ?? one.startedAt), 0.001);
  return (
    <table className="plan-timeline">
      <thead>
        <tr>
          <th>subgraph</th>
          <th>ms</th>
          <th>answer</th>
          <th aria-label="when" />
        </tr>
      </thead>
      <tbody>
        {fetches.map((one) => (
          <Row key={one.id} fetch={one} whole={whole} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ fetch, whole }: { fetch: FetchTimes; whole: number }) {
  const ended = fetch.endedAt ?? whole;
  const bar = {
    marginLeft: `${(100 * fetch.startedAt) / whole}%`,
    width: `${Math.max(1, (100 * (ended - fetch.startedAt)) / whole)}%`,
  };
  const failed = fetch.fault !== undefined || (fetch.status !== undefined && fetch.status !== 200);
  return (
    <tr className={failed ? "failed" : undefined}>
      <td>{fetch.subgraph}</td>
      <td>{(ended - fetch.startedAt).toFixed(1)}</td>
      <td>{fetch.fault ?? `${fetch.answerBytes ?? 0} B`}</td>
      <td className="plan-lane">
        <div style={bar} />
      </td>
    </tr>
  );
}

export const planPlugin: GraphiQLPlugin = {
  title: "Query plan",
  icon: PlanIcon,
  content: PlanPanel,
};

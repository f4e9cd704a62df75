import { gql } from "@apollo/client";
import { useApolloClient, useMutation } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { Link, useParams } from "react-router";

import heartbeatSource from "../operations/Heartbeat.graphql?raw";
import startSource from "../operations/StartPlayback.graphql?raw";
import stopSource from "../operations/StopPlayback.graphql?raw";
import { Notice, Problem } from "../parts";
import { useSession } from "../session";

interface PlaybackSession {
  __typename: "PlaybackSession";
  id: string;
  leaseToken: string;
  urls: { url: string; appliance: string }[];
  title: { id: string; name: string };
}
interface StartData {
  startPlayback:
    | PlaybackSession
    | { __typename: "NotEntitled" | "TooManyStreams" | "TitleUnavailable"; message: string };
}

const START = gql(startSource);
const HEARTBEAT = gql(heartbeatSource);
const STOP = gql(stopSource);
const HEARTBEAT_MILLISECONDS = 10_000;

export function PlayPage() {
  const { id = "" } = useParams();
  const signedIn = useSession() !== null;
  const [start, { data, error, called }] = useMutation<StartData>(START);
  const asked = useRef<string | null>(null);
  useEffect(() => {
    // React runs effects twice while developing: one visit starts one session.
    if (!signedIn || asked.current === id) return;
    asked.current = id;
    void start({ variables: { titleId: id } }).catch(() => undefined);
  }, [id, signedIn, start]);
  if (!signedIn) {
    return (
      <Notice>
        <Link to="/sign-in">Sign in</Link> to play.
      </Notice>
    );
  }
  if (error) return <Problem what="Playback could not be started." error={error} />;
  const result = data?.startPlayback;
  if (!called || result === undefined) return <Notice>Finding the nearest appliance…</Notice>;
  if (result.__typename !== "PlaybackSession") return <Notice>{result.message}</Notice>;
  return <Player key={result.id} session={result as PlaybackSession} />;
}

/** Plays from the first appliance; when it fails, from the next, at the same position. */
function Player({ session }: { session: PlaybackSession }) {
  const client = useApolloClient();
  const video = useRef<HTMLVideoElement>(null);
  const [choice, setChoice] = useState(0);
  const resumeAt = useRef(0);
  const source = session.urls[choice];

  useEffect(() => {
    const tell = (mutation: typeof HEARTBEAT) => {
      const positionSeconds = Math.floor(video.current?.currentTime ?? resumeAt.current);
      const variables = { sessionId: session.id, leaseToken: session.leaseToken, positionSeconds };
      void client.mutate({ mutation, variables }).catch(() => undefined);
    };
    const timer = setInterval(() => tell(HEARTBEAT), HEARTBEAT_MILLISECONDS);
    const element = video.current;
    const first = () => tell(HEARTBEAT);
    element?.addEventListener("playing", first, { once: true });
    return () => {
      clearInterval(timer);
      element?.removeEventListener("playing", first);
      tell(STOP);
    };
  }, [client, session]);

  if (source === undefined) return <Notice>No appliance could serve this title.</Notice>;
  return (
    <section className="player">
      <video
        ref={video}
        src={source.url}
        controls
        autoPlay
        muted
        playsInline
        onTimeUpdate={() => (resumeAt.current = video.current?.currentTime ?? 0)}
        onLoadedMetadata={() => {
          if (video.current && resumeAt.current > 0) video.current.currentTime = resumeAt.current;
        }}
        onError={() => setChoice(choice + 1)}
      />
      <h1>{session.title.name}</h1>
      <p className="facts">
        from <span data-testid="appliance">{source.appliance}</span>
        {session.urls.length > 1 ? ` (${session.urls.length} appliances can serve it)` : null}
      </p>
    </section>
  );
}

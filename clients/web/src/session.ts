/** The signed-in member's session: kept in this tab's browser storage, told to whoever listens. */
import { useSyncExternalStore } from "react";

export interface Session {
  accessToken: string;
  expiresAt: string;
  memberName: string;
  profileId: string | null;
  profileName: string | null;
}

const KEY = "reelgraph.session";
const listeners = new Set<() => void>();
let current: Session | null = read();

function read(): Session | null {
  const text = localStorage.getItem(KEY);
  if (text === null) return null;
  try {
    const session = JSON.parse(text) as Session;
    return new Date(session.expiresAt).getTime() > Date.now() ? session : null;
  } catch {
    return null;
  }
}

export function getSession(): Session | null {
  return current;
}

export function setSession(session: Session | null): void {
  current = session;
  if (session === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify(session));
  for (const listener of listeners) listener();
}

export function useSession(): Session | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

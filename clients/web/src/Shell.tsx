import { useApolloClient } from "@apollo/client/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Link, Outlet, useLocation, useNavigate, useSearchParams } from "react-router";

import { setSession, useSession } from "./session";

export function Shell() {
  return (
    <>
      <header className="bar">
        <Link to="/" className="brand">
          reelgraph
        </Link>
        <SearchBox />
        <Account />
      </header>
      <main>
        <Outlet />
      </main>
    </>
  );
}

/**
 * Typing searches: the address follows the text, the page follows the address.
 *
 * The text is kept here and not read back while somebody types: the router changes the address in
 * a transition, which lags behind quick typing and would swallow letters.
 */
function SearchBox() {
  const navigate = useNavigate();
  const onSearchPage = useLocation().pathname === "/search";
  const [parameters] = useSearchParams();
  const searched = onSearchPage ? (parameters.get("q") ?? "") : "";
  const [text, setText] = useState(searched);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== box.current) setText(searched);
  }, [searched]);
  const search = (typed: string) => {
    setText(typed);
    const address = typed === "" ? "/" : `/search?q=${encodeURIComponent(typed)}`;
    void navigate(address, { replace: onSearchPage });
  };
  return (
    <form role="search" onSubmit={(event: FormEvent) => event.preventDefault()}>
      <input
        ref={box}
        type="search"
        aria-label="Search films and people"
        placeholder="Films, people, genres"
        value={text}
        onChange={(event) => search(event.target.value)}
      />
    </form>
  );
}

function Account() {
  const session = useSession();
  const client = useApolloClient();
  if (session === null) return <Link to="/sign-in">Sign in</Link>;
  const signOut = async () => {
    setSession(null);
    await client.resetStore();
  };
  return (
    <span className="account">
      <Link to="/sign-in">{session.profileName ?? session.memberName}</Link>
      <button type="button" className="quiet" onClick={() => void signOut()}>
        Sign out
      </button>
    </span>
  );
}

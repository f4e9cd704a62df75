import { useApolloClient } from "@apollo/client/react";
import type { FormEvent } from "react";
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

/** Typing searches: the address follows the text, the page follows the address. */
function SearchBox() {
  const navigate = useNavigate();
  const onSearchPage = useLocation().pathname === "/search";
  const [parameters] = useSearchParams();
  const search = (text: string) =>
    void navigate(text === "" ? "/" : `/search?q=${encodeURIComponent(text)}`, {
      replace: onSearchPage,
    });
  return (
    <form role="search" onSubmit={(event: FormEvent) => event.preventDefault()}>
      <input
        type="search"
        aria-label="Search films and people"
        placeholder="Films, people, genres"
        value={onSearchPage ? (parameters.get("q") ?? "") : ""}
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

/**
 * An operation given in the page's address, so that a link carries it.
 *
 * Nothing that is typed goes into the address: it would stand in the browser's history, in logs of
 * proxies and on screens, and what is typed may be a password.
 */
export function takeFromAddress(): { query?: string; variables?: string } {
  const url = new URL(location.href);
  const given = {
    query: url.searchParams.get("query") ?? undefined,
    variables: url.searchParams.get("variables") ?? undefined,
  };
  if (url.search !== "") {
    url.search = "";
    history.replaceState(null, "", url);
  }
  return given;
}

/** The operation in the page's address, so that a link carries it. */

const LONGEST_ADDRESS = 4000;

export function readAddress(): { query?: string; variables?: string } {
  const parameters = new URLSearchParams(location.search);
  return {
    query: parameters.get("query") ?? undefined,
    variables: parameters.get("variables") ?? undefined,
  };
}

export function rememberInAddress(name: "query" | "variables", text: string): void {
  const url = new URL(location.href);
  if (text.trim() === "") {
    url.searchParams.delete(name);
  } else {
    url.searchParams.set(name, text);
  }
  if (url.href.length <= LONGEST_ADDRESS) {
    history.replaceState(null, "", url);
  }
}

/** The pieces several pages share: a poster that links to its title, a row of them, a notice. */
import type { ReactNode } from "react";
import { Link } from "react-router";

export interface PosterTitle {
  id: string;
  name: string;
  releaseYear: number | null;
  artwork: { url: string; alt: string } | null;
}

const AGES: Record<string, string> = {
  ALL: "all ages",
  SEVEN: "7+",
  THIRTEEN: "13+",
  SIXTEEN: "16+",
  EIGHTEEN: "18+",
};

/** A maturity rating as people read it; a rating this client does not know yet stays as it is. */
export function ages(maturity: string): string {
  return AGES[maturity] ?? maturity;
}

export function Poster({ title, detail }: { title: PosterTitle; detail?: ReactNode }) {
  return (
    <Link to={`/title/${encodeURIComponent(title.id)}`} className="poster">
      {title.artwork === null ? (
        <span className="no-art">{title.name}</span>
      ) : (
        <img src={title.artwork.url} alt={title.artwork.alt} loading="lazy" />
      )}
      <span className="name">{title.name}</span>
      <span className="detail">{detail ?? title.releaseYear}</span>
    </Link>
  );
}

export function Row({
  name,
  reason,
  children,
}: {
  name: string;
  reason?: string | null;
  children: ReactNode;
}) {
  return (
    <section className="row">
      <h2>{name}</h2>
      {reason ? <p className="reason">{reason}</p> : null}
      <div className="posters">{children}</div>
    </section>
  );
}

export function Notice({ children }: { children: ReactNode }) {
  return (
    <p className="notice" role="status">
      {children}
    </p>
  );
}

export function Problem({ what, error }: { what: string; error: Error }) {
  return (
    <p className="notice problem" role="alert">
      {what} {error.message}
    </p>
  );
}

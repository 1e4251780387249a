/** What the caller should do about an error. */
export type ErrorKind =
  | "conflict" // read again, then retry: somebody else was first
  | "unavailable" // wait, then retry: a system did not answer
  | "invalid" // change the request
  | "corrupt" // the stored data is not what it must be
  | "unsupported" // the request is sound, but not built here
  | "closed" // the thing was stopped before
  | "internal"; // our bug

/** One condition: `message` is problem, why, remedy; `{name}` is filled from the parameters. */
export interface Condition {
  readonly kind: ErrorKind;
  readonly sqlState: string;
  readonly message: string;
}

/** What a command may touch of the process: stdout is data, stderr is talk. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts at the first interrupt of the user. */
  readonly interrupted: AbortSignal;
}

/** Exit codes, as `--help` says them. */
export const exit = { done: 0, failed: 1, usage: 2 } as const;

/** A wrong way of calling: said with the usage, exit code 2. */
export class UsageError extends Error {}

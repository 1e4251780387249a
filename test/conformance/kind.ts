/** What came of one case. The four failures are told apart: only `wrong` is a wrong answer. */
export type Outcome =
  | { readonly kind: "passed" }
  | { readonly kind: "skipped"; readonly reason: string }
  | {
      /**
       * `wrong`: an answer that differs in schema or rows; `refused`: our error where an answer is
       * expected; `accepted`: our answer where an error is; `condition`: another error.
       */
      readonly kind: Failure;
      /** What cases that fail for the same reason share. */
      readonly cause: string;
      readonly expected: string;
      readonly actual: string;
    };

export const failures = ["wrong", "refused", "accepted", "condition"] as const;
export type Failure = (typeof failures)[number];

/** One case of a folder: where it stands, what it does, what came of it. */
export interface CaseResult {
  /** Path inside the folder. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly outcome: Outcome;
}

export interface RunOptions {
  /** Only files whose path holds this text. */
  readonly only?: string;
}

/** A kind of folder that can be run: its cases in order, each as it is done. */
export interface Kind {
  /** What the folder holds, for the usage. */
  readonly about: string;
  run(folder: string, options: RunOptions): AsyncIterable<CaseResult>;
}

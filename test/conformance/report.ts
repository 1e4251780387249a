import { type CaseResult, type Failure, failures } from "./kind.ts";

/** Counts of cases by what came of them. */
export type Totals = { passed: number; failed: number; skipped: number } & Record<Failure, number>;

/** What `--report` writes. */
export interface Report {
  readonly kind: string;
  readonly totals: Totals;
  readonly files: Readonly<Record<string, Totals>>;
  /** The ten commonest, most cases first. */
  readonly causes: readonly { readonly cause: string; readonly cases: number }[];
  /** Cases by why they were skipped. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly failures: readonly {
    readonly file: string;
    readonly line: number;
    readonly class: Failure;
    readonly cause: string;
    readonly text: string;
    readonly expected: string;
    readonly actual: string;
  }[];
}

const causeBound = 10;
const textBound = 2000; // characters of an answer that a report keeps

function noTotals(): Totals {
  return { passed: 0, failed: 0, skipped: 0, wrong: 0, refused: 0, accepted: 0, condition: 0 };
}

/** Counts results as they come; `line` is what to print of a failed one. */
export function createReport(kind: string): {
  add(result: CaseResult): string | undefined;
  end(): Report;
} {
  const totals = noTotals();
  const files: Record<string, Totals> = {};
  const causes = new Map<string, number>();
  const skipped: Record<string, number> = {};
  const failed: Report["failures"][number][] = [];
  return {
    add({ file, line, text, outcome }) {
      files[file] ??= noTotals();
      for (const each of [totals, files[file]]) {
        each[outcome.kind]++;
        if (isFailure(outcome.kind)) each.failed++;
      }
      if (outcome.kind === "passed") return undefined;
      if (outcome.kind === "skipped") {
        skipped[outcome.reason] = (skipped[outcome.reason] ?? 0) + 1;
        return undefined;
      }
      const { kind, cause } = outcome;
      const [expected, actual] = [outcome.expected, outcome.actual].map(cut) as [string, string];
      causes.set(`${kind}: ${cause}`, (causes.get(`${kind}: ${cause}`) ?? 0) + 1);
      failed.push({ file, line, class: kind, cause, text, expected, actual });
      return `${file}:${line} ${kind}: ${cause} | ${text.replace(/\s+/g, " ").slice(0, 80)}`;
    },
    end: () => ({
      kind,
      totals,
      files,
      causes: [...causes]
        .map(([cause, cases]) => ({ cause, cases }))
        .sort((a, b) => b.cases - a.cases)
        .slice(0, causeBound),
      skipped,
      failures: failed,
    }),
  };
}

function isFailure(kind: string): kind is Failure {
  return (failures as readonly string[]).includes(kind);
}

function cut(text: string): string {
  return text.length > textBound ? `${text.slice(0, textBound)}…` : text;
}

import { type Code, conditions } from "./condition.ts";
import type { Condition, ErrorKind } from "./kind.ts";

type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The values a condition's text asks for, by name. */
export type Parameters<C extends Code> = {
  readonly [N in Names<(typeof conditions)[C]["message"]>]: string | number | bigint;
};

/**
 * The one error class. `code` is from the closed list in `condition.ts` (Spark's and Delta's own
 * names where they have one); `kind` says what to do; the text gives problem, why and remedy.
 */
export class MillraceError extends Error {
  override readonly name = "MillraceError";
  readonly code: Code;
  readonly sqlState: string;
  readonly kind: ErrorKind;
  readonly parameters: Readonly<Record<string, string>>;

  constructor(code: Code, parameters: Readonly<Record<string, string>>, cause?: unknown) {
    const condition: Condition = conditions[code];
    super(
      `[${code}] ${fill(condition.message, parameters)}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.sqlState = condition.sqlState;
    this.kind = condition.kind;
    this.parameters = parameters;
  }
}

function fill(message: string, parameters: Readonly<Record<string, string>>): string {
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => parameters[name] ?? whole);
}

/** Makes the error of a condition: `throw error("DELTA_TABLE_NOT_FOUND", { table })`. */
export function error<C extends Code>(
  code: C,
  parameters: Parameters<C>,
  cause?: unknown,
): MillraceError {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) texts[name] = String(value);
  return new MillraceError(code, texts, cause);
}

/** Whether a thrown value is ours, and of one of the codes when any is given. */
export function isError(thrown: unknown, ...codes: readonly Code[]): thrown is MillraceError {
  return thrown instanceof MillraceError && (codes.length === 0 || codes.includes(thrown.code));
}

/** A bug of ours, not of the caller's: fails with a plain `Error`. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}

/** For the end of a switch over a closed union. */
export function unreachable(value: never): never {
  throw new Error(`Assertion failed: unreachable value ${JSON.stringify(value)}`);
}

import { parseArgs } from "node:util";
import { UsageError } from "./io.ts";

/** Options every command takes. */
const shared = {
  warehouse: { type: "string" },
  output: { type: "string" },
  conf: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
  verbose: { type: "boolean" },
} as const;

/** Options of some commands, all of them with a value; `option` as often as wanted. */
const special = ["version", "timestamp", "changes", "limit", "from", "option"] as const;

export type Special = (typeof special)[number];
export type OutputFormat = "table" | "ndjson" | "json";

export interface Arguments {
  readonly positionals: readonly string[];
  readonly warehouse: string;
  readonly output: OutputFormat;
  readonly help: boolean;
  readonly verbose: boolean;
  /** Of the session, by name: `--conf name=value`, as often as wanted. */
  readonly conf: Readonly<Record<string, string>>;
  /** Of a source, by name: `--option name=value`. */
  readonly options: Readonly<Record<string, string>>;
  readonly values: Readonly<Partial<Record<Special, string>>>;
}

/** Reads a command's arguments; those not in `allowed` are a UsageError. */
export function readArguments(argv: readonly string[], allowed: readonly Special[]): Arguments {
  const own = allowed.map((name) => [name, name === "option" ? texts : text]);
  const options = { ...shared, ...Object.fromEntries(own) };
  const { values, positionals } = parse(argv, options);
  const output = (values["output"] as string | undefined) ?? "table";
  if (output !== "table" && output !== "ndjson" && output !== "json") {
    throw new UsageError(`--output is table, ndjson or json, not ${output}`);
  }
  const given = special.filter((name) => typeof values[name] === "string");
  return {
    positionals,
    output,
    warehouse: (values["warehouse"] as string | undefined) ?? "spark-warehouse",
    help: values["help"] === true,
    verbose: values["verbose"] === true,
    conf: namesAndValues("conf", values["conf"]),
    options: namesAndValues("option", values["option"]),
    values: Object.fromEntries(given.map((name) => [name, values[name] as string])),
  };
}

function namesAndValues(option: string, given: unknown): Readonly<Record<string, string>> {
  const pairs = ((given ?? []) as readonly string[]).map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`--${option} takes name=value, not ${pair}`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;

function parse(
  argv: readonly string[],
  options: NonNullable<Parameters<typeof parseArgs>[0]>["options"],
) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: options ?? {},
      allowPositionals: true,
    });
    return { values: values as Record<string, unknown>, positionals };
  } catch (cause) {
    throw new UsageError((cause as Error).message);
  }
}

/** A whole number of an option; undefined where it is not given. */
export function integerOption(args: Arguments, name: Special): number | undefined {
  const value = args.values[name];
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw new UsageError(`--${name} takes a whole number, not ${value}`);
  return Number(value);
}

/** The one positional argument of a command. */
export function onlyPositional(args: Arguments, what: string): string {
  const [first, ...rest] = args.positionals;
  if (first === undefined || rest.length > 0) throw new UsageError(`Give one ${what}`);
  return first;
}

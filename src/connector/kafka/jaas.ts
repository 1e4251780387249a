import { error } from "../../error/error.ts";

/** One login module of Java's, as `sasl.jaas.config` names it. */
export interface LoginModule {
  /** Without its package. */
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

const head = /^\s*([\w.$]+)\s+(required|requisite|sufficient|optional)\b/;
const option = /\s*([\w.$-]+)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s;"']+)/y;

/** Reads `module required name="value" ...;`. KAFKA_ILLEGAL_OPTION. */
export function parseJaas(text: string): LoginModule {
  const start = head.exec(text);
  if (start === null) throw malformed("it must be: <login module> required <name>=<value> ...;");
  const options: Record<string, string> = {};
  option.lastIndex = start[0].length;
  let at = option.lastIndex;
  for (let found = option.exec(text); found !== null; found = option.exec(text)) {
    options[found[1]!] = unquoted(found[2]!);
    at = option.lastIndex;
  }
  if (!/^\s*;\s*$/.test(text.slice(at))) throw malformed("it must end with one semicolon");
  return { name: start[1]!.split(".").at(-1)!, options };
}

function unquoted(value: string): string {
  if (!/^["']/.test(value)) return value;
  return value.slice(1, -1).replace(/\\(.)/g, "$1");
}

/** The text itself holds a password: no message shows it. */
function malformed(reason: string): Error {
  return error("KAFKA_ILLEGAL_OPTION", { reason: `kafka.sasl.jaas.config: ${reason}` });
}

import { error } from "../../error/error.ts";
import type { SetCommand } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import { field, string, struct } from "../../schema/type.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { variableOf } from "./variable.ts";

const schema = struct([field("key", string, false), field("value", string, false)]);

/** SET k = v; SET k and SET show; RESET takes back. */
export async function runSet(context: LocalContext, command: SetCommand): Promise<CommandResult> {
  const { conf } = context;
  const { key, value } = command;
  if (value === null) {
    for (const name of key === undefined ? conf.entries().map(([each]) => each) : [key]) {
      conf.unset(name);
    }
    return noAnswer;
  }
  if (key === undefined) {
    return { schema, rows: conf.entries().map(([name, text]) => ({ key: name, value: text })) };
  }
  if (variableOf(context, key)) {
    throw error("UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET", { variableName: quoteName([key]) });
  }
  if (value !== undefined) conf.set(key, value);
  return { schema, rows: [{ key, value: conf.lookup(key) ?? "<undefined>" }] };
}

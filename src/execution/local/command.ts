import type { Command } from "../../plan/command.ts";
import type { CommandResult } from "../execution.ts";
import type { LocalContext } from "./context.ts";

/** What a command without an answer answers. */
export const noAnswer: CommandResult = { schema: { type: "struct", fields: [] }, rows: [] };

/** Runs a command. Each kind is a file of its own, loaded when it is first used. */
export async function runCommand(context: LocalContext, command: Command): Promise<CommandResult> {
  switch (command.kind) {
    case "write":
      return (await import("./write.ts")).runWrite(context, command);
    case "writes": {
      const { runWrite } = await import("./write.ts");
      for (const write of command.writes) await runWrite(context, write);
      return noAnswer;
    }
    case "copy into":
      return (await import("./copy.ts")).runCopyInto(context, command);
    case "create table":
      return (await import("./create.ts")).runCreateTable(context, command);
    case "create namespace":
      return (await import("./namespace.ts")).runCreateNamespace(context, command);
    case "drop namespace":
      return (await import("./namespace.ts")).runDropNamespace(context, command);
    case "use":
      return (await import("./namespace.ts")).runUse(context, command);
    case "create view":
      return (await import("./view.ts")).runCreateView(context, command);
    case "alter view":
      return (await import("./alter-view.ts")).runAlterView(context, command);
    case "add columns":
      return (await import("./add-columns.ts")).runAddColumns(context, command);
    case "drop table":
      return (await import("./drop.ts")).runDrop(context, command);
    case "truncate table":
      return (await import("./truncate.ts")).runTruncate(context, command);
    case "describe":
      return (await import("./describe.ts")).runDescribe(context, command);
    case "describe history":
      return (await import("./history.ts")).runHistory(context, command);
    case "describe detail":
      return (await import("./history.ts")).runDetail(context, command);
    case "show":
      return (await import("./show.ts")).runShow(context, command);
    case "create function":
      return (await import("./function.ts")).runCreateFunction(context, command);
    case "drop function":
      return (await import("./function.ts")).runDropFunction(context, command);
    case "explain":
      return (await import("./explain.ts")).runExplain(context, command);
    case "execute immediate":
      throw new Error("Assertion failed: the statement it holds is run in its place");
    case "declare variable":
      return (await import("./variable.ts")).runDeclareVariable(context, command);
    case "set variable":
      return (await import("./variable.ts")).runSetVariable(context, command);
    case "drop variable":
      return (await import("./variable.ts")).runDropVariable(context, command);
    case "set":
      return (await import("./set.ts")).runSet(context, command);
    case "write stream": {
      const { startStream } = await import("./stream.ts");
      await startStream(context, command);
      return noAnswer;
    }
  }
}

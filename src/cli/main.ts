import { isError } from "../error/error.ts";
import { SparkSession } from "../session/spark-session.ts";
import { type Arguments, readArguments, type Special } from "./argument.ts";
import { help } from "./help.ts";
import { exit, type Io, UsageError } from "./io.ts";
import { printFrame } from "./output.ts";
import { detailCommand, historyCommand, readCommand } from "./table.ts";

/** A command that needs a session. */
interface Command {
  readonly options: readonly Special[];
  run(spark: SparkSession, args: Arguments, io: Io): Promise<void>;
}

const commands: Readonly<Record<string, Command>> = {
  sql: {
    options: [],
    run: async (spark, args, io) => (await import("./sql.ts")).sqlCommand(spark, args, io),
  },
  read: {
    options: ["version", "timestamp", "changes", "limit"],
    run: async (spark, args, io) => printFrame(readCommand(spark, args), args.output, io),
  },
  history: {
    options: ["limit"],
    run: async (spark, args, io) => printFrame(historyCommand(spark, args), args.output, io),
  },
  detail: {
    options: [],
    run: async (spark, args, io) => printFrame(detailCommand(spark, args), args.output, io),
  },
  tail: {
    options: ["from"],
    run: async (spark, args, io) => (await import("./tail.ts")).tailCommand(spark, args, io),
  },
};

/** The command line: arguments in, exit code out; touches nothing but `io` and what it is told. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      io.err(`${thrown.message}\nSee millrace --help`);
      return exit.usage;
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    io.err(isError(thrown) ? message : `[INTERNAL_ERROR] ${message}`);
    if (argv.includes("--verbose") && thrown instanceof Error) io.err(thrown.stack ?? "");
    return exit.failed;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    io.out(help);
    return name === undefined ? exit.usage : exit.done;
  }
  if (name === "run") return (await import("./run.ts")).runCommand(rest, io);
  if (name === "checkpoint") {
    await (await import("./checkpoint.ts")).checkpointCommand(rest, io);
    return exit.done;
  }
  if (name === "notification") {
    await (await import("./notification.ts")).notificationCommand(rest, io);
    return exit.done;
  }
  const command = commands[name];
  if (!command) throw new UsageError(`There is no command ${name}`);
  const args = readArguments(rest, command.options);
  if (args.help) {
    io.out(help);
    return exit.done;
  }
  const builder = SparkSession.builder().config("spark.sql.warehouse.dir", args.warehouse);
  for (const [key, value] of Object.entries(args.conf)) builder.config(key, value);
  await using spark = await builder.create();
  await command.run(spark, args, io);
  return exit.done;
}

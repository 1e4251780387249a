import { openCache } from "../storage/cache/cache.ts";
import { openStores } from "../storage/registry.ts";
import { openStaging } from "../storage/staging.ts";
import { inspectCheckpoint } from "../stream/inspect.ts";
import { readArguments } from "./argument.ts";
import { type Io, UsageError } from "./io.ts";

/** `millrace checkpoint inspect <dir>`: where a query stands, as JSON. */
export async function checkpointCommand(argv: readonly string[], io: Io): Promise<void> {
  const { positionals, conf } = readArguments(argv, []);
  const [verb, folder, ...rest] = positionals;
  if (verb !== "inspect" || folder === undefined || rest.length > 0) {
    throw new UsageError("Call it as: millrace checkpoint inspect <dir>");
  }
  await using staging = await openStaging();
  await using cache = openCache();
  const stores = openStores({ staging, cache, workingDirectory: process.cwd(), options: conf });
  const report = await inspectCheckpoint(await stores.locate(folder));
  io.out(JSON.stringify(report, null, 2));
}

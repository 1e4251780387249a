import { openServices } from "../connector/cloudfiles/notification/service.ts";
import { cacheOptions, openCache } from "../storage/cache/cache.ts";
import { openStores } from "../storage/registry.ts";
import { openStaging } from "../storage/staging.ts";
import { readArguments } from "./argument.ts";
import { type Io, UsageError } from "./io.ts";

const usages: Readonly<Record<string, string>> = {
  list: "millrace notification list <path>",
  setup: "millrace notification setup <path> <name>",
  teardown: "millrace notification teardown <path> <id>",
};

/** What can be in the name of a queue of every cloud; a stream's id is such a name. */
const streamName = /^(?=.{1,50}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * `millrace notification list | setup | teardown`: what tells streams of new files in the bucket or
 * the account of a path; what there is, or what it did, as JSON.
 */
export async function notificationCommand(argv: readonly string[], io: Io): Promise<void> {
  const { positionals, conf, options } = readArguments(argv, ["option"]);
  const [verb, path, streamId = ""] = positionals;
  const usage = verb === undefined ? undefined : usages[verb];
  if (path === undefined || !usage || positionals.length !== (verb === "list" ? 2 : 3)) {
    throw new UsageError(`Call it as: ${usage ?? Object.values(usages).join("\n         or: ")}`);
  }
  if (verb !== "list" && !streamName.test(streamId)) {
    throw new UsageError(
      `${streamId} is no name: up to 50 small letters, digits and single hyphens between them`,
    );
  }
  await using staging = await openStaging();
  await using cache = openCache(cacheOptions(conf));
  const stores = openStores({ staging, cache, workingDirectory: process.cwd(), options: conf });
  const location = await stores.locate(path);
  const { services, option } = await openServices({ location, streamId, options, conf });
  await using opened = services;
  const answer = {
    list: () => opened.list(),
    setup: async () => ({ [option]: await opened.setUp() }),
    teardown: async () => ({ removed: await opened.tearDown(streamId) }),
  };
  io.out(JSON.stringify(await answer[verb as keyof typeof answer](), null, 2));
}

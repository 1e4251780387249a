import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { type OptionReader, optionReader } from "../option.ts";
import { type HubConnection, hubConnection } from "./connection.ts";
import { type HubPositions, parsePosition, parsePositions } from "./position.ts";

/** What sources and sinks have. */
export interface HubOptions extends HubConnection {
  readonly consumerGroup: string;
  /** How long a question may go without an answer, ms; then it is given up. */
  readonly operationMs: number;
}

export interface HubReadOptions extends HubOptions {
  /** After so long without an event a receiver is looked after, ms. */
  readonly receiverMs: number;
  readonly prefetchCount: number;
  /** Whether a receiver shuts out others of its consumer group. */
  readonly exclusive: boolean;
  readonly starting: HubPositions;
  readonly failOnDataLoss: boolean;
}

export interface HubStreamOptions extends HubReadOptions {
  /** Absent: a thousand for each partition. */
  readonly maxEvents: number | undefined;
  /** Whether partitions that come while it runs are found. */
  readonly discovers: boolean;
}

export interface HubBatchOptions extends HubReadOptions {
  readonly ending: HubPositions;
}

/** What names classes of the JVM, or stands on many receivers of a partition's events. */
const refused: Readonly<Record<string, string>> = {
  "eventhubs.useAadAuth": "Use a connection string with a key",
  "eventhubs.aadAuthCallback": "Use a connection string with a key",
  "eventhubs.slowPartitionAdjustment": "Remove it: one process receives all partitions",
  "eventhubs.throttlingStatusPlugin": "Remove it: it names a class of the JVM",
  "eventhubs.metricPlugin": "Remove it: see the progress of the query",
};

export function hubOptions(options: Options): HubOptions {
  return commonOptions(optionReader(options, "INVALID_OPTION_VALUE"));
}

export function hubStreamOptions(options: Options): HubStreamOptions {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  return {
    ...readOptions(read),
    maxEvents:
      read.positive("maxEventsPerTrigger") ?? read.positive("eventhubs.maxEventsPerTrigger"),
    discovers: read.flag("eventhubs.dynamicPartitionDiscovery", false),
  };
}

export function hubBatchOptions(options: Options): HubBatchOptions {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const base = readOptions(read);
  return { ...base, ending: positions(read, "ending", base.name) };
}

function commonOptions(read: OptionReader): HubOptions {
  for (const [name, remedy] of Object.entries(refused)) {
    const value = read.text(name);
    if (value === undefined || value.trim().toLowerCase() === "false") continue;
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", { name, value, format: "eventhubs", remedy });
  }
  return {
    ...hubConnection(read.text("eventhubs.connectionString")),
    consumerGroup: read.text("eventhubs.consumerGroup") ?? "$Default",
    operationMs: duration(read, "eventhubs.operationTimeout") ?? 300_000,
  };
}

function readOptions(read: OptionReader): HubReadOptions {
  const common = commonOptions(read);
  const receiverMs = duration(read, "eventhubs.receiverTimeout") ?? 60_000;
  const silentMs = duration(read, "eventhubs.maxSilentTime");
  if (receiverMs > common.operationMs) {
    throw invalid(
      read,
      "eventhubs.receiverTimeout",
      "must not be above eventhubs.operationTimeout",
    );
  }
  if (silentMs !== undefined && silentMs < 30_000) {
    throw invalid(read, "eventhubs.maxSilentTime", "must be 30 seconds or more");
  }
  const prefetchCount = read.positive("eventhubs.prefetchCount") ?? 500;
  if (prefetchCount > 4_000) {
    throw invalid(read, "eventhubs.prefetchCount", "must be from 1 to 4000");
  }
  return {
    ...common,
    ...{ prefetchCount, receiverMs: Math.min(receiverMs, silentMs ?? receiverMs) },
    exclusive: read.flag("eventhubs.useExclusiveReceiver", true),
    starting: positions(read, "starting", common.name),
    failOnDataLoss: read.flag("failOnDataLoss", true),
  };
}

/** At the end of the stream where nothing is said: so it is in Spark's connector. */
function positions(read: OptionReader, which: "starting" | "ending", hub: string): HubPositions {
  const [all, own] = [`eventhubs.${which}Position`, `eventhubs.${which}Positions`];
  const [allText, ownText] = [read.text(all), read.text(own)];
  return {
    all: allText === undefined ? { kind: "end" } : parsePosition(allText, all),
    own: ownText === undefined ? new Map() : parsePositions(ownText, own, hub),
  };
}

const isoDuration = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/i;

/** As Java writes it (`PT3M20S`), or a time such as `200s`; ms. */
function duration(read: OptionReader, name: string): number | undefined {
  const match = isoDuration.exec(read.text(name)?.trim() ?? "");
  if (!match) return read.durationMs(name, "s");
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
}

function invalid(read: OptionReader, name: string, expected: string): Error {
  return error("INVALID_OPTION_VALUE", { name, value: read.text(name) ?? "", expected });
}

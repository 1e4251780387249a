import { scanRequests } from "../../analysis/conjunct.ts";
import { prune } from "../../analysis/prune.ts";
import { rewriteAll } from "../../analysis/walk.ts";
import type { Explain } from "../../plan/command.ts";
import type { Input, OrcInput, ParquetInput, TextInput } from "../../plan/input.ts";
import type { Relation } from "../../plan/relation.ts";
import { field, string, struct } from "../../schema/type.ts";
import { emptyScan } from "../../stream/binding.ts";
import { isStreamingScan } from "../../stream/walk.ts";
import type { CommandResult } from "../execution.ts";
import { withConstants } from "./constant.ts";
import { type LocalContext, queryContext, timeZoneOf } from "./context.ts";
import { type ScanReading, scanInputs, withInputs } from "./query.ts";
import { type Answered, withAnswers } from "./question.ts";
import { typedPlan } from "./resolve.ts";

/** EXPLAIN: one row with the text. */
export async function runExplain(context: LocalContext, command: Explain): Promise<CommandResult> {
  const plan = await explainQuery(context, command.query);
  return { schema: struct([field("plan", string)]), rows: [{ plan }] };
}

/** The engine's plan (of a stream: that of a batch without rows), then what each scan reads. */
export async function explainQuery(context: LocalContext, plan: Relation): Promise<string> {
  const typed = prune(await typedPlan(context, await context.persisted.substitute(plan)));
  const still = rewriteAll(typed, (one) => (isStreamingScan(one) ? emptyScan(one) : one));
  const query = queryContext(context);
  const read: ScanReading = {
    timeZone: timeZoneOf(context),
    explained: true,
    fold: (conditions) => withConstants(conditions, context.engine, query),
  };
  const answers: Answered[] = [];
  const asked = await withAnswers(still, read, (answered) => void answers.push(answered));
  const inputs = await scanInputs(asked, read);
  const text = await context.engine.explain(withInputs(asked, inputs), query);
  const streams = [...scanRequests(typed).keys()].filter(({ dataset }) => dataset.streaming);
  const lines = [
    ...streams.map(({ dataset }) => `${dataset.name}: a stream, each batch reads what is new`),
    ...answers.flatMap(({ name, input }) => inputText(name, input)),
    ...[...inputs].flatMap(([{ dataset }, input]) => inputText(dataset.name, input)),
  ];
  return [text.trimEnd(), ...lines].join("\n");
}

function inputText(name: string, input: Input): string | readonly string[] {
  if (input.kind === "fetched") return `${name}: ${input.description}`;
  return "files" in input ? `${name}: ${readText(input)}` : [];
}

/** How many files of a table are read, and why not all of them. */
function readText(input: OrcInput | ParquetInput | TextInput): string {
  const skipping = input.kind === "parquet" ? input.skipping : undefined;
  const read = input.files.length;
  const total = skipping?.files ?? read;
  const bytes = input.files.reduce((sum, file) => sum + file.size, 0);
  const reasons = [
    ...(skipping?.byPartitionValues ? [`${skipping.byPartitionValues} by partition values`] : []),
    ...(skipping?.byStatistics ? [`${skipping.byStatistics} by statistics`] : []),
  ];
  const skipped = reasons.length === 0 ? "" : `; ${total - read} skipped, ${reasons.join(", ")}`;
  return `${read} of ${total} files, ${bytes} bytes${skipped}`;
}

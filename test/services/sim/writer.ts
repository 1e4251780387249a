import { isError, SparkSession } from "../../../src/index.ts";
import { createRandom } from "../../random.ts";
import { type Attempt, actOf } from "./plan.ts";

/** What a writing process is told. */
export interface WriterTask {
  readonly table: string;
  readonly conf: Readonly<Record<string, string>>;
  readonly writer: number;
  readonly seed: number;
  /** Commits to make, however many attempts are lost on the way. */
  readonly commits: number;
}

/** Attempts lost in a row before the writer gives up: something else is wrong then. */
const lostMost = 100;

// A process of race.ts: makes its commits and says a line of each attempt.
const task = JSON.parse(process.argv[2] ?? "{}") as WriterTask;
const random = createRandom(task.seed);
let builder = SparkSession.builder();
for (const [name, value] of Object.entries(task.conf)) builder = builder.config(name, value);
await using spark = await builder.getOrCreate();

for (let done = 0, lost = 0, index = 0; done < task.commits; index++) {
  const act = actOf(task.writer, index, random);
  const writer = spark
    .createDataFrame(
      act.rows.map(({ id, part }) => [BigInt(id), part]),
      "id BIGINT, part STRING",
    )
    .write.format("delta")
    .option("userMetadata", act.name)
    .mode(act.kind === "append" ? "append" : "overwrite");
  if (act.part !== undefined) writer.option("replaceWhere", `part = '${act.part}'`);
  let outcome: Attempt["outcome"] = "committed";
  try {
    await writer.save(task.table);
    done += 1;
    lost = 0;
  } catch (thrown) {
    if (!isError(thrown) || thrown.kind !== "conflict" || ++lost > lostMost) throw thrown;
    outcome = "lost";
  }
  console.log(JSON.stringify({ ...act, outcome } satisfies Attempt));
}

import { error, isError } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";
import { type StateShape, signature } from "./shape.ts";

/** What is written of an operator when a query first runs, and must hold at every later start. */
export interface OperatorMetadata {
  readonly operatorId: number;
  /** Spark's name: `stateStoreSave`, `dedupe`, `dedupeWithinWatermark`. */
  readonly operatorName: string;
  readonly shape: StateShape;
}

/**
 * Spark reads this file first, as a length of two bytes and that many of text: so it refuses state
 * of ours by this name instead of failing in the middle of it.
 */
const schemaVersion = "\u0000\u0009millrace1\n";

/** The folder of an operator's state. */
export function stateLocation(checkpoint: Location, operatorId: number): Location {
  return join(checkpoint, "state", String(operatorId));
}

/** `state/<id>/_metadata/metadata`, as Spark writes it. */
function encodeOperator({ operatorId, operatorName }: OperatorMetadata): string {
  return `v1\n${JSON.stringify({
    operatorInfo: { operatorId, operatorName },
    stateStoreInfo: [{ storeName: "default", numColsPrefixKey: 0, numPartitions: 1 }],
  })}`;
}

/** Writes the metadata of the operators of a new query. */
export async function writeOperators(
  checkpoint: Location,
  operators: readonly OperatorMetadata[],
): Promise<void> {
  const encoder = new TextEncoder();
  for (const operator of operators) {
    const folder = stateLocation(checkpoint, operator.operatorId);
    const schema = JSON.stringify(signatures(operator.shape));
    const put = (path: Location, text: string): Promise<boolean> =>
      checkpoint.store.putIfAbsent(path.path, encoder.encode(text));
    await put(join(folder, "0", "_metadata", "schema"), schemaVersion + schema);
    await put(join(folder, "_metadata", "metadata"), encodeOperator(operator));
  }
}

/**
 * Compares the operators of a plan with those the checkpoint was made with. `fresh`: the first
 * batch is to run again, and may have stopped before they were written.
 */
export async function checkOperators(
  checkpoint: Location,
  operators: readonly OperatorMetadata[],
  { fresh }: { readonly fresh: boolean },
): Promise<void> {
  const stored = await readOperators(checkpoint);
  const names = (all: readonly { operatorId: number; operatorName: string }[]): string =>
    all
      .map((one) => `(OperatorId: ${one.operatorId} -> OperatorName: ${one.operatorName})`)
      .join(", ");
  if (stored.length === 0 && fresh) return;
  if (names(stored) !== names(operators)) {
    throw error("STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA", {
      inMetadata: names(stored),
      inBatch: names(operators),
    });
  }
  for (const operator of operators) await checkSchema(checkpoint, operator);
}

async function checkSchema(checkpoint: Location, operator: OperatorMetadata): Promise<void> {
  const folder = stateLocation(checkpoint, operator.operatorId);
  const text = await readText(join(folder, "0", "_metadata", "schema"));
  if (text === undefined || !text.startsWith(schemaVersion)) return;
  const before = JSON.parse(text.slice(text.indexOf("\n"))) as Signatures;
  const now = signatures(operator.shape);
  if (before.keys.join() !== now.keys.join()) {
    throw error("STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE", {
      stored: before.keys.join(", "),
      provided: now.keys.join(", "),
    });
  }
  if (before.values.join() !== now.values.join()) {
    throw error("STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE", {
      stored: before.values.join(", "),
      provided: now.values.join(", "),
    });
  }
}

interface Signatures {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

function signatures(shape: StateShape): Signatures {
  return { keys: shape.keys.map(signature), values: shape.values.map(signature) };
}

/** The operators a checkpoint has state of, by id. */
export async function readOperators(
  checkpoint: Location,
): Promise<readonly { operatorId: number; operatorName: string }[]> {
  const found: { operatorId: number; operatorName: string }[] = [];
  for (let id = 0; ; id += 1) {
    const location = join(stateLocation(checkpoint, id), "_metadata", "metadata");
    const text = await readText(location);
    if (text === undefined) return found;
    try {
      const json = JSON.parse(text.slice(text.indexOf("\n"))) as {
        operatorInfo: { operatorId: number; operatorName: string };
      };
      found.push(json.operatorInfo);
    } catch (cause) {
      const path = checkpoint.store.uri(location.path);
      throw error("STREAMING_CHECKPOINT_MALFORMED", { path, reason: "it is not JSON" }, cause);
    }
  }
}

async function readText(location: Location): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await location.store.read(location.path));
  } catch (thrown) {
    if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

/** Whether anything lies under `state/`. */
export async function hasState(checkpoint: Location): Promise<boolean> {
  const folder = `${join(checkpoint, "state").path}/`;
  for await (const _ of checkpoint.store.list(folder, { recursive: true })) return true;
  return false;
}

import type { Dataset } from "../analysis/dataset.ts";
import type { Source, SourceContext } from "./source.ts";

/** What a streaming read resolves to: a schema now, a source when the query starts. */
export interface StreamingDataset extends Dataset {
  readonly streaming: true;
  open(context: SourceContext): Promise<Source>;
}

export function isStreaming(dataset: Dataset): dataset is StreamingDataset {
  return dataset.streaming;
}

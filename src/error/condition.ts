import { analysisConditions } from "./analysis.ts";
import { catalogConditions } from "./catalog.ts";
import { connectorConditions } from "./connector.ts";
import { datetimeConditions } from "./datetime.ts";
import { engineConditions } from "./engine.ts";
import { eventHubsConditions } from "./eventhubs.ts";
import { functionConditions } from "./function.ts";
import { httpConditions } from "./http.ts";
import { jdbcConditions } from "./jdbc.ts";
import { journalConditions } from "./journal.ts";
import { kafkaConditions } from "./kafka.ts";
import { logConditions } from "./log.ts";
import { mismatchConditions } from "./mismatch.ts";
import { protobufConditions } from "./protobuf.ts";
import { schemaConditions } from "./schema.ts";
import { sessionConditions } from "./session.ts";
import { sqlConditions } from "./sql.ts";
import { storageConditions } from "./storage.ts";
import { streamConditions } from "./stream.ts";
import { tableConditions } from "./table.ts";
import { textConditions } from "./text.ts";

/** Every condition there is. A room's own are in the file of its name. */
export const conditions = {
  ...analysisConditions,
  ...catalogConditions,
  ...connectorConditions,
  ...datetimeConditions,
  ...engineConditions,
  ...functionConditions,
  ...httpConditions,
  ...jdbcConditions,
  ...journalConditions,
  ...eventHubsConditions,
  ...kafkaConditions,
  ...logConditions,
  ...mismatchConditions,
  ...protobufConditions,
  ...schemaConditions,
  ...sessionConditions,
  ...sqlConditions,
  ...storageConditions,
  ...streamConditions,
  ...tableConditions,
  ...textConditions,
} as const;

export type Code = keyof typeof conditions;

import type { StreamingQueryProgress } from "./progress.ts";

/** What is told of a query; `timestamp` is ISO 8601 UTC. */
export type StreamingQueryEvent =
  | {
      readonly kind: "started";
      readonly id: string;
      readonly runId: string;
      readonly name: string | null;
      readonly timestamp: string;
    }
  | { readonly kind: "progress"; readonly progress: StreamingQueryProgress }
  | {
      readonly kind: "idle";
      readonly id: string;
      readonly runId: string;
      readonly timestamp: string;
    }
  | {
      readonly kind: "terminated";
      readonly id: string;
      readonly runId: string;
      readonly exception: string | null;
      readonly errorClassOnException: string | null;
    };

type EventOf<K extends StreamingQueryEvent["kind"]> = Extract<StreamingQueryEvent, { kind: K }>;

/** Spark's StreamingQueryListener. What it throws is ignored: it never harms the query. */
export interface StreamingQueryListener {
  /** Called before `start` resolves. */
  onQueryStarted?(event: EventOf<"started">): void;
  onQueryProgress?(event: EventOf<"progress">): void;
  /** No data for `spark.sql.streaming.noDataProgressEventInterval`. */
  onQueryIdle?(event: EventOf<"idle">): void;
  onQueryTerminated?(event: EventOf<"terminated">): void;
}

/** Hands an event to the method for it. */
export function tell(listener: StreamingQueryListener, event: StreamingQueryEvent): void {
  try {
    switch (event.kind) {
      case "started":
        listener.onQueryStarted?.(event);
        break;
      case "progress":
        listener.onQueryProgress?.(event);
        break;
      case "idle":
        listener.onQueryIdle?.(event);
        break;
      case "terminated":
        listener.onQueryTerminated?.(event);
        break;
    }
  } catch {
    // A listener's failure is its own.
  }
}

import type { Condition } from "./kind.ts";

export const httpConditions = {
  HTTP_REQUEST_FAILED: {
    kind: "unavailable",
    sqlState: "08000",
    message:
      "Cannot {method} rows to {url}, tried {attempts} times: {reason}. Check the receiver and the network; the batch is sent again at the next start",
  },
  HTTP_REQUEST_REFUSED: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "{url} refuses to {method} rows: it answered {status}: {answer}. Check the url, the header options and what the receiver takes",
  },
  HTTP_NOT_TRUSTED: {
    kind: "invalid",
    sqlState: "08001",
    message:
      "The certificate of {url} is not trusted: {reason}. Start Node with NODE_EXTRA_CA_CERTS set to a file of its authority",
  },
} as const satisfies Record<string, Condition>;

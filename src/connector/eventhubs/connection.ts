import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { error } from "../../error/error.ts";

/** Where an event hub is, and how one gets in. */
export interface HubConnection {
  /** In the open. */
  readonly connectionString: string;
  /** The name of the event hub. */
  readonly name: string;
  /** `sb://namespace.servicebus.windows.net/`, as messages show it. */
  readonly endpoint: string;
}

const option = "eventhubs.connectionString";

/** The versions of Spark's connector that take only what they have encrypted themselves. */
const encrypting = ["2.3.22", "2.3.21", "2.3.20", "2.3.19", "2.3.18", "2.3.17", "2.3.16", "2.3.15"];

/**
 * Reads `eventhubs.connectionString`, in the open or as `EventHubsUtils.encrypt` of Spark's
 * connector gives it. Its key is the connector's version: that hides nothing from anybody.
 */
export function hubConnection(text: string | undefined): HubConnection {
  if (text === undefined) throw error("MISSING_OPTION", { format: "eventhubs", name: option });
  const connectionString = /\bEndpoint\s*=/i.test(text) ? text.trim() : decrypted(text.trim());
  const parts = new Map(
    connectionString.split(";").map((part) => {
      const at = part.indexOf("=");
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    }),
  );
  const [endpoint, name] = [parts.get("endpoint"), parts.get("entitypath")];
  if (!endpoint || !URL.canParse(endpoint)) throw invalid("must hold Endpoint=sb://…");
  if (!name) throw invalid("must hold EntityPath=…, the name of the event hub");
  return { connectionString, name, endpoint };
}

function decrypted(text: string): string {
  const bytes = Buffer.from(text, "base64");
  for (const version of bytes.length > 0 && bytes.length % 16 === 0 ? encrypting : []) {
    const key = pbkdf2Sync(version, version, 1000, 32, "sha256");
    const cipher = createDecipheriv("aes-256-ecb", key, null);
    try {
      const found = Buffer.concat([cipher.update(bytes), cipher.final()]).toString("utf8");
      if (/^\s*\w+\s*=/.test(found)) return found;
    } catch {
      // Of another version: its padding does not come out.
    }
  }
  throw invalid("must be a connection string, Endpoint=sb://…;EntityPath=…, or one encrypted");
}

/** The value is not shown: it holds a key. */
function invalid(expected: string): Error {
  return error("INVALID_OPTION_VALUE", { name: option, value: "…", expected });
}

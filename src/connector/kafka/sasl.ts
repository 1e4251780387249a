import type { Credentials, KafkaConfig } from "./config.ts";
import { tokenProvider } from "./oauth.ts";
import type { SaslOptions } from "./peer.ts";

/** Credentials as the peer takes them; no token is waited for once `signal` aborts. */
export function saslOptions(
  credentials: Credentials,
  { servers, requestMs }: KafkaConfig,
  signal: AbortSignal,
): SaslOptions {
  if (credentials.mechanism !== "OAUTHBEARER") return credentials;
  const { mechanism, oauth } = credentials;
  return {
    mechanism,
    token: tokenProvider({ oauth, servers, timeoutMs: requestMs, signal }),
    oauthBearerExtensions: oauth.extensions,
    authBytesValidator: refusal,
  };
}

/** A broker says what is wrong with a token in an answer that has no error. */
function refusal(said: Buffer, callback: (thrown: Error | null, said?: Buffer) => void): void {
  const text = said.toString();
  if (text === "") callback(null, said);
  else callback(Object.assign(new Error(text), { serverErrorMessage: text }));
}

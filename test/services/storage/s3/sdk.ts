import type { S3 } from "@aws-sdk/client-s3";
import type * as providers from "@aws-sdk/credential-providers";
import type { S3Client, S3Config, S3Module } from "../../../../src/storage/s3/client.ts";
import type { ProviderModule } from "../../../../src/storage/s3/credential.ts";

/** Compiles only where the SDK has what the product takes it to have. */
export function proof(sdk: { S3: typeof S3 }, real: S3, found: typeof providers): unknown {
  const module: S3Module = sdk;
  const client: S3Client = real;
  const config: ConstructorParameters<typeof S3>[0] = {} as S3Config;
  const chain: ProviderModule = found;
  return [module, client, config, chain];
}

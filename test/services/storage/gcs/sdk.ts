import type { Bucket, File, Storage, StorageOptions } from "@google-cloud/storage";
import type {
  GcsBucket,
  GcsFile,
  GcsModule,
  GcsSettings,
  GcsStorage,
} from "../../../../src/storage/gcs/client.ts";

/** Compiles only where the SDK has what the product takes it to have. */
export function proof(
  sdk: { Storage: typeof Storage },
  real: { storage: Storage; bucket: Bucket; file: File },
): unknown {
  const module: GcsModule = sdk;
  const storage: GcsStorage = real.storage;
  const bucket: GcsBucket = real.bucket;
  const file: GcsFile = real.file;
  const settings: StorageOptions = {} as GcsSettings;
  return [module, storage, bucket, file, settings];
}

import type * as identity from "@azure/identity";
import type * as blob from "@azure/storage-blob";
import type { BlobModule, IdentityModule } from "../../../../src/storage/azure/client.ts";

export const blobModule = (sdk: typeof blob): BlobModule<blob.StorageSharedKeyCredential> => sdk;
export const identityModule = (sdk: typeof identity): IdentityModule => sdk;

import { importPeer } from "../peer.ts";
import type {
  BlobModule,
  ContainerClient,
  IdentityModule,
  SharedKeyCredential,
  TokenCredential,
} from "./client.ts";
import type { Credential } from "./credential.ts";
import type { Setting } from "./setting.ts";

/** The SDK's client of a container. Nothing is asked of the service yet. */
export async function connect(setting: Setting): Promise<ContainerClient> {
  const { credential, endpoint, account, place } = setting;
  const sdk = await importPeer<BlobModule>("@azure/storage-blob", `${place.scheme}:// paths`);
  const url = `${endpoint}/${encodeURIComponent(place.container)}`;
  const options = {
    retryOptions: { maxTries: 1 }, // Calls are made again in one place: `storage/retry.ts`.
    userAgentOptions: { userAgentPrefix: "millrace" },
  };
  if (credential.kind === "sas") {
    return new sdk.ContainerClient(`${url}?${credential.token.replace(/^\?/, "")}`, undefined, {
      ...options,
    });
  }
  const known: SharedKeyCredential | TokenCredential =
    credential.kind === "key"
      ? new sdk.StorageSharedKeyCredential(account, credential.key)
      : await tokenCredential(credential);
  return new sdk.ContainerClient(url, known, options);
}

type ByToken = Exclude<Credential, { readonly kind: "key" | "sas" }>;

async function tokenCredential(credential: ByToken): Promise<TokenCredential> {
  const purpose = "access to Azure without a key or SAS token";
  const sdk = await importPeer<IdentityModule>("@azure/identity", purpose);
  switch (credential.kind) {
    case "client": {
      const { tenant, client, secret, authority } = credential;
      return new sdk.ClientSecretCredential(tenant, client, secret, { authorityHost: authority });
    }
    case "managed": {
      const { client } = credential;
      return new sdk.ManagedIdentityCredential(client === undefined ? {} : { clientId: client });
    }
    case "workload": {
      const { tenant, client, file, authority } = credential;
      return new sdk.WorkloadIdentityCredential({
        ...{ tenantId: tenant, clientId: client, tokenFilePath: file, authorityHost: authority },
      });
    }
    case "default":
      return new sdk.DefaultAzureCredential();
  }
}
